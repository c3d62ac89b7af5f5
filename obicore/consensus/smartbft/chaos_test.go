package smartbft

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestAnyScheduleOfFaultsEndsWell cuts links, restarts nodes and changes disks by
// seed. SMARTBFT_SEEDS runs more of them, SMARTBFT_REORDER breaks the promise of
// ordered links in every third, SMARTBFT_TWIN gives the first leader a twin in every
// fifth.
func TestAnyScheduleOfFaultsEndsWell(t *testing.T) {
	count := 12
	if n, err := strconv.Atoi(os.Getenv("SMARTBFT_SEEDS")); err == nil {
		count = n
	}
	var longest time.Duration
	for seed := range uint64(count) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.reorder = os.Getenv("SMARTBFT_REORDER") != "" && seed%3 == 1
			given.twin = os.Getenv("SMARTBFT_TWIN") != "" && seed%5 == 4
			given.sync = []time.Duration{0, 3 * time.Millisecond, 20 * time.Millisecond}[seed%3]
			given.latency = []time.Duration{time.Millisecond, 5 * time.Millisecond, 40 * time.Millisecond}[seed/3%3]
			given.commit = []time.Duration{0, 10 * time.Millisecond}[seed%2]
			inWorld(t, given, func(w *world) {
				for range 25 {
					w.disturb()
				}
				w.isolate()
				high := w.nodes[0].height()
				for _, n := range w.nodes {
					high = max(high, n.height())
				}
				w.order()
				took := w.mustReach(high+1, time.Minute, 1, 2, 3)
				longest = max(longest, took)
			})
		})
	}
	t.Logf("longest recovery %s", longest)
}

// disturb does one thing to the world and lets some time pass.
func (w *world) disturb() {
	w.order()
	switch w.chance(6) {
	case 0:
		w.isolate(w.chance(len(w.nodes)))
	case 1:
		w.isolate(w.chance(4), w.chance(4))
	case 2, 3:
		w.isolate()
	case 4:
		w.nodes[w.chance(len(w.nodes))].restart()
	}
	time.Sleep(time.Duration(w.chance(3000)) * time.Millisecond)
}
