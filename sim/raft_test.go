package sim_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/sim"
)

func raftSettings(nodes int) sim.Settings {
	s := settings("standard")
	s.Consensus, s.Nodes = "raft", nodes
	return s
}

func TestRaftNodesAgreeOnTransfersThatComeInAnywhere(t *testing.T) {
	for _, nodes := range []int{1, 2, 3, 5} {
		t.Run(strconv.Itoa(nodes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sim.New(t, raftSettings(nodes))
				c.Start()
				want := pay(t, c, 20)
				started := time.Now()
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
				t.Logf("settled after %s at height %d", time.Since(started), c.Judge.Height())
			})
		})
	}
}

// TestRaftSeeds is TestSeeds for raft: a majority is enough.
func TestRaftSeeds(t *testing.T) {
	first, count, faults := number(t, "SIM_SEED", 1), number(t, "SIM_SEEDS", 10), number(t, "SIM_FAULTS", 25)
	for seed := first; seed < first+count; seed++ {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := raftSettings([]int{3, 5, 4, 7, 2}[seed%5])
				s.Crypto = []string{"standard", "gm"}[seed%2]
				s.Observers = seed % 3 / 2
				c := sim.New(t, s)
				c.Start()
				started := time.Now()
				sim.NewRun(c, uint64(seed)).Play(faults)
				t.Logf("seed %d: %d nodes, height %d, %d transactions in %s", seed, len(c.Nodes), c.Judge.Height(), c.Judge.Count(), time.Since(started).Round(time.Second))
			})
		})
	}
}
