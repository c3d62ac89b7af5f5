package chaos

import (
	"context"
	"fmt"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/internal/executable"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/network"
)

// Network is a network of processes under test.
type Network struct {
	t         testing.TB
	Processes *network.Processes
	endpoints []*endpoint
	accounts  []*account
	chainID   uint64
	funds     *big.Int // of all accounts together
	wires     wires    // nil when nodes dial each other directly
}

// Settings say what network to make.
type Settings struct {
	Nodes     int
	Consensus string
	Crypto    string
	Ordering  string // of every node; the default when empty
	Clients   int    // funded accounts
	Wires     bool   // stand between the nodes, so that faults can meet them
}

// startTime bounds the wait until a network is ready.
const startTime = 60 * time.Second

// Start makes a network, starts it and waits until it is ready. It ends with the
// test.
func Start(t testing.TB, settings Settings) *Network {
	t.Helper()
	registry := obicore.Registry()
	suite, err := registry.CryptoSuite(settings.Crypto)
	if err != nil {
		t.Fatal(err)
	}
	n := &Network{t: t, chainID: 1337, funds: new(big.Int)}
	allocation := chain.Allocation{}
	each := chain.WordFromUint64(1 << 60)
	for range settings.Clients + 1 { // one deploys
		a, err := newAccount(suite)
		if err != nil {
			t.Fatal(err)
		}
		n.accounts = append(n.accounts, a)
		allocation[a.address] = chain.AllocatedAccount{Balance: each}
		n.funds.Add(n.funds, each.Big())
	}
	directory := filepath.Join(t.TempDir(), "network")
	m, err := network.Create(registry, directory, network.Settings{
		Name: "chaos", Nodes: settings.Nodes, Consensus: settings.Consensus, Crypto: settings.Crypto, Ordering: settings.Ordering, ChainID: n.chainID,
		GasLimit: 100_000_000, Allocate: allocation,
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Processes = &network.Processes{Directory: directory, Manifest: m, Binary: executable.Path(t)}
	t.Cleanup(func() {
		for _, node := range m.Nodes {
			if err := n.Processes.Kill(node); err != nil {
				t.Error(err)
			}
		}
	})
	if settings.Wires {
		n.wireUp()
	}
	for _, node := range m.Nodes {
		n.endpoints = append(n.endpoints, newEndpoint(node.RPC))
		if err := n.Processes.Start(node); err != nil {
			t.Fatal(err)
		}
	}
	n.AwaitReady(startTime)
	return n
}

// AwaitReady waits until all nodes are ready.
func (n *Network) AwaitReady(within time.Duration) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if status, err := n.Processes.AwaitReady(ctx, n.Processes.Manifest.Nodes, func(int, int) {}); err != nil {
		n.t.Fatalf("the network is not ready after %s: %+v", within, status.Nodes)
	}
}

// Leader returns the node that leads, by the word of any other.
func (n *Network) Leader() (network.Node, error) {
	status := n.Processes.Status(context.Background())
	for i, s := range status.Nodes {
		if s.Role == "leader" {
			return n.Processes.Manifest.Nodes[i], nil
		}
	}
	return network.Node{}, fmt.Errorf("nobody leads: %+v", status.Nodes)
}
