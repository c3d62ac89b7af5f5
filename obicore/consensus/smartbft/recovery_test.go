package smartbft

import (
	"fmt"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// fair are the conditions of a good network.
func fair(seed uint64) enginetest.Conditions {
	return enginetest.Conditions{
		Module: Module{}, New: with(allCare), Nodes: 4, Seed: seed, Latency: 5 * time.Millisecond, Sync: 3 * time.Millisecond,
	}
}

// with makes engines of a care.
func with(care care) func(consensus.Options) consensus.Engine {
	return func(options consensus.Options) consensus.Engine { return newEngine(options, care) }
}

func TestFourNodesDecide(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		for height := uint64(1); height <= 20; height++ {
			w.Order()
			w.MustReach(height, time.Second, 0, 1, 2, 3)
		}
		time.Sleep(5 * time.Second)
		for _, n := range w.Nodes {
			if n.Height() != 20 {
				t.Errorf("node %d makes blocks of nothing: %d", n.Index, n.Height())
			}
		}
	})
}

// loseLeader cuts the leader off while there is something to order and returns how
// long the others need for the next block.
func loseLeader(w *enginetest.World, atMost time.Duration) (took time.Duration, ok bool) {
	for height := uint64(1); height <= 3; height++ {
		w.Order()
		w.MustReach(height, time.Minute, 0, 1, 2, 3)
	}
	w.Isolate(0)
	time.Sleep(time.Duration(w.Chance(50)) * time.Millisecond)
	for range 50 {
		w.Order()
	}
	return w.Reach(4, atMost, 1, 2, 3)
}

func TestTheOthersGoOnWithoutTheLeader(t *testing.T) {
	kinds := map[string]func(c *enginetest.Conditions){
		"fair":         func(*enginetest.Conditions) {},
		"instant disk": func(c *enginetest.Conditions) { c.Sync = 0 },
		"slow disk":    func(c *enginetest.Conditions) { c.Sync, c.Commit = 30*time.Millisecond, 50*time.Millisecond },
		"reordering":   func(c *enginetest.Conditions) { c.Reorder = true },
		"reordering, instant disk": func(c *enginetest.Conditions) {
			c.Reorder, c.Sync = true, 0
		},
		"no latency": func(c *enginetest.Conditions) { c.Latency, c.Sync = 0, 0 },
	}
	for name, set := range kinds {
		for seed := range enginetest.Seeds(8) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				given := fair(seed)
				set(&given)
				enginetest.Run(t, given, func(w *enginetest.World) {
					took, ok := loseLeader(w, time.Minute)
					t.Logf("recovery %s", took)
					if !ok {
						t.Fatal("not recovered")
					}
					w.MustReach(4, 10*time.Second, 1, 2, 3)
					w.Isolate()
					before := w.Nodes[1].Height() // without latency the next block may be there at once
					w.Order()
					w.MustReach(before+1, 10*time.Second, 0, 1, 2, 3)
				})
			})
		}
	}
}
