package simplex

import (
	"testing"
	"time"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// finalizeVote makes a finalize vote of a node as it stands on the wire.
func finalizeVote(t *testing.T, n *enginetest.Node, signer chain.NodeID, v consensus.Vote) []byte {
	t.Helper()
	made, err := n.Sign(finalizeKind, v.Encode())
	if err != nil {
		t.Fatal(err)
	}
	value := signature{height: v.Height, digest: upstream.Digest(v.Hash), endorsement: endorsement{Signature: made}}
	h := upstream.BlockHeader{ProtocolMetadata: upstream.ProtocolMetadata{Round: v.Round, Seq: v.Height}, Digest: upstream.Digest(v.Hash)}
	content, err := encodeVote(h, upstream.Signature{Signer: idOf(signer), Value: value.encode()})
	if err != nil {
		t.Fatal(err)
	}
	return encodeFrame(frameFinalizeVote, 0, 0, content)
}

func TestTwoVotesForOneHeightAndRoundAreEvidence(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		a := consensus.Vote{Height: 1, Round: 1, Hash: chain.Hash{1}}
		b, later := a, a
		b.Hash, later.Hash, later.Round = chain.Hash{2}, chain.Hash{3}, 2
		accused := w.Nodes[2]
		w.Send(2, 0, finalizeVote(t, w.Nodes[1], accused.ID, b)) // signed by another: no evidence, and no reason to miss the real one
		for _, v := range []consensus.Vote{a, a, later} {
			w.Send(2, 0, finalizeVote(t, accused, accused.ID, v))
		}
		time.Sleep(time.Second)
		if reports := w.Reports(); len(reports) != 0 {
			t.Errorf("%d reports against a node that has voted once", len(reports))
		}
		w.Send(2, 0, finalizeVote(t, accused, accused.ID, b))
		time.Sleep(time.Second)
		if reports := w.Reports(); len(reports) != 1 || reports[0].Accused != accused.ID {
			t.Errorf("reports %+v", reports)
		}
		w.Settle(5 * time.Second)
	})
}
