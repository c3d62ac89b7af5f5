package smartbft

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// A node that has no vote of its own collects too few to prove what the others decide. It
// fetches the decision, and its view data say what proves it.
func TestWhoHasFetchedADecisionTakesPartInTheNextChangeOfView(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		w.Nodes[3].Fail(enginetest.Faults{Refuse: true})
		w.Settle(5 * time.Second)
		w.Nodes[3].Fail(enginetest.Faults{})
		w.Isolate(0)
		w.Order()
		w.MustReach(3, 10*time.Second, 1, 2, 3)
	})
}

func TestTheLastVoteMayBeMadeAgainAfterItsRoundIsLeftAndNoOther(t *testing.T) {
	var said votes
	of, other := metadata{view: 3, height: 7, decisions: 2}, metadata{view: 3, height: 7, decisions: 1}
	if err := said.vote(of, 3); err != nil {
		t.Fatal(err)
	}
	last := metadata{view: 3, height: 6, decisions: 1}
	if said.report(viewData{next: 5, last: last}) {
		t.Error("view data hide a vote")
	}
	if !said.report(viewData{next: 5, last: last, inFlight: &of, prepared: true}) {
		t.Fatal("view data that tell a vote are refused")
	}
	if err := said.vote(of, 3); err != nil {
		t.Error(err)
	}
	for name, refused := range map[string]error{
		"another proposal": said.vote(other, 3), "the same in another round": said.vote(of, 4),
	} {
		if refused == nil {
			t.Errorf("%s: a vote in a round that was left", name)
		}
	}
}

// The vote that is missing for the decision is that of the node that waits for it.
func TestWhoWaitsForADecisionThatNobodyHasTakesPartAgain(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		w.Nodes[1].Stop()
		w.Nodes[3].Fail(enginetest.Faults{Refuse: true})
		w.Order()
		time.Sleep(3 * time.Second)
		w.Nodes[3].Fail(enginetest.Faults{})
		w.MustReach(2, 8*time.Second, 0, 2, 3)
	})
}
