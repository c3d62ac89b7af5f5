package smartbft

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// Four validators who all need longer for a block than SmartBFT's patience with a leader
// would change their view for ever.
func TestValidatorsWhoNeedLongerThanThePatienceDecideAllTheSame(t *testing.T) {
	for _, needs := range []time.Duration{1200 * time.Millisecond, 2 * time.Second, 5 * time.Second} {
		enginetest.Run(t, fair(1), func(w *enginetest.World) {
			w.Order()
			w.MustReach(1, time.Second, 0, 1, 2, 3)
			for _, n := range w.Nodes {
				n.Fail(enginetest.Faults{Validate: needs})
			}
			for height := uint64(2); height <= 4; height++ {
				w.Order()
				took := w.MustReach(height, time.Minute, 0, 1, 2, 3)
				t.Logf("%s for a proposal: block %d after %s", needs, height, took)
			}
		})
	}
}
