package raft

import (
	"fmt"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestSchedulesOfFaultsBySeed(t *testing.T) {
	for seed := range enginetest.Seeds(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Nodes = []int{3, 5, 4, 2}[seed%4]
			given.Reorder = seed%3 == 0
			given.Sync = time.Duration(seed%5) * 4 * time.Millisecond
			enginetest.Run(t, given, func(w *enginetest.World) {
				for range 20 {
					w.Order()
					trouble(w)
				}
				w.Isolate()
				t.Logf("all together after %s", w.Settle(30*time.Second))
			})
		})
	}
}

// trouble does one thing that goes wrong, or mends one.
func trouble(w *enginetest.World) {
	switch n := w.Chance(len(w.Nodes)); w.Chance(6) {
	case 0:
		w.Isolate(n)
	case 1:
		w.Isolate(n, w.Chance(len(w.Nodes)))
	case 2:
		w.Isolate()
	case 3:
		w.Nodes[n].Restart()
	case 4:
		w.CutOneWay(n, w.Chance(len(w.Nodes)))
	case 5:
		w.Isolate(leaderOr(w, n))
	}
	time.Sleep(time.Duration(w.Chance(3000)) * time.Millisecond)
}

// leaderOr is a node that thinks that it leads, or another.
func leaderOr(w *enginetest.World, other int) int {
	for _, n := range w.Nodes {
		if h := n.Running(); h != nil && h.Engine.Status().Leader == n.ID {
			return n.Index
		}
	}
	return other
}
