package simplex

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// fair are the conditions of a good network. Records take no time in these worlds:
// Simplex holds a mutex while it writes one, and virtual time stands while a goroutine
// waits for a mutex (golang/go#77687). The conformance suite runs with slow logs.
func fair(seed uint64) enginetest.Conditions {
	return enginetest.Conditions{Module: Module{}, New: with(allCare), Nodes: 4, Seed: seed, Latency: 5 * time.Millisecond}
}

// with makes engines of a care.
func with(care care) func(consensus.Options) consensus.Engine {
	return func(options consensus.Options) consensus.Engine { return newEngine(options, care) }
}

func TestFourNodesDecide(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		for height := uint64(1); height <= 20; height++ {
			w.Order()
			w.MustReach(height, time.Second, w.All()...)
		}
		time.Sleep(5 * time.Second)
		for _, n := range w.Nodes {
			if n.Height() != 20 {
				t.Errorf("node %d makes blocks of nothing: %d", n.Index, n.Height())
			}
		}
	})
}

// A round in which nothing is to be proposed is nobody's fault: Simplex would suspect its
// leader, and those who had left it would not vote for the block that comes at last.
func TestARoundInWhichNothingIsToBeProposedIsNotLeft(t *testing.T) {
	for seed := range enginetest.Seeds(4) {
		given := fair(seed)
		given.Latency = []time.Duration{time.Millisecond, 5 * time.Millisecond, 40 * time.Millisecond, 100 * time.Millisecond}[seed]
		enginetest.Run(t, given, func(w *enginetest.World) {
			for range 4 {
				w.Settle(2 * time.Second)
				time.Sleep(time.Second)
				before := w.Nodes[0].Running().Engine.Status().View
				time.Sleep(10 * time.Second)
				for _, n := range w.Nodes {
					if status := n.Running().Engine.Status(); status.View != before || status.Waiting != "" {
						t.Errorf("links of %s, node %d: round %d, it was %d; %s", given.Latency, n.Index, status.View, before, status.Waiting)
					}
				}
			}
			if view := w.Nodes[0].Running().Engine.Status().View; view > 8 {
				t.Errorf("links of %s: round %d after four blocks", given.Latency, view)
			}
		})
	}
}
