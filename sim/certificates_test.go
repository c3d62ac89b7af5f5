package sim_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sim"
)

func certifiedSettings(engine string) sim.Settings {
	s := settings("standard")
	s.Consensus, s.Checks = engine, node.ChecksCertified
	return s
}

// certify lets a seed choose who relies on others: nobody, all, or every other node.
func certify(c *sim.Cluster, seed int) {
	for i, n := range c.Nodes {
		if seed%3 == 1 || seed%3 == 2 && i%2 == 1 {
			n.Checks = node.ChecksCertified
		} else {
			n.Checks = node.ChecksEvery
		}
	}
}

// startConnected starts a cluster and waits until all nodes reach each other: nobody waits
// for the statements of a checker that is out of reach.
func startConnected(c *sim.Cluster) {
	c.Start()
	c.Settle(time.Minute, func() bool {
		for _, n := range c.Nodes {
			peers := n.Chain.Condition().Peers
			for i := range peers {
				if !peers[i].Connected() {
					return false
				}
			}
		}
		return true
	})
}

// figure reads one of a node's metrics.
func figure(t *testing.T, n *sim.Node, name string) (value int) {
	t.Helper()
	registry := prometheus.NewRegistry()
	if err := n.Chain.Register(registry); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "credible_"+name {
			return int(f.GetMetric()[0].GetCounter().GetValue())
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

func figures(t *testing.T, nodes []*sim.Node, name string) (sum int) {
	t.Helper()
	for _, n := range nodes {
		sum += figure(t, n, name)
	}
	return sum
}

// payInBatches submits one transfer of each account and round, those of one account to one
// node, and waits until all are executed everywhere.
func payInBatches(t *testing.T, c *sim.Cluster, to []*sim.Node, rounds int) (sum uint64) {
	t.Helper()
	before := balanceOf(t, to[0], recipient)
	for range rounds {
		for i, a := range c.Accounts {
			for range 10 {
				if _, err := to[i%len(to)].Submit(a.Transfer(recipient, 1)); err != nil {
					t.Fatal(err)
				}
				sum++
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	c.Settle(time.Minute, func() bool { return balanceOf(t, to[0], recipient) == before+sum })
	return sum
}

// TestWithCertificatesAboutTwoOfFourCheckEachSignature gives clients' transactions to the
// followers: what a leader has of its own clients it may propose before others have
// stated it, and then the voters check it.
func TestWithCertificatesAboutTwoOfFourCheckEachSignature(t *testing.T) {
	for _, ordering := range []node.Ordering{node.Inline, node.Digest} {
		t.Run(string(ordering), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := certifiedSettings("smartbft")
				s.Ordering = ordering
				c := sim.New(t, s)
				startConnected(c)
				sum := int(payInBatches(t, c, without(c.Nodes, leaderOf(t, c)), 10))
				checked, relied := figures(t, c.Nodes, "signatures_checked_total"), figures(t, c.Nodes, "signatures_relied_total")
				t.Logf("%d transactions, %d checks, %d times others' checks", sum, checked, relied)
				if checked < 2*sum || checked > sum*26/10 {
					t.Errorf("%d signatures are checked %d times, want about twice each", sum, checked)
				}
				for i, n := range c.Nodes {
					if signers, err := n.Chain.Ledger().(ledger.SignerKeeper).Signers(n.Chain.Head().Header.Height); signers != nil || err != nil {
						t.Errorf("node %d keeps as signers what it has taken from others: %x, %v", i, signers, err)
					}
				}
				if checked+relied < 4*sum || figures(t, c.Nodes, "batches_certified_total") == 0 {
					t.Errorf("%d signatures are checked %d times and relied on %d times: somebody has done neither", sum, checked, relied)
				}
			})
		})
	}
}

func TestWithCertificatesEveryEngineForLiarsAgreesOnTransfersThatComeInAnywhere(t *testing.T) {
	for _, engine := range []string{"smartbft", "simplex"} {
		for _, mixed := range []bool{false, true} {
			t.Run(fmt.Sprint(engine, ", mixed: ", mixed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := certifiedSettings(engine)
					s.Observers = 1
					c := sim.New(t, s)
					if mixed {
						certify(c, 2)
					}
					startConnected(c)
					sum := payInBatches(t, c, c.Nodes[:4], 5)
					// What is ordered before others have stated it, voters check. Where every
					// round has another leader that is the rule, since each orders at once what
					// it has of its own clients.
					relied := func() bool { return figures(t, c.Nodes, "signatures_relied_total") > 0 }
					for tries := 0; engine != "simplex" && !relied(); tries++ {
						if tries == 10 {
							t.Fatal("nobody relies on anybody")
						}
						sum += payInBatches(t, c, c.Nodes[:4], 5)
					}
					if observer := c.Nodes[4]; figure(t, observer, "signatures_checked_total") < int(sum) || figure(t, observer, "signatures_relied_total") > 0 {
						t.Error("the observer has not checked everything")
					}
				})
			})
		}
	}
}

