package smartbft

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// TestAnyScheduleOfFaultsEndsWell cuts links, restarts nodes and changes disks by
// seed. SMARTBFT_SEEDS runs more of them, SMARTBFT_REORDER breaks the promise of
// ordered links in every third, SMARTBFT_TWIN gives the first leader a twin in every
// fifth.
func TestAnyScheduleOfFaultsEndsWell(t *testing.T) {
	count := enginetest.Seeds(12)
	if n, err := strconv.Atoi(os.Getenv("SMARTBFT_SEEDS")); err == nil {
		count = uint64(max(n, 0))
	}
	var longest time.Duration
	for seed := range count {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given := fair(seed)
			given.Reorder = os.Getenv("SMARTBFT_REORDER") != "" && seed%3 == 1
			given.Twin = os.Getenv("SMARTBFT_TWIN") != "" && seed%5 == 4
			given.Sync = []time.Duration{0, 3 * time.Millisecond, 20 * time.Millisecond}[seed%3]
			given.Latency = []time.Duration{time.Millisecond, 5 * time.Millisecond, 40 * time.Millisecond}[seed/3%3]
			given.Commit = []time.Duration{0, 10 * time.Millisecond}[seed%2]
			enginetest.Run(t, given, func(w *enginetest.World) {
				for range 25 {
					disturb(w)
				}
				w.Isolate()
				high := w.Nodes[0].Height()
				for _, n := range w.Nodes {
					high = max(high, n.Height())
				}
				w.Order()
				took := w.MustReach(high+1, time.Minute, 1, 2, 3)
				longest = max(longest, took)
			})
		})
	}
	t.Logf("longest recovery %s", longest)
}

// disturb does one thing to the world and lets some time pass.
func disturb(w *enginetest.World) {
	w.Order()
	switch w.Chance(6) {
	case 0:
		w.Isolate(w.Chance(len(w.Nodes)))
	case 1:
		w.Isolate(w.Chance(4), w.Chance(4))
	case 2, 3:
		w.Isolate()
	case 4:
		w.Nodes[w.Chance(len(w.Nodes))].Restart()
	}
	time.Sleep(time.Duration(w.Chance(3000)) * time.Millisecond)
}
