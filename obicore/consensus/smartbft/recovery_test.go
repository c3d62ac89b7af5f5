package smartbft

import (
	"fmt"
	"testing"
	"time"
)

// fair are the conditions of a good network.
func fair(seed uint64) conditions {
	return conditions{nodes: 4, seed: seed, latency: 5 * time.Millisecond, sync: 3 * time.Millisecond, care: allCare}
}

func TestFourNodesDecide(t *testing.T) {
	inWorld(t, fair(1), func(w *world) {
		for height := uint64(1); height <= 20; height++ {
			w.order()
			w.mustReach(height, time.Second, 0, 1, 2, 3)
		}
		time.Sleep(5 * time.Second)
		for _, n := range w.nodes {
			if n.height() != 20 {
				t.Errorf("node %d makes blocks of nothing: %d", n.index, n.height())
			}
		}
	})
}

// loseLeader cuts the leader off while there is something to order and returns how
// long the others need for the next block.
func loseLeader(w *world, atMost time.Duration) (took time.Duration, ok bool) {
	for height := uint64(1); height <= 3; height++ {
		w.order()
		w.mustReach(height, time.Minute, 0, 1, 2, 3)
	}
	w.isolate(0)
	time.Sleep(time.Duration(w.chance(50)) * time.Millisecond)
	for range 50 {
		w.order()
	}
	return w.reach(4, atMost, 1, 2, 3)
}

func TestTheOthersGoOnWithoutTheLeader(t *testing.T) {
	kinds := map[string]func(c *conditions){
		"fair":         func(*conditions) {},
		"instant disk": func(c *conditions) { c.sync = 0 },
		"slow disk":    func(c *conditions) { c.sync, c.commit = 30*time.Millisecond, 50*time.Millisecond },
		"reordering":   func(c *conditions) { c.reorder = true },
		"reordering, instant disk": func(c *conditions) {
			c.reorder, c.sync = true, 0
		},
		"no latency": func(c *conditions) { c.latency, c.sync = 0, 0 },
	}
	for name, set := range kinds {
		for seed := range uint64(8) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				given := fair(seed)
				set(&given)
				inWorld(t, given, func(w *world) {
					took, ok := loseLeader(w, time.Minute)
					t.Logf("recovery %s", took)
					if !ok {
						t.Fatal("not recovered")
					}
					w.mustReach(4, 10*time.Second, 1, 2, 3)
					w.isolate()
					w.order()
					w.mustReach(w.nodes[1].height()+1, 10*time.Second, 0, 1, 2, 3)
				})
			})
		}
	}
}
