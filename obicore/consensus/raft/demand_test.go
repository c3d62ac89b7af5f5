package raft

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestWhoAsksInVainForABlockLeads(t *testing.T) {
	for seed := range enginetest.Seeds(8) {
		enginetest.Run(t, fair(seed), func(w *enginetest.World) {
			w.Settle(10 * time.Second)
			blind := w.Leader()
			w.Nodes[blind].Fail(enginetest.Faults{Blind: true})
			w.Order()
			took := w.MustReach(w.Highest()+1, 5*time.Second, w.All()...)
			t.Logf("ordered after %s", took)
			if w.Leader() == blind {
				t.Error("the leader that has nothing to order still leads")
			}
		})
	}
}

func TestAFollowerThatIsNotifiedForNothingDoesNotMakeBlocks(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(10 * time.Second)
		before := w.Highest()
		for range 100 {
			for _, n := range w.Nodes {
				n.Notify()
			}
			time.Sleep(100 * time.Millisecond)
		}
		if high := w.Highest(); high != before {
			t.Errorf("%d blocks of nothing", high-before)
		}
	})
}
