package light_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sdk/light"
)

func example() light.Checkpoint {
	key := chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: append([]byte{2}, make([]byte, 32)...)}
	return light.Checkpoint{
		Header:     &chain.Header{Height: 7, Time: 1000, ConsensusMeta: []byte{1}},
		Validators: &chain.ValidatorSet{Epoch: 3, Members: []chain.Validator{{ID: chain.NodeID{1}, ConsensusKey: key, Weight: 1}}},
	}
}

func TestACheckpointDecodesToWhatWasEncoded(t *testing.T) {
	encoded := example().Encode()
	again, err := light.DecodeCheckpoint(encoded)
	if err != nil || !bytes.Equal(again.Encode(), encoded) {
		t.Fatalf("%v", err)
	}
	for cut := range encoded {
		if _, err := light.DecodeCheckpoint(encoded[:cut]); !errors.Is(err, light.ErrCheckpoint) {
			t.Fatalf("the first %d bytes: %v", cut, err)
		}
	}
}

func FuzzCheckpoint(f *testing.F) {
	f.Add(example().Encode())
	f.Fuzz(func(t *testing.T, encoded []byte) {
		if c, err := light.DecodeCheckpoint(encoded); err == nil && !bytes.Equal(c.Encode(), encoded) {
			t.Fatalf("accepted %x, which encodes as %x", encoded, c.Encode())
		}
	})
}
