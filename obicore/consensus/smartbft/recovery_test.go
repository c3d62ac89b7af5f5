package smartbft

import (
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
