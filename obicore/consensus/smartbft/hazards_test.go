package smartbft

import (
	"fmt"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

const seeds = 12

// eachSeed measures the recovery from the loss of a leader under conditions.
func eachSeed(t *testing.T, given enginetest.Conditions, check func(t *testing.T, took time.Duration, recovered bool)) {
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			given.Seed = seed
			enginetest.Run(t, given, func(w *enginetest.World) {
				took, recovered := loseLeader(w, 2*time.Minute)
				check(t, took, recovered)
			})
		})
	}
}

// soon is what the adapter promises: the patience and one change of view.
func soon(t *testing.T, took time.Duration, recovered bool) {
	if !recovered || took > 2*time.Second {
		t.Errorf("recovery takes %s", took)
	}
}

// On ordered links with an instant log the new leader's pre-prepare always reaches
// the others before they have installed the view, and is lost.
func TestWithoutTheViewGateAnInstantLogLosesEveryNewView(t *testing.T) {
	given := fair(0)
	given.Sync = 0
	t.Run("with care", func(t *testing.T) { eachSeed(t, given, soon) })
	given.New = with(care{})
	t.Run("without", func(t *testing.T) {
		eachSeed(t, given, func(t *testing.T, took time.Duration, _ bool) {
			if took < 5*time.Second {
				t.Errorf("recovery in %s: the gate is not what helps", took)
			}
		})
	})
}

// On links that reorder, messages of a change of view come too early and are lost;
// each view fails for another reason.
func TestWithoutCareReorderingLinksMakeRecoverySlow(t *testing.T) {
	given := fair(0)
	given.Reorder, given.Sync, given.Latency = true, 0, 40*time.Millisecond
	t.Run("with care", func(t *testing.T) { eachSeed(t, given, soon) })
	given.New = with(care{})
	t.Run("without", func(t *testing.T) {
		var slow int
		var all time.Duration
		eachSeed(t, given, func(_ *testing.T, took time.Duration, _ bool) {
			if all += took; took > 4*time.Second {
				slow++
			}
		})
		if slow < seeds/3 || all < seeds*5*time.Second {
			t.Errorf("%d of %d recoveries are slow, %s on average: the care is not what helps", slow, seeds, all/seeds)
		}
	})
}
