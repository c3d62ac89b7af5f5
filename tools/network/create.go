package network

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
	"github.com/credibleledger/credibleledger/tools/development"
)

// Files of a local network and of a node's home.
const (
	manifestFile      = "network.json"
	GenesisFile       = "genesis.json"
	ConfigurationFile = "config.toml"
	DataFolder        = "data"
	RecordFile        = "record.json"
	accountsFolder    = "accounts"
)

// Channel is the channel module that networks use.
const Channel = "tls13"

// RootDelay is k of every network: a header carries the roots of two heights
// before (formats, Header).
const RootDelay = 2

// Settings say what network to make.
type Settings struct {
	Name       string
	Nodes      int
	Consensus  string
	Crypto     string
	Ordering   string // of every node; the default when empty
	Snapshots  uint64 // blocks between two snapshots of every node; 0 takes none
	Checks     string // of every node; every signature when empty
	Commitment string // to the state; the binary tree when empty
	ChainID    uint64
	GasLimit   uint64
	Accounts   int // funded accounts with keys of their own below the directory
	Allocate   chain.Allocation
}

func (s *Settings) commitment() string { return cmp.Or(s.Commitment, obicore.BinaryTree) }

// check refuses modules that the registry does not have.
func (s *Settings) check(registry *kernel.Registry) error {
	_, consensusFault := registry.ConsensusModule(s.Consensus)
	_, commitmentFault := registry.Commitment(s.commitment())
	return cmp.Or(consensusFault, commitmentFault)
}

// permit refuses a way of checking signatures that is not for this network.
func (s *Settings) permit(registry *kernel.Registry) error {
	module, err := registry.ConsensusModule(s.Consensus)
	if err != nil {
		return err
	}
	engine, err := module.New(consensus.Options{})
	if err != nil {
		return err
	}
	return node.Checks(s.Checks).Permit(engine.Capabilities(), s.Nodes)
}

// Manifest says where the nodes of a local network are.
type Manifest struct {
	Name      string `json:"name"`
	Consensus string `json:"consensus"`
	Crypto    string `json:"crypto"`
	Nodes     []Node `json:"nodes"`
}

// Node is one node of a local network. Its home is the folder of its name.
type Node struct {
	Name string       `json:"name"`
	ID   chain.NodeID `json:"id"`
	RPC  string       `json:"rpc"`  // HOST:PORT
	Mesh string       `json:"mesh"` // HOST:PORT
}

// MaxNodes bounds the nodes that one command makes on one machine.
const MaxNodes = 100

// Create makes a network in an empty directory: keys, genesis and configuration of
// every node, and funded accounts.
func Create(registry *kernel.Registry, directory string, settings Settings) (*Manifest, error) {
	if settings.Nodes < 1 || settings.Nodes > MaxNodes {
		return nil, fmt.Errorf("%d nodes: choose 1 to %d", settings.Nodes, MaxNodes)
	}
	if _, err := os.Stat(filepath.Join(directory, manifestFile)); err == nil {
		return nil, fmt.Errorf("%s holds a network already", directory)
	}
	if err := settings.check(registry); err != nil {
		return nil, err
	}
	settings.Ordering = cmp.Or(settings.Ordering, string(node.DefaultOrdering))
	if err := node.Ordering(settings.Ordering).Check(); err != nil {
		return nil, err
	}
	settings.Checks = cmp.Or(settings.Checks, string(node.ChecksEvery))
	if err := settings.permit(registry); err != nil {
		return nil, err
	}
	suite, err := registry.CryptoSuite(settings.Crypto)
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(2 * settings.Nodes)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Name: settings.Name, Consensus: settings.Consensus, Crypto: settings.Crypto}
	var records []*Record
	for n := range settings.Nodes {
		node := Node{Name: fmt.Sprintf("node%d", n), RPC: loopback(ports[2*n]), Mesh: loopback(ports[2*n+1])}
		record, err := newHome(registry, suite, filepath.Join(directory, node.Name), node, settings.Name)
		if err != nil {
			return nil, err
		}
		node.ID = record.Validator.ID
		m.Nodes, records = append(m.Nodes, node), append(records, record)
	}
	genesis := Genesis(settings, records)
	if err := addAccounts(suite, directory, settings.Accounts, genesis); err != nil {
		return nil, err
	}
	if err := genesis.Check(); err != nil {
		return nil, err
	}
	file, err := genesis.Canonical()
	if err != nil {
		return nil, err
	}
	for i := range m.Nodes {
		if err := m.configure(directory, i, records, file, settings); err != nil {
			return nil, err
		}
	}
	return m, m.save(directory)
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// freePorts finds ports that nobody listens on now; they are written down and kept.
func freePorts(count int) ([]int, error) {
	var ports []int
	var held []net.Listener
	defer func() {
		for _, l := range held {
			_ = l.Close() // it was only held against being found twice
		}
	}()
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		held = append(held, l)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// newHome makes the keys of a node in a new home. Its record stays beside them, for who
// makes it a validator later.
func newHome(registry *kernel.Registry, suite crypto.Suite, home string, node Node, organisation string) (*Record, error) {
	channel, err := registry.ChannelModule(Channel)
	if err != nil {
		return nil, err
	}
	identity, err := NewIdentity(suite, channel)
	if err != nil {
		return nil, err
	}
	if err := identity.Save(home); err != nil {
		return nil, err
	}
	payout, err := suite.Address(identity.Export.Public())
	if err != nil {
		return nil, err
	}
	record, err := identity.Record(suite, node.Name, organisation, node.Mesh, payout)
	if err != nil {
		return nil, err
	}
	file, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return nil, err
	}
	return record, writeFile(filepath.Join(home, RecordFile), file)
}

