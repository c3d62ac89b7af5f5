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
