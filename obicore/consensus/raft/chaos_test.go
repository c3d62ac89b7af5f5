package raft

import (
	"fmt"
	"testing"
	"time"
)

func TestSchedulesOfFaultsBySeed(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.nodes = []int{3, 5, 4, 2}[seed%4]
			given.reorder = seed%3 == 0
			given.sync = time.Duration(seed%5) * 4 * time.Millisecond
			inWorld(t, given, func(w *world) {
				for range 20 {
					w.order()
					w.trouble()
				}
				w.isolate()
				t.Logf("all together after %s", w.settle(30*time.Second))
			})
		})
	}
}

// trouble does one thing that goes wrong, or mends one.
func (w *world) trouble() {
	switch n := w.chance(len(w.nodes)); w.chance(6) {
	case 0:
		w.isolate(n)
	case 1:
		w.isolate(n, w.chance(len(w.nodes)))
	case 2:
		w.isolate()
	case 3:
		w.nodes[n].restart()
	case 4:
		w.oneWay(n, w.chance(len(w.nodes)))
	case 5:
		w.isolate(w.leaderOr(n))
	}
	time.Sleep(time.Duration(w.chance(3000)) * time.Millisecond)
}

// oneWay cuts one direction of a link.
func (w *world) oneWay(from, to int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.cut[[2]int{from, to}] = true
}

// leaderOr is a node that thinks that it leads, or another.
func (w *world) leaderOr(other int) int {
	for _, n := range w.nodes {
		if h := n.running(); h != nil && h.engine.Status().Leader == n.ID {
			return n.index
		}
	}
	return other
}
