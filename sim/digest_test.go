package sim_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
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

// about returns the message about a batch that is sent, nil when it is another one.
func about(class network.Class, message []byte) any {
	if class != network.Sync {
		return nil
	}
	m, err := dissemination.DecodeBatch(message)
	if err != nil {
		return nil
	}
	return m
}

// leadingLiar has the leader of four nodes lie about its batches, and demands that all
// that was submitted is executed. It returns whether the leader has kept its place.
func leadingLiar(t *testing.T, engine string, lie func(c *sim.Cluster, to chain.NodeID, m any) []byte) (kept bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := digestSettings("standard")
		s.Consensus = engine
		c := sim.New(t, s)
		var lying atomic.Bool
		var leader atomic.Pointer[sim.Node]
		for _, n := range c.Nodes {
			n.Lie = func(to chain.NodeID, class network.Class, message []byte) []byte {
				if m := about(class, message); m != nil && lying.Load() && leader.Load() == n {
					return lie(c, to, m)
				}
				return message
			}
		}
		c.Start()
		want := pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		liar := leaderOf(t, c)
		leader.Store(liar)
		lying.Store(true)
		for range 4 {
			want += pay(t, c, 2)
			c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		}
		kept = leaderOf(t, c) == liar
		for _, n := range c.Nodes {
			if reason := n.Chain.HaltReason(); reason != nil {
				t.Errorf("%s has stopped: %v", n.Name, reason)
			}
		}
	})
	return kept
}

func TestALeaderWhoTellsNobodyItsBatchLosesItsPlace(t *testing.T) {
	for _, engine := range []string{"smartbft", "raft", "simplex"} {
		t.Run(engine, func(t *testing.T) {
			if leadingLiar(t, engine, func(*sim.Cluster, chain.NodeID, any) []byte { return nil }) && engine != "simplex" {
				t.Error("the leader still leads") // Simplex has another one in every round
			}
		})
	}
}

func TestALeaderWhoNamesOtherTransactionsLosesItsPlace(t *testing.T) {
	for name, change := range map[string]func(ids []chain.Hash) []chain.Hash{
		"none":  func([]chain.Hash) []chain.Hash { return nil },
		"fewer": func(ids []chain.Hash) []chain.Hash { return ids[1:] },
		"in disorder": func(ids []chain.Hash) []chain.Hash {
			return append(append([]chain.Hash(nil), ids[1:]...), ids[0], ids[0])[:len(ids)]
		},
		"that are not": func(ids []chain.Hash) []chain.Hash { return make([]chain.Hash, len(ids)) },
	} {
		t.Run(name, func(t *testing.T) {
			kept := leadingLiar(t, "smartbft", func(_ *sim.Cluster, _ chain.NodeID, m any) []byte {
				b, ok := m.(*dissemination.Batch)
				if !ok {
					return (&dissemination.Part{Wires: [][]byte{{1, 2, 3}}}).Encode()
				}
				return (&dissemination.Batch{Header: b.Header, IDs: change(b.IDs), Evidence: b.Evidence}).Encode()
			})
			if kept {
				t.Error("the leader still leads")
			}
		})
	}
}

// TestABatchThatOneVoterHasReachesTheOthers is a leader that tells its batch to one voter
// only: the others get it from that one.
func TestABatchThatOneVoterHasReachesTheOthers(t *testing.T) {
	kept := leadingLiar(t, "smartbft", func(c *sim.Cluster, to chain.NodeID, m any) []byte {
		if b, ok := m.(*dissemination.Batch); ok && (to == c.Nodes[0].ID || to == c.Nodes[1].ID) {
			return b.Encode()
		}
		return nil
	})
	if !kept {
		t.Log("the leader has lost its place") // it may be one of the two
	}
}

