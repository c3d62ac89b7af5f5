package smartbft

import (
	"slices"
	"testing"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// vote makes a commit of a node as it stands on the wire.
func (n *node) vote(t *testing.T, signer uint64, v consensus.Vote) []byte {
	t.Helper()
	signature, err := (&testHost{node: n}).Sign(commitKind, v.Encode())
	if err != nil {
		t.Fatal(err)
	}
	b, err := encodeMessage(&protos.Message{Content: &protos.Message_Commit{Commit: &protos.Commit{
		View: v.Round, Seq: v.Height, Digest: "any",
		Signature: &protos.Signature{Signer: signer, Value: signature, Msg: voteMessage(v.Hash, nil)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reported is what hosts were told so far.
func (w *world) reported() []consensus.Evidence {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.reports)
}

func TestTwoVotesForOneHeightAndViewAreEvidence(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		a := consensus.Vote{Height: 1, Round: 0, Hash: chain.Hash{1}}
		b, later := a, a
		b.Hash, later.Hash, later.Round = chain.Hash{2}, chain.Hash{3}, 1
		accused, number := w.nodes[2], numberOf(w.nodes[2].ID)
		w.send(2, 0, w.nodes[1].vote(t, number, b)) // signed by another: no evidence, and no reason to miss the real one
		for _, vote := range []consensus.Vote{a, a, later} {
			w.send(2, 0, accused.vote(t, number, vote))
		}
		time.Sleep(time.Second)
		if reports := w.reported(); len(reports) != 0 {
			t.Errorf("%d reports against a node that has voted once", len(reports))
		}
		w.send(2, 0, accused.vote(t, number, b))
		time.Sleep(time.Second)
		if reports := w.reported(); len(reports) != 1 || reports[0].Accused != accused.ID {
			t.Errorf("reports %+v", reports)
		}
		w.settle(5 * time.Second)
	})
}

func TestAVoteThatTheHostRefusesIsNotSent(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(time.Second)
		w.nodes[3].refuse = true
		for range 3 {
			w.settle(5 * time.Second)
		}
		if w.nodes[3].votes != 1 {
			t.Errorf("node 3 has endorsed %d votes, the host has allowed one", w.nodes[3].votes)
		}
	})
}
