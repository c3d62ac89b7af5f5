package consensus_test

import (
	"bytes"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// codecs are the encodings of this package: each gives an example, and encodes again
// what it decodes.
func codecs() []struct {
	example []byte
	again   func([]byte) ([]byte, error)
} {
	vote := consensus.Vote{Height: 7, Round: 300, Hash: chain.Hash{1, 2}}
	other := consensus.Vote{Height: 7, Round: 300, Hash: chain.Hash{3}}
	proof := consensus.QuorumProof{Round: 2, Endorsements: []consensus.Endorsement{{Signature: []byte{1, 2, 3}}, {}, {Signature: []byte{4}, Export: []byte{5, 6}}}}
	evidence := consensus.Evidence{Accused: chain.NodeID{9}, Kind: "engine/commit", A: vote, B: other, SignatureA: []byte{1}, SignatureB: []byte{2, 3}}
	return []struct {
		example []byte
		again   func([]byte) ([]byte, error)
	}{
		{vote.Encode(), func(b []byte) ([]byte, error) {
			v, err := consensus.DecodeVote(b)
			return v.Encode(), err
		}},
		{proof.Encode(), func(b []byte) ([]byte, error) {
			p, err := consensus.DecodeQuorumProof(b)
			if err != nil {
				return nil, err
			}
			return p.Encode(), nil
		}},
		{evidence.Encode(), func(b []byte) ([]byte, error) {
			e, err := consensus.DecodeEvidence(b)
			if err != nil {
				return nil, err
			}
			return e.Encode(), nil
		}},
	}
}

func TestExamplesDecodeToWhatWasEncoded(t *testing.T) {
	for n, c := range codecs() {
		if again, err := c.again(c.example); err != nil || !bytes.Equal(again, c.example) {
			t.Errorf("%d: %x became %x, %v", n, c.example, again, err)
		}
		for cut := range c.example {
			if _, err := c.again(c.example[:cut]); err == nil {
				t.Errorf("%d: the first %d bytes are accepted", n, cut)
			}
		}
		if _, err := c.again(append(bytes.Clone(c.example), 0)); err == nil {
			t.Errorf("%d: a byte too many is accepted", n)
		}
	}
}

func FuzzDecoders(f *testing.F) {
	for n, c := range codecs() {
		f.Add(byte(n), c.example)
	}
	f.Fuzz(func(t *testing.T, which byte, encoded []byte) {
		c := codecs()[int(which)%len(codecs())]
		if again, err := c.again(encoded); err == nil && !bytes.Equal(again, encoded) {
			t.Fatalf("accepted %x, which encodes as %x", encoded, again)
		}
	})
}
