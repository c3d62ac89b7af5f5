package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sim"
)

var recipient = chain.Address{0xbe, 0xef}

// balanceOf reads what the recipient has on a node.
func balanceOf(t *testing.T, n *sim.Node, owner chain.Address) uint64 {
	t.Helper()
	view, err := n.Chain.View(n.Chain.Head().Header.Height)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	value, err := view.Get(chain.AccountKey(owner))
	if err != nil {
		t.Fatal(err)
	}
	if len(value) == 0 {
		return 0
	}
	account, err := chain.DecodeAccount(value)
	if err != nil {
		t.Fatal(err)
	}
	balance, _ := account.Balance.Uint64()
	return balance
}

func settings(suite string) sim.Settings {
	return sim.Settings{Nodes: 4, Consensus: "smartbft", Crypto: suite, Latency: 2 * time.Millisecond, Heartbeat: 10 * time.Second, Accounts: 8}
}

// pay submits one transfer of each account to one node after the other.
func pay(t *testing.T, c *sim.Cluster, rounds int) (sum uint64) {
	t.Helper()
	for round := range rounds {
		for i, a := range c.Accounts {
			n := c.Nodes[(round+i)%len(c.Nodes)]
			if n.Chain == nil {
				continue
			}
			if _, err := n.Submit(a.Transfer(recipient, 1)); err != nil {
				t.Fatalf("%s: %v", n.Name, err)
			}
			sum++
		}
	}
	return sum
}

func TestFourNodesAgreeOnTransfersThatComeInAnywhere(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := sim.New(t, settings(suite))
				c.Start()
				want := pay(t, c, 20)
				c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
				for _, n := range c.Nodes {
					if have := balanceOf(t, n, recipient); have != want {
						t.Errorf("%s has %d, want %d", n.Name, have, want)
					}
				}
			})
		})
	}
}

func TestANodeThatWasDownCatchesUpAndVotesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, settings("standard"))
		c.Start()
		want := pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		c.Nodes[3].Crash()
		for range 30 {
			want += pay(t, c, 1)
			time.Sleep(20 * time.Millisecond)
		}
		c.Settle(time.Minute, func() bool { return c.Nodes[0].Chain.Head().Header.Height > 3 })
		c.Nodes[3].Start()
		c.Nodes[2].Crash() // now the one that was down is needed
		want += pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return true })
	})
}

func TestEveryNodeShowsItsNetworkInMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, settings("standard"))
		c.Start()
		want := pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		c.Nodes[3].Stop()
		time.Sleep(10 * time.Second)
		registry := prometheus.NewRegistry()
		if err := c.Nodes[0].Chain.Register(registry); err != nil {
			t.Fatal(err)
		}
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		values := make(map[string]float64)
		for _, f := range families {
			for _, m := range f.GetMetric() {
				values[f.GetName()] += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
		for name, want := range map[string]float64{
			"credible_consensus_validators": 4, "credible_consensus_missing_validators": 1, "credible_p2p_peers": 2,
			"credible_consensus_validator_power": 1, "credible_mempool_size": 0, "credible_blocksync_syncing": 0,
			"credible_consensus_latest_block_height": float64(c.Nodes[0].Chain.Head().Header.Height),
		} {
			if have, ok := values[name]; !ok || have != want {
				t.Errorf("%s is %v, want %v", name, have, want)
			}
		}
		if values["credible_p2p_peer_send_bytes_total"] == 0 || values["credible_p2p_peer_receive_bytes_total"] == 0 {
			t.Error("no traffic is counted")
		}
	})
}