// TestAVoterWithoutTransactionsAsksForThem keeps every transaction from a voter that is
// needed. When answers are spoilt, one node alone answers as it should.
func TestAVoterWithoutTransactionsAsksForThem(t *testing.T) {
	for _, spoilt := range []bool{false, true} {
		t.Run(fmt.Sprint("answers are spoilt: ", spoilt), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sim.New(t, digestSettings("standard"))
				var starved, honest atomic.Pointer[sim.Node]
				var asked atomic.Int64
				for _, n := range c.Nodes {
					n.Lie = func(to chain.NodeID, class network.Class, message []byte) []byte {
						voter := starved.Load()
						if voter == nil || to != voter.ID {
							return message
						}
						if class == network.Bulk {
							return nil
						}
						part, ok := about(class, message).(*dissemination.Part)
						if !ok || len(part.Wires) == 0 {
							return message
						}
						if asked.Add(1); spoilt && n != honest.Load() {
							forged := append([]byte(nil), part.Wires[0]...)
							forged[len(forged)-1] ^= 1
							return (&dissemination.Part{Header: part.Header, Wires: [][]byte{forged}}).Encode()
						}
						return message
					}
				}
				c.Start()
				followers := without(c.Nodes, leaderOf(t, c))
				starved.Store(followers[0])
				honest.Store(followers[1])
				followers[2].Crash()
				rest := without(c.Nodes, followers[2])
				var want uint64
				for range 3 {
					want += pay(t, &sim.Cluster{Nodes: rest, Accounts: c.Accounts}, 1)
					c.SettleAmong(rest, 20*time.Second, func() bool { return balanceOf(t, rest[0], recipient) == want })
				}
				if asked.Load() == 0 {
					t.Error("nobody has asked")
				}
			})
		})
	}
}

func TestAllNodesRestartWithAProposalInFlight(t *testing.T) {
	for _, engine := range []string{"smartbft", "raft", "simplex"} {
		for after := 1; after <= 15; after += 2 {
			t.Run(fmt.Sprintf("%s after %d ms", engine, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := digestSettings("standard")
					s.Consensus = engine
					c := sim.New(t, s)
					c.Start()
					want := pay(t, c, 1)
					c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
					pay(t, c, 2)
					time.Sleep(time.Duration(after) * time.Millisecond)
					for _, n := range c.Nodes {
						n.Isolate(true) // all at one moment
					}
					for _, n := range c.Nodes {
						n.Crash()
					}
					c.Start()
					before := c.Judge.Height()
					id := payNext(t, c.Accounts[0], c.Nodes[1])
					c.Settle(time.Minute, func() bool { return c.Judge.Height() > before && c.Judge.Included(id) })
				})
			})
		}
	}
}

// payNext submits a payment with the nonce that a node's state has next. What was in flight
// may be decided just between the two.
func payNext(t *testing.T, a *sim.Account, n *sim.Node) chain.Hash {
	t.Helper()
	for {
		a.Restart(n)
		id, err := n.Submit(a.Transfer(recipient, 1))
		if err == nil {
			return id
		}
		if !errors.Is(err, execution.ErrNonceTooLow) && !errors.Is(err, pool.ErrNonceTooLow) {
			t.Fatal(err)
		}
	}
}

func TestBatchesThatNobodyOrdersDoNoHarm(t *testing.T) {
	underOf(t, digestSettings("standard"), func(t *testing.T, c *sim.Cluster, a *sim.Attacker) {
		random := rand.New(rand.NewPCG(1, 2))
		hash := func() (h chain.Hash) {
			for i := range h {
				h[i] = byte(random.Uint32())
			}
			return h
		}
		many := make([]chain.Hash, 1<<15)
		for i := range many {
			many[i] = hash()
		}
		for range 300 {
			a.Send(network.Sync, (&dissemination.Batch{Header: hash(), IDs: many}).Encode())
			a.Send(network.Sync, (&dissemination.Want{Header: hash(), IDs: many[:random.IntN(1000)]}).Encode())
			a.Send(network.Sync, (&dissemination.Want{Header: c.Nodes[0].Chain.Tip().Hash}).Encode())
			a.Send(network.Sync, (&dissemination.Part{Header: hash(), Wires: [][]byte{{1}, {2}}}).Encode())
			time.Sleep(time.Millisecond)
		}
	})
}