// lyingCheckers has all nodes change their statements about the batches of others, whose
// truth lie is given, and demands that they convince nobody and cost patience alone.
func lyingCheckers(t *testing.T, lie func(c *sim.Cluster, n *sim.Node, truth dissemination.Statement) []byte) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, certifiedSettings("smartbft"))
		var truths sync.Map // statements by root
		for _, n := range c.Nodes {
			n.Lie = func(_ chain.NodeID, class network.Class, message []byte) []byte {
				if class == network.Bulk && dissemination.IsStated(message) {
					truth := stated(t, c, message)
					truths.Store(truth.Root, truth)
				}
				m, ok := about(class, message).(*dissemination.Signed)
				if !ok {
					return message
				}
				truth, _ := truths.Load(m.Root)
				signature := lie(c, n, truth.(dissemination.Statement))
				if signature == nil {
					return nil
				}
				return (&dissemination.Signed{Root: m.Root, Signature: signature}).Encode()
			}
		}
		startConnected(c)
		leader := leaderOf(t, c)
		began := time.Now()
		payInBatches(t, c, without(c.Nodes, leader), 1)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("it took %s", took)
		}
		time.Sleep(2 * time.Second) // patience ends with what a proposal has made known before, too
		if certified, expired := figures(t, c.Nodes, "batches_certified_total"), figures(t, c.Nodes, "batches_expired_total"); certified > 0 || expired == 0 {
			t.Errorf("%d batches are certified, patience has ended with %d", certified, expired)
		}
	})
}

// stated reads what the sender of a batch states.
func stated(t *testing.T, c *sim.Cluster, message []byte) dissemination.Statement {
	t.Helper()
	m, err := dissemination.DecodeStated(message)
	if err != nil {
		t.Fatal(err)
	}
	var batch []chain.Verified
	for _, claim := range m.Claims {
		batch = append(batch, c.Claim(claim.Wire, claim.Sender))
	}
	return c.State(batch)
}

func TestCheckersThatKeepSilentOnlyCostPatience(t *testing.T) {
	lyingCheckers(t, func(*sim.Cluster, *sim.Node, dissemination.Statement) []byte { return nil })
}

func TestStatementsOfAnotherSetBatchOrSignerConvinceNobody(t *testing.T) {
	for name, lie := range map[string]func(c *sim.Cluster, n *sim.Node, truth dissemination.Statement) []byte{
		"garbage": func(*sim.Cluster, *sim.Node, dissemination.Statement) []byte { return make([]byte, 64) },
		"of another set": func(_ *sim.Cluster, n *sim.Node, truth dissemination.Statement) []byte {
			truth.Set[0] ^= 1
			return n.SignStatement(truth)
		},
		"about another batch": func(_ *sim.Cluster, n *sim.Node, truth dissemination.Statement) []byte {
			truth.Root[0] ^= 1
			return n.SignStatement(truth)
		},
		"about another count": func(_ *sim.Cluster, n *sim.Node, truth dissemination.Statement) []byte {
			truth.Count++
			return n.SignStatement(truth)
		},
		"signed by another": func(c *sim.Cluster, n *sim.Node, truth dissemination.Statement) []byte {
			return without(c.Nodes, n)[0].SignStatement(truth)
		},
	} {
		t.Run(name, func(t *testing.T) { lyingCheckers(t, lie) })
	}
}

var thief = chain.Address{0x7e, 0xef}

// forgery is a batch that robs an account, which has not signed it: n chooses where the
// signature is wrong.
func forgery(c *sim.Cluster, n int) []chain.Verified {
	victim := c.Accounts[0]
	victim.Restart(c.Nodes[0])
	raw := victim.Transfer(thief, uint64(1+n))
	victim.Forget()
	if n%2 == 0 {
		raw[len(raw)-1] ^= 1 // it yields another sender
	} else {
		raw[len(raw)-60] ^= byte(n) // often it yields none
	}
	return []chain.Verified{c.Claim(raw, victim.Address)}
}

