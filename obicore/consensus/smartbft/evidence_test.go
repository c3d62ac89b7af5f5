package smartbft

import (
	"testing"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// vote makes a commit of a node as it stands on the wire.
func vote(t *testing.T, n *enginetest.Node, signer uint64, v consensus.Vote) []byte {
	t.Helper()
	signature, err := n.Sign(commitKind, v.Encode())
	if err != nil {
		t.Fatal(err)
	}
	b, err := encodeMessage(&protos.Message{Content: &protos.Message_Commit{Commit: &protos.Commit{
		View: v.Round, Seq: v.Height, Digest: "any",
		Signature: &protos.Signature{Signer: signer, Value: signature, Msg: voted{hash: v.Hash, round: v.Round}.encode()},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTwoVotesForOneHeightAndViewAreEvidence(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		a := consensus.Vote{Height: 1, Round: 0, Hash: chain.Hash{1}}
		b, later := a, a
		b.Hash, later.Hash, later.Round = chain.Hash{2}, chain.Hash{3}, 1
		accused, number := w.Nodes[2], numberOf(w.Nodes[2].ID)
		w.Send(2, 0, vote(t, w.Nodes[1], number, b)) // signed by another: no evidence, and no reason to miss the real one
		for _, v := range []consensus.Vote{a, a, later} {
			w.Send(2, 0, vote(t, accused, number, v))
		}
		time.Sleep(time.Second)
		if reports := w.Reports(); len(reports) != 0 {
			t.Errorf("%d reports against a node that has voted once", len(reports))
		}
		w.Send(2, 0, vote(t, accused, number, b))
		time.Sleep(time.Second)
		if reports := w.Reports(); len(reports) != 1 || reports[0].Accused != accused.ID {
			t.Errorf("reports %+v", reports)
		}
		w.Settle(5 * time.Second)
	})
}

func TestAVoteThatTheHostRefusesIsNotSent(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		w.Nodes[3].Fail(enginetest.Faults{Refuse: true})
		for range 3 {
			w.Settle(5 * time.Second)
		}
		if w.Nodes[3].Votes() != 1 {
			t.Errorf("node 3 has endorsed %d votes, the host has allowed one", w.Nodes[3].Votes())
		}
	})
}
