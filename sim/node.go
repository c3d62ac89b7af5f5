package sim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// Node is one node of a cluster.
type Node struct {
	cluster   *Cluster
	Name      string
	ID        chain.NodeID
	consensus crypto.Signer
	export    crypto.Signer
	channel   network.SecureChannel
	directory string
	Spare     []node.Keys
	Ordering  node.Ordering // of its next life
	Snapshots node.Snapshots
	Join      bool                 // begin with a snapshot of the others when there is no ledger
	Trusted   *snapshot.Checkpoint // that it joins by; nil joins from genesis
	Checks    node.Checks          // of its next life
	Lie       Lie                  // changes what it sends; set before it starts
	lives     int                  // how often it has crashed; each life has a directory of its own
	snapshots int                  // how many it has given

	Chain *node.Chain // nil while it is down
	watch *watch
}

func (n *Node) member() chain.GenesisMember {
	key := func(k chain.PublicKey) chain.GenesisKey {
		return chain.GenesisKey{Scheme: k.Scheme.String(), Key: k.Bytes}
	}
	return chain.GenesisMember{
		ID: n.ID, ConsensusKey: key(n.consensus.Public()), Transport: n.channel.Self(), ExportKey: key(n.export.Public()),
		Organisation: n.Name, Weight: 1, Payout: chain.Address{19: byte(len(n.Name))},
	}
}

// Record returns the node's validator record.
func (n *Node) Record() chain.Validator {
	return chain.Validator{
		ID: n.ID, ConsensusKey: n.consensus.Public(), Transport: n.channel.Self(), ExportKey: n.export.Public(),
		Organisation: n.Name, Weight: 1, Payout: chain.Address{19: byte(len(n.Name))},
	}
}

// Start starts a node that is down.
func (n *Node) Start() {
	n.cluster.t.Helper()
	if err := n.start(); err != nil {
		n.cluster.t.Fatal(err)
	}
}

func (n *Node) start() error { return n.StartWithin(context.Background()) }

// StartWithin is Start for a test that ends it early by the context.
func (n *Node) StartWithin(ctx context.Context) error {
	if n.Chain != nil {
		return nil
	}
	options, err := n.options()
	if err != nil {
		return err
	}
	running, err := node.Open(ctx, n.cluster.registry, options)
	if err != nil {
		return fmt.Errorf("%s: %w", n.Name, err)
	}
	n.Chain, n.watch = running, n.cluster.Judge.watch(n.Name, running)
	if err := running.Start(context.Background()); err != nil {
		return fmt.Errorf("%s: %w", n.Name, err)
	}
	return nil
}

func (n *Node) options() (o node.Options, err error) {
	c := n.cluster
	if err := os.MkdirAll(filepath.Join(n.directory, "keys"), 0o700); err != nil {
		return o, err
	}
	identity, err := c.genesis.Identity(c.suite)
	if err != nil {
		return o, err
	}
	module, err := c.registry.MeshModule("mesh")
	if err != nil {
		return o, err
	}
	mesh, err := module.New(network.Options{Self: n.ID, Identity: identity, Channel: n.channel, Listen: n.Name, Log: c.settings.Log})
	if err != nil {
		return o, err
	}
	if n.Lie != nil {
		mesh = liar{mesh, n}
	}
	var join *node.Join
	if n.Join {
		own, err := module.New(network.Options{Self: n.ID, Identity: identity, Channel: n.channel, Listen: n.Name, Log: c.settings.Log})
		if err != nil {
			return o, err
		}
		join = &node.Join{Mesh: own, Trusted: n.Trusted}
	}
	wal, err := journal.Open(filepath.Join(n.directory, "consensus.log"))
	if err != nil {
		return o, err
	}
	votes, err := journal.Open(filepath.Join(n.directory, "keys", "votes.log"))
	if err != nil {
		return o, err
	}
	bodies, err := journal.Open(filepath.Join(n.directory, "bodies.log"))
	if err != nil {
		return o, err
	}
	guard, err := node.NewGuard(votes)
	return node.Options{
		Genesis: c.genesis, Directory: filepath.Join(n.directory, "data"), Self: n.ID, Keys: node.Keys{Signer: n.consensus, Export: n.export}, Spare: n.Spare,
		Votes: guard, WAL: wal, Bodies: bodies, Ordering: n.Ordering, WholeUpTo: -1, Checks: n.Checks, StateFrom: 1, Network: &node.Network{Mesh: mesh, Peers: c.peersOf(n)}, Heartbeat: c.settings.Heartbeat,
		RetainBlocks: n.retained(), Snapshots: n.Snapshots, Join: join, Log: c.settings.Log.With("node", n.Name),
	}, err
}

// Stop stops a node cleanly.
func (n *Node) Stop() {
	n.cluster.t.Helper()
	if n.Chain == nil {
		return
	}
	if err := n.Chain.Close(context.Background()); err != nil {
		n.cluster.t.Errorf("%s: %v", n.Name, err)
	}
	n.watch.end()
	n.Chain = nil
}

// Crash ends a node as SIGKILL does: what it has written is kept, what it would
// have written from now on is not.
func (n *Node) Crash() {
	n.cluster.t.Helper()
	if n.Chain == nil {
		return
	}
	n.lives++
	image := filepath.Join(n.cluster.root, fmt.Sprintf("%s-%d", n.Name, n.lives))
	n.cut(true)
	if err := os.CopyFS(image, os.DirFS(n.directory)); err != nil {
		n.cluster.t.Fatal(err)
	}
	n.Stop()
	if err := os.RemoveAll(n.directory); err != nil {
		n.cluster.t.Fatal(err)
	}
	n.directory = image
	n.cut(false)
}

// cut cuts or heals all links of a node.
func (n *Node) cut(cut bool) {
	for _, other := range n.cluster.Nodes {
		if other != n {
			n.cluster.Cut(n, other, cut)
		}
	}
}

// Isolate cuts a node off from all others, or heals its links.
func (n *Node) Isolate(cut bool) { n.cut(cut) }

// Cut cuts or heals the link between two nodes.
func (c *Cluster) Cut(a, b *Node, cut bool) {
	if cut {
		c.channels.Cut(a.channel.Self(), b.channel.Self())
	} else {
		c.channels.Heal(a.channel.Self(), b.channel.Self())
	}
}

// Directory is where the node keeps what it must not lose; a crash moves it.
func (n *Node) Directory() string { return n.directory }
