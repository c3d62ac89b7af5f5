package sim_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/sim"
)

func simplexSettings(nodes int) sim.Settings {
	s := settings("standard")
	s.Consensus, s.Nodes = "simplex", nodes
	return s
}

func TestSimplexNodesAgreeOnTransfersThatComeInAnywhere(t *testing.T) {
	for _, nodes := range []int{1, 2, 3, 4, 7} {
		t.Run(strconv.Itoa(nodes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sim.New(t, simplexSettings(nodes))
				c.Start()
				want := pay(t, c, 20)
				started := time.Now()
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
				t.Logf("settled after %s at height %d", time.Since(started), c.Judge.Height())
			})
		})
	}
}

// TestSimplexSeeds is TestSeeds for Simplex, with fewer seeds: the engine is an
// experimental one.
func TestSimplexSeeds(t *testing.T) {
	first, count, faults := number(t, "SIM_SEED", 1), number(t, "SIM_SEEDS", min(seeds(), 15)), number(t, "SIM_FAULTS", 25)
	for seed := first; seed < first+count; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := simplexSettings([]int{4, 7, 4, 5}[seed%4])
				s.Crypto = []string{"standard", "gm"}[seed%2]
				s.Observers = seed % 3 / 2
				s.Log = logger(t)
				c := sim.New(t, s)
				order(c, seed)
				c.Start()
				started := time.Now()
				sim.NewRun(c, uint64(seed)).Play(faults)
				t.Logf("seed %d: %d nodes, height %d, %d transactions in %s", seed, len(c.Nodes), c.Judge.Height(), c.Judge.Count(), time.Since(started).Round(time.Second))
			})
		})
	}
}