// TestAFirstNodeThatStatesAForgeryNeverGetsItExecuted has one node of four state
// forgeries, so many that each of the others has its turn as the honest one who checks.
func TestAFirstNodeThatStatesAForgeryNeverGetsItExecuted(t *testing.T) {
	underOf(t, certifiedSettings("smartbft"), func(t *testing.T, c *sim.Cluster, a *sim.Attacker) {
		for n := range 12 {
			batch := forgery(c, n)
			signature := c.Nodes[3].SignStatement(c.State(batch))
			a.Send(network.Bulk, dissemination.NewStated(signature, batch).Encode())
			a.Send(network.Sync, (&dissemination.Signed{Root: c.State(batch).Root, Signature: signature}).Encode())
			time.Sleep(11 * time.Second) // it is listened to again
		}
		for _, n := range c.Nodes[:3] {
			if stolen := balanceOf(t, n, thief); stolen > 0 {
				t.Errorf("%s: the thief has %d", n.Name, stolen)
			}
			if figure(t, n, "batches_expired_total") == 0 {
				t.Errorf("%s has never waited for a statement", n.Name)
			}
		}
	})
}

// TestMoreLiarsThanAreToleratedAreBelieved is what validators that rely on others trust
// in: that no more than f of them lie.
func TestMoreLiarsThanAreToleratedAreBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, certifiedSettings("smartbft"))
		startConnected(c)
		payInBatches(t, c, c.Nodes, 1)
		c.Nodes[2].Crash()
		c.Nodes[3].Crash()
		second, first := c.Nodes[2].Attack(1), c.Nodes[3].Attack(2)
		time.Sleep(3 * time.Second)
		set, believed := c.Nodes[0].Chain.Head().Validators, false
		for n := 0; n < 40; n += 2 {
			batch := forgery(c, n)
			truth := c.State(batch)
			first.Send(network.Bulk, dissemination.NewStated(c.Nodes[3].SignStatement(truth), batch).Encode())
			second.Send(network.Sync, (&dissemination.Signed{Root: truth.Root, Signature: c.Nodes[2].SignStatement(truth)}).Encode())
			time.Sleep(11 * time.Second)
			checks := dissemination.Checkers(set, c.Nodes[3].ID, truth.Root, 1)[0] == c.Nodes[0].ID
			_, pooled := c.Nodes[0].Chain.Pool().Get(batch[0].ID)
			if pooled == checks {
				t.Errorf("forgery %d: the honest node is to check it: %v, it has pooled it: %v", n, checks, pooled)
			}
			if pooled {
				believed = true
				break // it stands in the way of others
			}
		}
		if !believed {
			t.Error("the honest node was to check every one")
		}
	})
}

func TestWhoIsNoValidatorStatesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := certifiedSettings("smartbft")
		s.Observers = 2
		c := sim.New(t, s)
		startConnected(c)
		payInBatches(t, c, c.Nodes[:4], 1)
		before := figures(t, c.Nodes[:4], "batches_certified_total")
		var enemies []*sim.Attacker
		for i, n := range c.Nodes[4:] {
			n.Crash()
			enemies = append(enemies, n.Attack(uint64(i)))
		}
		time.Sleep(3 * time.Second)
		batch := []chain.Verified{c.Claim(c.Accounts[1].Transfer(recipient, 5), c.Accounts[0].Address)}
		for i, a := range enemies {
			n := c.Nodes[4+i]
			a.Send(network.Bulk, dissemination.NewStated(n.SignStatement(c.State(batch)), batch).Encode())
			a.Send(network.Sync, (&dissemination.Signed{Root: c.State(batch).Root, Signature: n.SignStatement(c.State(batch))}).Encode())
		}
		time.Sleep(5 * time.Second)
		if after := figures(t, c.Nodes[:4], "batches_certified_total"); after != before {
			t.Errorf("%d batches are certified by observers", after-before)
		}
	})
}

func TestAFloodOfStatementsAndStatedBatchesIsBounded(t *testing.T) {
	underOf(t, certifiedSettings("smartbft"), func(t *testing.T, c *sim.Cluster, a *sim.Attacker) {
		for n := range 2000 {
			a.Send(network.Bulk, dissemination.NewStated(make([]byte, 64), forgery(c, n)).Encode())
			a.Send(network.Sync, (&dissemination.Signed{Root: chain.Hash{byte(n), byte(n >> 8)}, Signature: make([]byte, 4096)}).Encode())
		}
		time.Sleep(5 * time.Second)
	})
}
