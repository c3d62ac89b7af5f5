package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
	"github.com/credibleledger/credibleledger/sim/chaos/testbuild"
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
	filter    *filter  // nil when packets cannot be dropped
	disk      *disk    // of the last node; nil when it has no disk of its own
	builds    testbuild.Binaries
}

// Settings say what network to make.
type Settings struct {
	Nodes     int
	Consensus string
	Crypto    string
	Ordering  string // of every node; the default when empty
	Checks    string // of every node; every signature when empty
	Clients   int    // funded accounts
	Troubled  bool   // wires and a packet filter between the nodes, and a disk that can be full
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
	n := &Network{t: t, chainID: 1337, funds: new(big.Int), builds: builds(t)}
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
		Name: "chaos", Nodes: settings.Nodes, Consensus: settings.Consensus, Crypto: settings.Crypto, Ordering: settings.Ordering, Checks: settings.Checks, ChainID: n.chainID,
		GasLimit: 100_000_000, Accounts: 1, Allocate: allocation, // the one administers
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Processes = &network.Processes{Directory: directory, Manifest: m, Binary: n.builds.Older}
	t.Cleanup(func() {
		for _, node := range m.Nodes {
			if err := n.Processes.Kill(node); err != nil {
				t.Error(err)
			}
		}
	})
	for i := 1; i < len(m.Nodes); i += 2 {
		n.keepFewStates(m.Nodes[i])
	}
	if settings.Troubled {
		n.prepareTrouble()
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

// fewStates is how many heights below the tip every second node can read the state of, so
// that it drops history while the others keep it.
const fewStates = 64

// keepFewStates changes the configuration of a node that has not been started.
func (n *Network) keepFewStates(of network.Node) {
	n.t.Helper()
	path := filepath.Join(n.Processes.Home(of), network.ConfigurationFile)
	file, err := os.ReadFile(path)
	if err != nil {
		n.t.Fatal(err)
	}
	settings, err := configuration.Parse(file)
	if err != nil {
		n.t.Fatal(err)
	}
	settings.Data.RetainState = fewStates
	if file, err = settings.Encode(); err == nil {
		err = os.WriteFile(path, file, 0o600) //nolint:gosec // the folder of the test
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// prepareTrouble gives faults what they need; what this system has not is left out.
func (n *Network) prepareTrouble() {
	n.t.Helper()
	n.wireUp()
	var err error
	if n.filter, err = newFilter(); err != nil {
		n.t.Logf("no packets are lost in this run: %v", err)
	}
	last := n.small()
	if n.disk, err = mountDisk(filepath.Join(n.Processes.Home(last), network.DataFolder)); err != nil {
		n.t.Logf("no disk is full in this run: %v", err)
		return
	}
	n.t.Cleanup(func() {
		if err := errors.Join(n.Processes.Kill(last), n.disk.unmount()); err != nil {
			n.t.Error(err)
		}
	})
}

// small is the node whose disk can be full.
func (n *Network) small() network.Node {
	return n.Processes.Manifest.Nodes[len(n.Processes.Manifest.Nodes)-1]
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

// Leader returns the node that leads, by the word of any other. It waits while an
// election is under way.
func (n *Network) Leader(ctx context.Context) (network.Node, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		status := n.Processes.Status(ctx)
		for i, s := range status.Nodes {
			if s.Role == "leader" {
				return n.Processes.Manifest.Nodes[i], nil
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return network.Node{}, fmt.Errorf("nobody leads for %s: %+v", patience, status.Nodes)
		}
	}
}
