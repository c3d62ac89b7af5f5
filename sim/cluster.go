package sim

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Settings say what cluster to make.
type Settings struct {
	Nodes     int
	Observers int // nodes after the validators that only follow
	Consensus string
	Crypto    string
	Ordering  node.Ordering
	Checks    node.Checks
	Latency   time.Duration // of every link
	Heartbeat time.Duration
	Accounts  int
	Snapshots node.Snapshots // that every node takes, unless it has its own
	// Retain is how many blocks all nodes but the first keep; 0 is all of them. A run then
	// prunes, compacts and takes snapshots between its faults.
	Retain uint64
	Log    *slog.Logger
}

// Cluster is a network of nodes in this process.
type Cluster struct {
	t        testing.TB
	settings Settings
	registry *kernel.Registry
	suite    crypto.Suite
	channels *memory.Switch
	genesis  *chain.Genesis
	root     string // of the nodes' directories

	Nodes    []*Node
	Accounts []*Account
	Judge    *Judge
}

// New makes a cluster whose nodes are not started yet. It ends with the test.
func New(t testing.TB, settings Settings) *Cluster {
	t.Helper()
	c := &Cluster{t: t, settings: settings, registry: obicore.Registry(), channels: memory.New(), root: t.TempDir()}
	suite, err := c.registry.CryptoSuite(settings.Crypto)
	if err != nil {
		t.Fatal(err)
	}
	c.suite = suite
	if settings.Log == nil {
		c.settings.Log = slog.New(slog.DiscardHandler)
	}
	for i := range settings.Nodes + settings.Observers {
		c.Nodes = append(c.Nodes, c.newNode(i))
	}
	c.genesis = &chain.Genesis{
		Format: chain.GenesisFormat, Name: "simulation", EVMChainID: chainID, Time: uint64(time.Now().UnixMilli()),
		Crypto: settings.Crypto, Consensus: settings.Consensus, Commitment: obicore.BinaryTree, RootDelay: 2, Window: 1024,
		GasLimit: 30_000_000, Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}}, Allocation: chain.Allocation{},
	}
	if settings.Retain > 0 {
		c.genesis.Window = settings.Retain
		keepLittle(c.registry)
	}
	for _, n := range c.Nodes[:settings.Nodes] {
		c.genesis.Validators = append(c.genesis.Validators, n.member())
	}
	slices.SortFunc(c.genesis.Validators, func(a, b chain.GenesisMember) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for range max(1, settings.Accounts) {
		a := c.newAccount()
		c.Accounts = append(c.Accounts, a)
		c.genesis.Allocation[a.Address] = chain.AllocatedAccount{Balance: chain.WordFromUint64(accountBalance)}
	}
	c.genesis.Admin = []chain.Address{c.Accounts[0].Address}
	c.Judge = newJudge(t, c)
	for _, a := range c.Nodes {
		for _, b := range c.Nodes {
			if a != b {
				c.channels.Latency(a.channel.Self(), b.channel.Self(), settings.Latency)
			}
		}
	}
	t.Cleanup(c.stop)
	return c
}

// fault is the level of faults that the cluster's engine survives.
func (c *Cluster) fault() consensus.Fault {
	c.t.Helper()
	engine, err := c.registry.Consensus[c.settings.Consensus].New(consensus.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	return engine.Capabilities().Fault
}

func (c *Cluster) stop() {
	for _, n := range c.Nodes {
		n.Stop()
	}
}

// Start starts all nodes.
func (c *Cluster) Start() {
	c.t.Helper()
	started := make(chan error, len(c.Nodes))
	for _, n := range c.Nodes {
		go func() { started <- n.start() }()
	}
	for range c.Nodes {
		if err := <-started; err != nil {
			c.t.Fatal(err)
		}
	}
}

// Settle waits until all running nodes have the same tip, executed, and holds is
// true of it; it fails after a time.
func (c *Cluster) Settle(within time.Duration, holds func() bool) {
	c.t.Helper()
	c.SettleAmong(c.Nodes, within, holds)
}

// SettleAmong is Settle for some of the nodes.
func (c *Cluster) SettleAmong(nodes []*Node, within time.Duration, holds func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		if equal(nodes) && holds() {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			c.t.Fatalf("not settled after %s: %s", within, c.describe())
		}
	}
}

// equal reports whether all running nodes have the same executed tip.
func equal(nodes []*Node) bool {
	var first *chain.Hash
	for _, n := range nodes {
		if n.Chain == nil {
			continue
		}
		head, tip := n.Chain.Head(), n.Chain.Tip()
		if head.Hash != tip.Hash || first != nil && *first != tip.Hash {
			return false
		}
		first = &tip.Hash
	}
	return true
}

func (c *Cluster) describe() (text string) {
	for _, n := range c.Nodes {
		if n.Chain == nil {
			text += fmt.Sprintf("\n  %s is down", n.Name)
			continue
		}
		d := n.Chain.Condition()
		pending, queued := n.Chain.Pool().Count()
		text += fmt.Sprintf("\n  %s %s: executed %d, decided %d, behind %d, view %d, reaches %d of %d, pool %d+%d, %s%s",
			n.Name, d.Role, d.Height, d.Tip, d.Behind, d.View, d.Connected, d.Quorum, pending, queued, d.Waiting, d.Halted)
	}
	return text
}

// peersOf returns all nodes but one, as that one knows them.
func (c *Cluster) peersOf(self *Node) (peers []network.Peer) {
	for _, n := range c.Nodes {
		if n != self {
			peers = append(peers, network.Peer{ID: n.ID, Transport: n.channel.Self(), Address: n.Name})
		}
	}
	return peers
}

func (c *Cluster) newNode(i int) *Node {
	c.t.Helper()
	n := &Node{cluster: c, Name: fmt.Sprintf("node%d", i), Ordering: c.settings.Ordering, Checks: c.settings.Checks, Snapshots: c.settings.Snapshots}
	n.directory = filepath.Join(c.root, n.Name)
	scheme, err := c.suite.Scheme(c.suite.Default())
	if err != nil {
		c.t.Fatal(err)
	}
	if n.consensus, err = scheme.Generate(rand.Reader); err != nil {
		c.t.Fatal(err)
	}
	export, err := c.suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		c.t.Fatal(err)
	}
	if n.export, err = export.Generate(rand.Reader); err != nil {
		c.t.Fatal(err)
	}
	secret, err := c.channels.Generate()
	if err != nil {
		c.t.Fatal(err)
	}
	if n.channel, err = c.channels.Open(secret); err != nil {
		c.t.Fatal(err)
	}
	n.ID = c.suite.Sum(n.consensus.Public().Bytes)
	return n
}
