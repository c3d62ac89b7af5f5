package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sim"
)

func digestSettings(suite string) sim.Settings {
	s := settings(suite)
	s.Ordering = node.Digest
	return s
}

// order lets a seed choose how nodes propose: whole, by digest, or each its own way.
func order(c *sim.Cluster, seed int) {
	for i, n := range c.Nodes {
		if seed/2%3 == 1 || seed/2%3 == 2 && i%2 == 1 {
			n.Ordering = node.Digest
		} else {
			n.Ordering = node.Inline
		}
	}
}

// ordered counts the blocks of a chain that were ordered by digest.
func ordered(t *testing.T, n *sim.Node) (count int) {
	t.Helper()
	for height := uint64(1); height <= n.Chain.Tip().Header.Height; height++ {
		body, err := n.Chain.Ledger().Body(height)
		if err != nil {
			t.Fatal(err)
		}
		if len(body.Batches) > 1 {
			count++
		}
	}
	return count
}

func TestNodesThatOrderDigestsAgreeOnTransfersThatComeInAnywhere(t *testing.T) {
	for _, engine := range []string{"smartbft", "raft", "simplex"} {
		t.Run(engine, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := digestSettings("standard")
				s.Consensus, s.Observers = engine, 1
				c := sim.New(t, s)
				c.Start()
				want := pay(t, c, 20)
				started := time.Now()
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
				t.Logf("settled after %s at height %d", time.Since(started), c.Judge.Height())
				if ordered(t, c.Nodes[4]) == 0 {
					t.Error("no block was ordered by digest")
				}
			})
		})
	}
}
