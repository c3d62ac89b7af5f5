package network

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

// Addition says what becomes of a node that is added.
type Addition struct {
	Observer bool // it only follows the chain
	Snapshot bool // it begins with a snapshot of the others, where they give one
}

// AddNode makes one more node, starts it and waits until it has caught up; unless it
// is to observe only, it then becomes a validator by transaction. Nothing is made while
// the network cannot decide. A node that is made stays, whatever comes after it: the error
// then says how to go on with it.
func (p *Processes) AddNode(ctx context.Context, registry *kernel.Registry, addition Addition) (Node, error) {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return Node{}, err
	}
	ask := p.deciding
	if addition.Observer {
		ask = p.administrator // it follows whoever answers
	}
	if _, err := ask(ctx, suite); err != nil {
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
	if err := p.welcome(registry, added, record, addition.Snapshot); err != nil {
		return Node{}, err
	}
	if err := p.Start(added); err != nil {
		return Node{}, err
	}
	if err := p.awaitNode(ctx, added); err != nil {
		return added, p.unfinished(added, addition.Observer, err)
	}
	if addition.Observer {
		return added, nil
	}
	if err := p.promote(ctx, suite, added, record); err != nil {
		return added, p.unfinished(added, false, err)
	}
	return added, nil
}

// unfinished says how to go on with a node that is made and is not yet what it is to be.
func (p *Processes) unfinished(node Node, observer bool, why error) error {
	then := fmt.Sprintf(": credible network add-node %s %s", p.Directory, node.Name)
	if observer {
		then = ", it is done"
	}
	if errors.Is(why, ErrEnded) {
		return fmt.Errorf("%s is made and does not run; mend the reason and start it with credible network start %s %s; when credible network status shows it ready%s (%w)",
			node.Name, p.Directory, node.Name, then, why)
	}
	if errors.Is(why, ErrStands) || errors.Is(why, context.Canceled) || errors.Is(why, context.DeadlineExceeded) {
		return fmt.Errorf("%s is made and still catches up; when credible network status shows it ready%s (%w)", node.Name, then, why)
	}
	return fmt.Errorf("%s is made and follows the chain; to make it a validator%s (%w)", node.Name, then, why)
}

// PromoteNode makes a node a validator that AddNode has made and not waited for, or that
// has observed only. Its record lies in its home.
func (p *Processes) PromoteNode(ctx context.Context, registry *kernel.Registry, node Node) error {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return err
	}
	record, err := loadRecord(registry, suite, p.Home(node))
	if err != nil {
		return err
	}
	if _, err := p.deciding(ctx, suite); err != nil {
		return err
	}
	if err := p.Start(node); err != nil {
		return err
	}
	if err := p.awaitNode(ctx, node); err != nil {
		return p.unfinished(node, false, err)
	}
	return p.promote(ctx, suite, node, record)
}

// promote makes a node that has caught up a validator. It does the rest when it was
// interrupted before.
func (p *Processes) promote(ctx context.Context, suite crypto.Suite, node Node, record *Record) error {
	administrator, err := p.deciding(ctx, suite)
	if err != nil {
		return err
	}
	member, err := record.Validator.Validator()
	if err != nil {
		return err
	}
	_, err = administrator.record(ctx, node.ID)
	if errors.Is(err, ErrNotValidator) {
		err = administrator.change(ctx, "addValidator(bytes)", member.Encode())
	}
	if err != nil {
		return err
	}
	return p.awaitMember(ctx, node)
}

// loadRecord reads the record in the home of a node, which must be of the keys there.
func loadRecord(registry *kernel.Registry, suite crypto.Suite, home string) (*Record, error) {
	path := filepath.Join(home, RecordFile)
	file, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no record of a node in %s: credible network add-node DIR without a name makes a new one", home)
	}
	if err != nil {
		return nil, err
	}
	record := &Record{}
	if err := json.Unmarshal(file, record); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := record.Check(suite); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	own, err := LoadIdentity(registry, suite, Channel, home)
	if err != nil {
		return nil, err
	}
	if have, named := genesisKey(own.Consensus.Public()), record.Validator.ConsensusKey; have.Scheme != named.Scheme || !bytes.Equal(have.Key, named.Key) {
		return nil, fmt.Errorf("%s is of other keys than the node has now", path)
	}
	return record, nil
}

// welcome writes the home of a new node and makes it known to the others.
func (p *Processes) welcome(registry *kernel.Registry, added Node, record *Record, snapshot bool) error {
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
	own, err := p.peer(registry, model)
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

// peer returns a node as the others know it, from the configuration of one of them, or as
// its own keys say where it is the only one.
func (p *Processes) peer(registry *kernel.Registry, node Node) (configuration.Peer, error) {
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
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return configuration.Peer{}, err
	}
	own, err := LoadIdentity(registry, suite, Channel, p.Home(node))
	if err != nil {
		return configuration.Peer{}, fmt.Errorf("no other node knows %s: %w", node.Name, err)
	}
	return configuration.Peer{Name: node.Name, ID: node.ID, Transport: own.Channel.Self(), Address: node.Mesh}, nil
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