// Genesis returns the genesis of a network of the nodes of records.
func Genesis(settings Settings, records []*Record) *chain.Genesis {
	genesis := &chain.Genesis{
		Format: chain.GenesisFormat, Name: settings.Name, EVMChainID: settings.ChainID, Time: uint64(time.Now().UnixMilli()),
		Crypto: settings.Crypto, Consensus: settings.Consensus, Commitment: settings.commitment(), RootDelay: RootDelay,
		Window: 1024, GasLimit: settings.GasLimit, Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}},
		Validators: members(records), Allocation: development.Predeploys(),
	}
	if settings.Consensus == solo.Name {
		genesis.Validators = members(records[:1]) // the others follow
	}
	for owner, account := range settings.Allocate {
		genesis.Allocation[owner] = account
	}
	return genesis
}

// addAccounts makes funded accounts; the first one administers the chain until
// governance does.
func addAccounts(suite crypto.Suite, directory string, count int, genesis *chain.Genesis) error {
	if count == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(directory, accountsFolder), 0o700); err != nil {
		return err
	}
	balance, _ := chain.WordFromBig(new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(1e18)))
	for n := range count {
		signer, err := generate(suite, chain.SchemeSecp256k1)
		if err != nil {
			return err
		}
		secret, err := signer.Export()
		if err != nil {
			return err
		}
		address, err := suite.Address(signer.Public())
		if err != nil {
			return err
		}
		genesis.Allocation[address] = chain.AllocatedAccount{Balance: balance}
		if n == 0 {
			genesis.Admin = append(genesis.Admin, address)
		}
		path := filepath.Join(directory, accountsFolder, fmt.Sprintf("account%d.key", n))
		if err := writeFile(path, []byte("0x"+hex.EncodeToString(secret))); err != nil {
			return err
		}
	}
	return nil
}

// configure writes genesis and configuration of node n.
func (m *Manifest) configure(directory string, n int, records []*Record, genesis []byte, of Settings) error {
	home := filepath.Join(directory, m.Nodes[n].Name)
	if err := os.WriteFile(filepath.Join(home, GenesisFile), genesis, 0o600); err != nil {
		return err
	}
	settings := configuration.Default()
	settings.Data.Genesis, settings.Data.Directory, settings.Data.Key = GenesisFile, DataFolder, ConsensusFile
	settings.Data.RetainState = 100_000
	settings.RPC.Address, settings.RPC.Traces = m.Nodes[n].RPC, true
	settings.Network.Listen = m.Nodes[n].Mesh
	settings.Network.Peers = peersOf(records, m.Nodes[n].ID)
	settings.Blocks.Ordering, settings.Blocks.Checks = of.Ordering, of.Checks
	settings.Snapshots.Interval = of.Snapshots
	file, err := settings.Encode()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(home, ConfigurationFile), file, 0o600)
}

// peersOf returns all nodes of records but one.
func peersOf(records []*Record, self chain.NodeID) []configuration.Peer {
	peers := []configuration.Peer{}
	for _, r := range records {
		if r.Validator.ID != self {
			peers = append(peers, configuration.Peer{Name: r.Name, ID: r.Validator.ID, Transport: r.Validator.Transport, Address: r.Address})
		}
	}
	return peers
}

func (m *Manifest) save(directory string) error {
	file, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(directory, manifestFile), file)
}

// ErrNoNetwork says that a directory holds no local network.
var ErrNoNetwork = errors.New("network: no network is in this directory")

// Load reads the manifest of a local network.
func Load(directory string) (*Manifest, error) {
	file, err := os.ReadFile(filepath.Join(directory, manifestFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoNetwork, directory)
	}
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	return m, json.Unmarshal(file, m)
}

// Find returns the node with a name.
func (m *Manifest) Find(name string) (Node, error) {
	if i := slices.IndexFunc(m.Nodes, func(n Node) bool { return n.Name == name }); i >= 0 {
		return m.Nodes[i], nil
	}
	return Node{}, fmt.Errorf("no node %q in this network of %d", name, len(m.Nodes))
}

// Select returns the nodes with the given names, all without any.
func (m *Manifest) Select(names []string) ([]Node, error) {
	if len(names) == 0 {
		return m.Nodes, nil
	}
	var nodes []Node
	for _, name := range names {
		node, err := m.Find(name)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}
