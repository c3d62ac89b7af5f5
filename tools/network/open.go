package network

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
)

// Logs beside the ledger: the engine's own, and that of the bodies voted for.
const (
	walFile    = "consensus.log"
	bodiesFile = "bodies.log"
)

// meshModule is the mesh that nodes use.
const meshModule = "mesh"

// Options returns the options of a node with a network: who it is, whom it knows,
// and its logs, which are closed with the chain.
func Options(registry *kernel.Registry, home string, settings *configuration.Configuration, genesis *chain.Genesis, log *slog.Logger) (o node.Options, err error) {
	if err := awaitsRecovery(home); err != nil {
		return o, err
	}
	suite, err := registry.CryptoSuite(genesis.Crypto)
	if err != nil {
		return o, err
	}
	module, err := registry.MeshModule(meshModule)
	if err != nil {
		return o, err
	}
	identity, err := LoadIdentity(registry, suite, settings.Network.Channel, home)
	if err != nil {
		return o, err
	}
	chainIdentity, err := genesis.Identity(suite)
	if err != nil {
		return o, err
	}
	newMesh := func() (network.Mesh, error) {
		return module.New(network.Options{
			Self: identity.ID, Identity: chainIdentity, Channel: identity.Channel, Listen: settings.Network.Listen, Log: log,
		})
	}
	mesh, err := newMesh()
	if err != nil {
		return o, err
	}
	o = node.Options{
		Genesis: genesis, Self: identity.ID, Keys: node.Keys{Signer: identity.Consensus, Export: identity.Export}, Spare: identity.Spare,
		Network:   &node.Network{Mesh: mesh, Peers: Peers(settings), Cut: Cut(settings)},
		Heartbeat: time.Duration(settings.Blocks.Heartbeat), Patience: time.Duration(settings.Blocks.Patience),
		Ordering: node.Ordering(settings.Blocks.Ordering), Checks: node.Checks(settings.Blocks.Checks),
	}
	if settings.Sync.Snapshot {
		o.Join = &node.Join{Trusted: settings.Sync.Checkpoint()}
		if o.Join.Mesh, err = newMesh(); err != nil {
			return o, err
		}
	}
	if o.Recovery, err = LoadRecovery(home); err != nil {
		return o, err
	}
	votes, err := journal.Open(filepath.Join(home, VotesFile))
	if err != nil {
		return o, err
	}
	if o.Votes, err = node.NewGuard(votes); err != nil {
		return o, errors.Join(err, votes.Close())
	}
	wal, err := openLog(home, settings.Data.Directory, walFile)
	if err != nil {
		return o, errors.Join(err, votes.Close())
	}
	bodies, err := openLog(home, settings.Data.Directory, bodiesFile)
	if err != nil {
		return o, errors.Join(err, wal.Close(), votes.Close())
	}
	o.WAL, o.Bodies = wal, bodies
	return o, nil
}

func openLog(home, data, name string) (*journal.Journal, error) {
	if !filepath.IsAbs(data) {
		data = filepath.Join(home, data)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	return journal.Open(filepath.Join(data, name))
}

// Cut returns the ids of the peers that a configuration cuts off.
func Cut(settings *configuration.Configuration) (cut []chain.NodeID) {
	for _, peer := range settings.Network.Peers {
		if slices.Contains(settings.Network.Cut, peer.Name) {
			cut = append(cut, peer.ID)
		}
	}
	return cut
}

// Peers returns the peers of a configuration as a node takes them.
func Peers(settings *configuration.Configuration) []network.Peer {
	peers := make([]network.Peer, len(settings.Network.Peers))
	for i, p := range settings.Network.Peers {
		peers[i] = network.Peer{ID: p.ID, Transport: p.Transport, Address: p.Address}
	}
	return peers
}

// readGenesis reads the genesis in a home.
func readGenesis(registry *kernel.Registry, home string) (*chain.Genesis, crypto.Suite, error) {
	file, err := os.ReadFile(filepath.Join(home, GenesisFile))
	if err != nil {
		return nil, nil, err
	}
	genesis, err := chain.ParseGenesis(file)
	if err != nil {
		return nil, nil, err
	}
	suite, err := registry.CryptoSuite(genesis.Crypto)
	return genesis, suite, err
}
