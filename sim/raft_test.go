package sim_test

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
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
	playSeeds(t, func(seed int) sim.Settings { return raftSettings([]int{3, 5, 4, 7, 2}[seed%5]) })
}

// TestRaftGoesOnWithoutItsLeader measures in virtual time how long the others need for
// a transfer after the leader has gone.
func TestRaftGoesOnWithoutItsLeader(t *testing.T) {
	var times []time.Duration
	for seed := range 12 {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sim.New(t, raftSettings(3))
				c.Start()
				want := pay(t, c, 1+seed)
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
				leader := leaderOf(t, c)
				if seed%2 == 0 {
					leader.Crash()
				} else {
					leader.Isolate(true)
				}
				began := time.Now()
				rest := without(c.Nodes, leader)
				want += pay(t, &sim.Cluster{Nodes: rest, Accounts: c.Accounts}, 2)
				c.SettleAmong(rest, 10*time.Second, func() bool { return balanceOf(t, rest[0], recipient) == want })
				times = append(times, time.Since(began))
				leader.Isolate(false)
				leader.Start()
				c.Settle(20*time.Second, func() bool { return true })
			})
		})
	}
	slices.Sort(times)
	t.Logf("all is executed again: median %s, longest %s", times[len(times)/2], times[len(times)-1])
}

// leaderOf waits for a node that knows itself the leader: where every round has another
// one, there is none for as long as its first message is under way.
func leaderOf(t *testing.T, c *sim.Cluster) (leader *sim.Node) {
	t.Helper()
	c.Settle(time.Minute, func() bool {
		for _, n := range c.Nodes {
			if n.Chain.Engine().Leader == n.ID {
				leader = n
			}
		}
		return leader != nil
	})
	return leader
}

func without(nodes []*sim.Node, gone *sim.Node) []*sim.Node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n *sim.Node) bool { return n == gone })
}

func TestRaftStopsWithoutAMajorityAndGoesOnWithOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, raftSettings(5))
		c.Start()
		want := pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		height := c.Judge.Height()
		for _, a := range c.Nodes[:2] {
			for _, b := range c.Nodes[2:4] {
				c.Cut(a, b, true)
			}
		}
		c.Nodes[4].Isolate(true)
		want += pay(t, c, 1)
		time.Sleep(30 * time.Second)
		if above := c.Judge.Height(); above > height+2 {
			t.Errorf("height %d is decided by two of five", above)
		}
		c.Nodes[4].Isolate(false)
		for _, a := range c.Nodes[:2] {
			for _, b := range c.Nodes[2:4] {
				c.Cut(a, b, false)
			}
		}
		c.Settle(20*time.Second, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
	})
}

func TestRaftNodeThatWasFarBehindCatchesUpAndIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, raftSettings(3))
		c.Start()
		want := pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		c.Nodes[2].Crash()
		for range 100 {
			want += pay(t, c, 1)
			time.Sleep(20 * time.Millisecond)
		}
		c.Nodes[2].Start()
		c.Nodes[1].Crash()
		want += pay(t, c, 2)
		c.Settle(20*time.Second, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
	})
}

func TestRaftValidatorsJoinLeaveAndRotateTheirKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := raftSettings(3)
		s.Observers = 1
		c := sim.New(t, s)
		c.Start()
		want := pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[3], recipient) == want })
		record := c.Nodes[3].Record()
		administer(t, c, c.Nodes[0], input("addValidator(bytes)", record.Encode()), 1)
		want += pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[3], recipient) == want })
		if !c.Nodes[3].Chain.Validates() {
			t.Fatal("the new validator takes no part")
		}
		gone := leaderOf(t, c)
		rest := without(c.Nodes, gone)
		id, err := rest[0].Submit(c.Accounts[0].Call(chain.ParametersAddress, input("removeValidator(bytes32)", gone.ID[:])))
		if err != nil {
			t.Fatal(err)
		}
		c.SettleAmong(rest, time.Minute, func() bool { return c.Judge.Included(id) && rest[0].Chain.Head().Validators.Epoch == 2 })
		want += pay(t, &sim.Cluster{Nodes: rest, Accounts: c.Accounts}, 2)
		c.SettleAmong(rest, time.Minute, func() bool { return balanceOf(t, rest[0], recipient) == want })
		if gone.Chain.Validates() {
			t.Error("a removed leader still takes part")
		}
	})
}
