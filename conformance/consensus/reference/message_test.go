package reference

import (
	"bytes"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func FuzzMessagesAreReadInOneWay(f *testing.F) {
	vote := consensus.Endorsement{Signature: []byte{1, 2}, Export: []byte{3}}
	for _, m := range []message{
		{shape: shapeWant, height: 7, round: 2},
		{shape: shapeProposal, height: 7, proposal: consensus.Proposal{Header: []byte{4}, Body: []byte{5}}, prepared: 3, certificate: []byte{6}},
		{shape: shapeCommit, height: 7, round: 1, vote: chain.Hash{8}, endorsement: vote},
	} {
		f.Add(m.encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeMessage(b)
		switch {
		case err != nil && !errors.Is(err, consensus.ErrMessage):
			t.Errorf("refused with %v", err)
		case err == nil && !bytes.Equal(m.encode(), b):
			t.Errorf("%x is read and written as %x", b, m.encode())
		}
	})
}
