package network

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

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
	if err := p.retire(ctx, suite, administrator, node); err != nil {
		return err
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

// retire takes a node out of the validator set, unless it is not in it. Whatever else goes
// wrong ends the removal: a validator that is stopped and forgotten still counts.
func (p *Processes) retire(ctx context.Context, suite crypto.Suite, reader *Administrator, node Node) error {
	_, err := reader.record(ctx, node.ID)
	if errors.Is(err, ErrNotValidator) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("whether %s is a validator is not known: %w", node.Name, err)
	}
	administrator, err := p.deciding(ctx, suite)
	if err != nil {
		return err
	}
	return administrator.change(ctx, "removeValidator(bytes32)", node.ID[:])
}
