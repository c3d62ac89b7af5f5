package consensus

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/conformance/consensus/reference"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// The reference runs in one goroutine per world, so that a seed is a run: the same faults at
// the same times, and the same messages.
//
// CONFORMANCE_SEEDS runs that many seeds, from CONFORMANCE_SEED on; the latter alone runs
// one.

// defaultSeeds is how many are run when nothing else is said.
const defaultSeeds = 1000

func TestAnySeedOfFaultsEndsInAgreement(t *testing.T) {
	first, count := uint64(0), uint64(defaultSeeds)
	if n, err := strconv.ParseUint(os.Getenv("CONFORMANCE_SEED"), 10, 64); err == nil {
		first, count = n, 1
	}
	if n, err := strconv.ParseUint(os.Getenv("CONFORMANCE_SEEDS"), 10, 64); err == nil {
		count = n
	}
	var next, heights atomic.Uint64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for seed := first + next.Add(1) - 1; seed < first+count && !t.Failed(); seed = first + next.Add(1) - 1 {
				s := simulate(t.Context(), reference.Sound, seed)
				heights.Add(s.height)
				if len(s.failures) > 0 {
					t.Errorf("seed %d: %s\nCONFORMANCE_SEED=%d go test ./conformance/consensus -run TestAnySeedOfFaultsEndsInAgreement",
						seed, s.failures, seed)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d seeds, %d heights", count, heights.Load())
}

func TestASeedReplaysExactly(t *testing.T) {
	traces := make(map[uint64]uint64)
	for seed := range uint64(20) {
		first, second := simulate(t.Context(), reference.Sound, seed), simulate(t.Context(), reference.Sound, seed)
		if first.trace != second.trace || first.height != second.height {
			t.Errorf("seed %d gives the traces %x and %x, heights %d and %d", seed, first.trace, second.trace, first.height, second.height)
		}
		if other, again := traces[first.trace]; again {
			t.Errorf("seeds %d and %d give one trace", seed, other)
		}
		traces[first.trace] = seed
	}
}

func TestSeedsFindEveryFlaw(t *testing.T) {
	for _, flaw := range []reference.Flaw{reference.SmallVote, reference.Unanimous, reference.VotesAgain, reference.Unlocked} {
		t.Run(fmt.Sprint(flaw), func(t *testing.T) {
			for seed := range uint64(defaultSeeds) {
				if s := simulate(t.Context(), flaw, seed); len(s.failures) > 0 {
					t.Logf("seed %d finds it: %s", seed, s.failures[0])
					return
				}
			}
			t.Errorf("%d seeds have not found it", defaultSeeds)
		})
	}
}

// outcome is what a simulated run comes to.
type outcome struct {
	trace, height uint64
	failures      []string
}

// simulate runs one seed. Numbers of nodes, faults and, at the level of Byzantine faults,
// twins come from it.
func simulate(ctx context.Context, flaw reference.Flaw, seed uint64) (o outcome) {
	fault, sizes := consensus.BFT, []int{4, 7, 5}
	if seed%4 == 3 {
		fault, sizes = consensus.CFT, []int{3, 5, 4}
	}
	given := troubled(sizes[seed/4%3], seed)
	if fault == consensus.BFT && seed%4 == 1 {
		given.twins = (given.nodes - 1) / 3
	}
	result := conformance.Execute(ctx, conformance.Direction{Name: "seed", Rules: []conformance.Rule{{Name: "seed", Check: func(t conformance.T) {
		subject := Subject{Stepped: true, Patience: DefaultPatience, New: func() consensus.Module {
			return reference.Module{Fault: fault, Flaw: flaw}
		}}
		bench{subject}.one(t, given, func(t conformance.T, w *world) {
			if given.twins > 0 {
				splitTwins(t, w)
			} else {
				w.trouble(t, 8)
			}
			o.trace, o.height = w.trace, w.highest(w.all()...)
		})
	}}}}, "reference").Results[0]
	if result.Outcome != conformance.Passed {
		o.failures = append(result.Reasons, fmt.Sprint(result.Outcome))
	}
	return o
}
