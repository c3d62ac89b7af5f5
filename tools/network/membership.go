package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

// Addition says what becomes of a node that is added.
type Addition struct {
	Observer bool // it only follows the chain
	Snapshot bool // it begins with a snapshot of the others, where they give one
}

// AddNode makes one more node, starts it and waits until it has caught up; unless it
// is to observe only, it then becomes a validator by transaction.
func (p *Processes) AddNode(ctx context.Context, registry *kernel.Registry, addition Addition) (Node, error) {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return Node{}, err
	}
	ports, err := freePorts(2)
	if err != nil {
		return Node{}, err
	}
	added := Node{Name: p.freeName(), RPC: loopback(ports[0]), Mesh: loopback(ports[1])}
	record, err := newHome(registry, suite, p.Home(added), added, p.Manifest.Name)
	if err != nil {
		return Node{}, err
	}
	added.ID = record.Validator.ID
	if err := p.welcome(added, record, addition.Snapshot); err != nil {
		return Node{}, err
	}
	if err := p.Start(added); err != nil {
		return Node{}, err
	}
	if err := p.awaitNode(ctx, added); err != nil {
		return Node{}, err
	}
	if addition.Observer {
		return added, nil
	}
	administrator, err := p.administrator(ctx, suite)
	if err != nil {
		return Node{}, err
	}
	member, err := record.Validator.Validator()
	if err != nil {
		return Node{}, err
	}
	if err := administrator.change(ctx, "addValidator(bytes)", member.Encode()); err != nil {
		return Node{}, err
	}
	return added, p.awaitMember(ctx, added)
}

// welcome writes the home of a new node and makes it known to the others.
func (p *Processes) welcome(added Node, record *Record, snapshot bool) error {
	model := p.Manifest.Nodes[0]
	genesis, err := os.ReadFile(filepath.Join(p.Home(model), GenesisFile))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.Home(added), GenesisFile), genesis, 0o600); err != nil { //nolint:gosec // the name is made here
		return err
	}
	// A recovery is part of what a node must know to follow the chain.
	if recovery, err := os.ReadFile(filepath.Join(p.Home(model), recoveryFile)); err == nil {
		if err := os.WriteFile(filepath.Join(p.Home(added), recoveryFile), recovery, 0o600); err != nil { //nolint:gosec // the name is made here
			return err
		}
	}
	settings, err := p.configuration(model)
	if err != nil {
		return err
	}
	own, err := p.peer(model)
	if err != nil {
		return err
	}
	settings.RPC.Address, settings.Network.Listen, settings.Sync.Snapshot = added.RPC, added.Mesh, snapshot
	settings.Network.Peers = append(settings.Network.Peers, own)
	file, err := settings.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.Home(added), ConfigurationFile), file, 0o600); err != nil {
		return err
	}
	peer := configuration.Peer{Name: added.Name, ID: added.ID, Transport: record.Validator.Transport, Address: added.Mesh}
	for _, node := range p.Manifest.Nodes {
		err := p.change(node, func(c *configuration.Configuration) { c.Network.Peers = append(c.Network.Peers, peer) })
		if err != nil {
			return err
		}
	}
	p.Manifest.Nodes = append(p.Manifest.Nodes, added)
	return p.Manifest.save(p.Directory)
}

// peer returns a node as the others know it, from the configuration of one of them.
func (p *Processes) peer(node Node) (configuration.Peer, error) {
	for _, other := range p.Manifest.Nodes {
		settings, err := p.configuration(other)
		if err != nil {
			return configuration.Peer{}, err
		}
		i := slices.IndexFunc(settings.Network.Peers, func(peer configuration.Peer) bool { return peer.ID == node.ID })
		if i >= 0 {
			return settings.Network.Peers[i], nil
		}
	}
	return configuration.Peer{}, fmt.Errorf("no other node knows %s", node.Name)
}

func (p *Processes) configuration(node Node) (*configuration.Configuration, error) {
	file, err := os.ReadFile(filepath.Join(p.Home(node), ConfigurationFile))
	if err != nil {
		return nil, err
	}
	return configuration.Parse(file)
}

// freeName is the first name that no node has and that has left no home behind.
func (p *Processes) freeName() string {
	for n := 0; ; n++ {
		name := fmt.Sprintf("node%d", n)
		if _, err := os.Stat(filepath.Join(p.Directory, name)); err != nil {
			return name
		}
	}
}

// awaitNode waits until a node is ready.
func (p *Processes) awaitNode(ctx context.Context, node Node) error {
	return p.awaitThat(ctx, node, func(n NodeStatus) bool { return n.State == "ready" })
}

