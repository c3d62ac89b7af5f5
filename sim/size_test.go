package sim_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/sim"
)

// TestLargerNetworksSurviveTheirFaultsHaltWithOneMoreAndResume crashes f of 3f+1
// validators, the leader among them, then one more, and brings that one back.
func TestLargerNetworksSurviveTheirFaultsHaltWithOneMoreAndResume(t *testing.T) {
	for _, faults := range []int{1, 2, 3} {
		t.Run(strconv.Itoa(3*faults+1), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := settings("standard")
				s.Nodes = 3*faults + 1
				c := sim.New(t, s)
				c.Start()
				want := pay(t, c, 2)
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })

				alive := c.Nodes
				for range faults {
					alive = crash(alive)
				}
				want += pay(t, &sim.Cluster{Nodes: alive, Accounts: c.Accounts}, 2)
				c.SettleAmong(alive, 2*time.Minute, func() bool { return balanceOf(t, alive[0], recipient) == want })

				quorum := alive
				alive = crash(alive)
				time.Sleep(5 * time.Second) // what was decided reaches everybody
				height := c.Judge.Height()
				for _, n := range alive {
					if at := n.Chain.Tip().Header.Height; at > height {
						height = at
					}
				}
				before := want
				want += pay(t, &sim.Cluster{Nodes: alive, Accounts: c.Accounts}, 1)
				time.Sleep(time.Minute)
				for _, n := range alive {
					if at := n.Chain.Tip().Header.Height; at > height || balanceOf(t, n, recipient) != before {
						t.Errorf("%s decides height %d with %d of %d validators", n.Name, at, len(alive), s.Nodes)
					}
					if reason := n.Chain.HaltReason(); reason != nil {
						t.Errorf("%s has stopped for good: %v", n.Name, reason)
					}
					if condition := n.Chain.Condition(); condition.Ready() || condition.Waiting == "" {
						t.Errorf("%s does not say what it waits for: %+v", n.Name, condition)
					}
				}

				for _, n := range quorum {
					if n.Chain == nil {
						n.Start()
					}
				}
				c.SettleAmong(quorum, 2*time.Minute, func() bool { return balanceOf(t, quorum[0], recipient) == want })
				for _, n := range c.Nodes {
					if n.Chain == nil {
						n.Start()
					}
				}
				c.Settle(2*time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
			})
		})
	}
}

// crash takes down the leader, or the first node while there is none, and returns
// those that are left.
func crash(alive []*sim.Node) []*sim.Node {
	victim := alive[0]
	for _, n := range alive {
		if n.ID == alive[0].Chain.Condition().Leader {
			victim = n
		}
	}
	victim.Crash()
	return without(alive, victim)
}
