package raft

import (
	"testing"
	"time"
)

func TestWhoAsksInVainForABlockLeads(t *testing.T) {
	for seed := range uint64(8) {
		inWorld(t, fair(seed), func(w *world) {
			w.settle(10 * time.Second)
			blind := w.leader()
			w.nodes[blind].set(func(n *node) { n.blind = true })
			w.order()
			took := w.mustReach(w.highest()+1, 5*time.Second, w.all()...)
			t.Logf("ordered after %s", took)
			if w.leader() == blind {
				t.Error("the leader that has nothing to order still leads")
			}
		})
	}
}

func TestAFollowerThatIsNotifiedForNothingDoesNotMakeBlocks(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		w.settle(10 * time.Second)
		before := w.highest()
		for range 100 {
			for _, n := range w.nodes {
				n.notify()
			}
			time.Sleep(100 * time.Millisecond)
		}
		if high := w.highest(); high != before {
			t.Errorf("%d blocks of nothing", high-before)
		}
	})
}
