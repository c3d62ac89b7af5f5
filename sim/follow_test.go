package sim_test

import (
	"bytes"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sim"
)

// far makes a network whose only snapshot lies many blocks below its tip, with transactions of
// both families above it. Its fifth node has not joined yet.
func far(t *testing.T, lie sim.Lie) (c *sim.Cluster, joiner *sim.Node, paid uint64) {
	t.Helper()
	c, joiner, paid = loaded(t, func(c *sim.Cluster) {
		for _, n := range c.Nodes {
			n.Snapshots = node.Snapshots{Interval: 5 * every, Keep: 1}
		}
		for _, n := range c.Nodes[:4] {
			n.Lie = lie
		}
	})
	for c.Nodes[0].Chain.Head().Header.Height < 9*every {
		for i, a := range c.Accounts {
			if _, err := c.Nodes[i%4].Submit(a.NativeTransfer(recipient, 1)); err != nil {
				t.Fatal(err)
			}
			paid++
		}
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == paid })
		paid += pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == paid })
	}
	return c, joiner, paid
}

func TestANodeThatHasJoinedTakesProvedResultsUntilItIsAsFarAsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, joiner, paid := far(t, nil)
		joins(t, c, joiner, paid)
		followed, blocks := figure(t, joiner, "blocks_followed_total"), figure(t, joiner, "blocks_total")
		if followed < 2*every {
			t.Errorf("of %d blocks above the snapshot it took the results of %d", blocks, followed)
		}
		time.Sleep(11 * time.Second) // until it is sure that it keeps up: its peers tell it at each heartbeat
		end := balanceOf(t, joiner, recipient) + pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, joiner, recipient) == end })
		followed = figure(t, joiner, "blocks_followed_total")
		before := followed
		end += pay(t, c, 5)
		c.Settle(time.Minute, func() bool { return balanceOf(t, joiner, recipient) == end })
		if followed = figure(t, joiner, "blocks_followed_total"); followed != before {
			t.Errorf("it is as far as the others and has taken the results of %d blocks more", followed-before)
		}
	})
}

// altered lets the first answers give blocks away that are changed by f.
func altered(count *atomic.Int64, f func(b *blocksync.Block) (changed bool)) sim.Lie {
	return func(_ chain.NodeID, class network.Class, message []byte) []byte {
		m, err := blocksync.Decode(message)
		answer, is := m.(*blocksync.Answer)
		if class != network.Sync || err != nil || !is {
			return message
		}
		if count.Load() >= 2*every {
			return message
		}
		for i := range answer.Blocks {
			if f(&answer.Blocks[i]) {
				count.Add(1)
			}
		}
		return answer.Encode()
	}
}

func TestANodeThatHasJoinedTakesNoResultsThatHeadersDoNotProve(t *testing.T) {
	lies := map[string]func(b *blocksync.Block) bool{
		"of another block": func() func(*blocksync.Block) bool {
			var before []byte
			return func(b *blocksync.Block) bool {
				before, b.Results = b.Results, before
				return len(b.Results) > 0
			}
		}(),
		"another state root": func(b *blocksync.Block) bool {
			results, err := chain.DecodeResults(b.Results)
			if err != nil {
				return false
			}
			results.StateRoot[0] ^= 1
			b.Results = results.Encode()
			return true
		},
		"more than was paid": func(b *blocksync.Block) bool {
			results, err := chain.DecodeResults(b.Results)
			if err != nil || len(results.Transactions) == 0 {
				return false
			}
			writes := results.Transactions[0].Writes
			last := &writes[len(writes)-1]
			last.Value = bytes.Clone(last.Value)
			last.Value[len(last.Value)-1] ^= 1
			b.Results = results.Encode()
			return true
		},
		"one transaction less": func(b *blocksync.Block) bool {
			results, err := chain.DecodeResults(b.Results)
			if err != nil || len(results.Transactions) == 0 {
				return false
			}
			results.Transactions = results.Transactions[1:]
			b.Results = results.Encode()
			return true
		},
		"no encoding": func(b *blocksync.Block) bool {
			b.Results = bytes.Repeat([]byte{0xc1}, len(b.Results))
			return len(b.Results) > 0
		},
		"true ones, and a signature that the header does not bind is false": func(b *blocksync.Block) bool {
			body, err := chain.DecodeBody(b.Body)
			if err != nil {
				return false
			}
			for i := range body.Batches {
				for k := range body.Batches[i] {
					if wire := body.Batches[i][k].Wire; len(wire) > 0 && wire[0] != 2 {
						wire = bytes.Clone(wire)
						wire[len(wire)-9] ^= 1 // in the signature, which comes last
						body.Batches[i][k].Wire = wire
						b.Body = body.Encode()
						return true
					}
				}
			}
			return false
		},
	}
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told atomic.Int64
				c, joiner, paid := far(t, altered(&told, lie))
				joins(t, c, joiner, paid)
				if told.Load() == 0 {
					t.Error("nobody has lied")
				}
			})
		})
	}
}
