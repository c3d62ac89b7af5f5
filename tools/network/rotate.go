package network

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Rotate gives a validator new consensus and export keys while the network runs: the
// node learns them first, then the chain does, then the old ones are put aside.
func (p *Processes) Rotate(ctx context.Context, registry *kernel.Registry, node Node) error {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return err
	}
	administrator, err := p.deciding(ctx, suite)
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
	if administrator, err = p.deciding(ctx, suite); err != nil {
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