// awaitMember waits until a node is ready as a validator: it learns that it is one
// later than the others, and knows nothing of the leader before.
func (p *Processes) awaitMember(ctx context.Context, node Node) error {
	return p.awaitThat(ctx, node, func(n NodeStatus) bool { return n.State == "ready" && n.Role != "observer" })
}

func (p *Processes) awaitThat(ctx context.Context, node Node, holds func(NodeStatus) bool) error {
	ctx, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	return p.await(ctx, func(s *Status) bool {
		i := slices.IndexFunc(s.Nodes, func(n NodeStatus) bool { return n.Name == node.Name })
		return i >= 0 && holds(s.Nodes[i])
	})
}

// RemoveNode takes a node out of the validator set, if it is in it, stops it, and
// makes the others forget it. Its home stays.
func (p *Processes) RemoveNode(ctx context.Context, registry *kernel.Registry, node Node) error {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return err
	}
	administrator, err := p.administrator(ctx, suite)
	if err != nil {
		return err
	}
	if _, err := administrator.record(ctx, node.ID); err == nil {
		if err := administrator.change(ctx, "removeValidator(bytes32)", node.ID[:]); err != nil {
			return err
		}
	}
	if err := p.Stop(ctx, node); err != nil {
		return err
	}
	p.Manifest.Nodes = slices.DeleteFunc(p.Manifest.Nodes, func(n Node) bool { return n.Name == node.Name })
	for _, other := range p.Manifest.Nodes {
		err := p.change(other, func(c *configuration.Configuration) {
			c.Network.Peers = slices.DeleteFunc(c.Network.Peers, func(peer configuration.Peer) bool { return peer.ID == node.ID })
		})
		if err != nil {
			return err
		}
	}
	return p.Manifest.save(p.Directory)
}

// Rotate gives a validator new consensus and export keys while the network runs: the
// node learns them first, then the chain does, then the old ones are put aside.
func (p *Processes) Rotate(ctx context.Context, registry *kernel.Registry, node Node) error {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return err
	}
	administrator, err := p.administrator(ctx, suite)
	if err != nil {
		return err
	}
	record, err := administrator.record(ctx, node.ID)
	if err != nil {
		return err
	}
	if record.ConsensusKey, record.ExportKey, err = prepareKeys(suite, p.Home(node)); err != nil {
		return err
	}
	if err := p.Stop(ctx, node); err != nil {
		return err
	}
	if err := p.Start(node); err != nil {
		return err
	}
	if err := p.awaitNode(ctx, node); err != nil {
		return err
	}
	if administrator, err = p.administrator(ctx, suite); err != nil {
		return err
	}
	if err := administrator.change(ctx, "replaceValidator(bytes)", record.Encode()); err != nil {
		return err
	}
	return promoteKeys(p.Home(node))
}

// prepareKeys makes the next keys of a node, or takes those that an interrupted
// rotation has left.
func prepareKeys(suite crypto.Suite, home string) (consensus, export chain.PublicKey, err error) {
	if spare, err := loadSpare(suite, home); err != nil || spare != nil {
		if err != nil {
			return consensus, export, err
		}
		return spare[0].Signer.Public(), spare[0].Export.Public(), nil
	}
	if err := os.MkdirAll(filepath.Join(home, filepath.Dir(SpareConsensusFile)), 0o700); err != nil {
		return consensus, export, err
	}
	// The consensus key is written last: with it the pair is whole.
	for _, key := range []struct {
		scheme chain.Scheme
		file   string
		public *chain.PublicKey
	}{{chain.SchemeSecp256k1, SpareExportFile, &export}, {suite.Default(), SpareConsensusFile, &consensus}} {
		signer, err := generate(suite, key.scheme)
		if err != nil {
			return consensus, export, err
		}
		secret, err := signer.Export()
		if err != nil {
			return consensus, export, err
		}
		if err := writeFile(filepath.Join(home, key.file), hexadecimal(secret)); err != nil {
			return consensus, export, err
		}
		*key.public = signer.Public()
	}
	return consensus, export, nil
}

// promoteKeys makes the next keys the node's own; the old ones are kept beside them.
func promoteKeys(home string) error {
	var faults []error
	for _, move := range [][2]string{
		{ExportFile, ExportFile + ".old"}, {ConsensusFile, ConsensusFile + ".old"},
		{SpareExportFile, ExportFile}, {SpareConsensusFile, ConsensusFile},
	} {
		faults = append(faults, os.Rename(filepath.Join(home, move[0]), filepath.Join(home, move[1])))
	}
	return errors.Join(faults...)
}
