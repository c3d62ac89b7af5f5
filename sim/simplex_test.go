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

func TestSimplexSeeds(t *testing.T) {
	playSeeds(t, func(seed int) sim.Settings { return simplexSettings([]int{4, 7, 4, 5}[seed%4]) })
}
