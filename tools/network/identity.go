package network

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// The files of an identity, below a node's home.
const (
	keysFolder    = "keys"
	ConsensusFile = "keys/consensus.key"
	ExportFile    = "keys/export.key"
	TransportFile = "keys/transport.key"
	NodeFile      = "keys/node.id"
	VotesFile     = "keys/votes.log"

	SpareConsensusFile = "keys/next/consensus.key"
	SpareExportFile    = "keys/next/export.key"
)

// Identity is what makes a node itself. Its secrets do not leave the node.
type Identity struct {
	ID        chain.NodeID
	Consensus crypto.Signer
	Export    crypto.Signer
	Channel   network.SecureChannel
	Spare     []node.Keys // that the chain may give it next

	transport []byte
}

// NewIdentity makes keys: the consensus key of the suite's default scheme, a
// secp256k1 export key, and a transport secret of the channel.
func NewIdentity(suite crypto.Suite, channel network.ChannelModule) (*Identity, error) {
	i := &Identity{}
	var err error
	if i.Consensus, err = generate(suite, suite.Default()); err != nil {
		return nil, err
	}
	if i.Export, err = generate(suite, chain.SchemeSecp256k1); err != nil {
		return nil, err
	}
	if i.transport, err = channel.Generate(); err != nil {
		return nil, err
	}
	if i.Channel, err = channel.Open(i.transport); err != nil {
		return nil, err
	}
	i.ID = suite.Sum(i.Consensus.Public().Bytes)
	return i, nil
}

func generate(suite crypto.Suite, id chain.Scheme) (crypto.Signer, error) {
	scheme, err := suite.Scheme(id)
	if err != nil {
		return nil, err
	}
	return scheme.Generate(rand.Reader)
}

// Save writes the identity below a home that has none yet.
func (i *Identity) Save(home string) error {
	if _, err := os.Stat(filepath.Join(home, ConsensusFile)); err == nil {
		return fmt.Errorf("%s holds the keys of a node already", home)
	}
	if err := os.MkdirAll(filepath.Join(home, keysFolder), 0o700); err != nil {
		return err
	}
	consensus, err := i.Consensus.Export()
	if err != nil {
		return err
	}
	export, err := i.Export.Export()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		NodeFile: []byte(i.ID.String()), ExportFile: hexadecimal(export), TransportFile: hexadecimal(i.transport), ConsensusFile: hexadecimal(consensus),
	} {
		if err := writeFile(filepath.Join(home, name), content); err != nil {
			return err
		}
	}
	return nil
}

func hexadecimal(secret []byte) []byte { return []byte(hex.EncodeToString(secret)) }

// LoadIdentity reads what Save wrote, for the channel of a name.
func LoadIdentity(registry *kernel.Registry, suite crypto.Suite, channelName, home string) (*Identity, error) {
	channel, err := registry.ChannelModule(channelName)
	if err != nil {
		return nil, err
	}
	i := &Identity{}
	if i.Consensus, err = readKey(suite, suite.Default(), filepath.Join(home, ConsensusFile)); err != nil {
		return nil, err
	}
	if i.Export, err = readKey(suite, chain.SchemeSecp256k1, filepath.Join(home, ExportFile)); err != nil {
		return nil, err
	}
	if i.transport, err = readSecret(filepath.Join(home, TransportFile)); err != nil {
		return nil, err
	}
	if i.Channel, err = channel.Open(i.transport); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(home, TransportFile), err)
	}
	id, err := os.ReadFile(filepath.Join(home, NodeFile))
	if err != nil {
		return nil, err
	}
	if i.Spare, err = loadSpare(suite, home); err != nil {
		return nil, err
	}
	return i, i.ID.UnmarshalText([]byte(strings.TrimSpace(string(id))))
}

// loadSpare reads the keys that a rotation has prepared, if there are any.
func loadSpare(suite crypto.Suite, home string) ([]node.Keys, error) {
	if _, err := os.Stat(filepath.Join(home, SpareConsensusFile)); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	consensus, err := readKey(suite, suite.Default(), filepath.Join(home, SpareConsensusFile))
	if err != nil {
		return nil, err
	}
	export, err := readKey(suite, chain.SchemeSecp256k1, filepath.Join(home, SpareExportFile))
	return []node.Keys{{Signer: consensus, Export: export}}, err
}

func readKey(suite crypto.Suite, id chain.Scheme, path string) (crypto.Signer, error) {
	scheme, err := suite.Scheme(id)
	if err != nil {
		return nil, err
	}
	secret, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	return scheme.Import(secret)
}

// readSecret refuses a file that others on the machine may read.
func readSecret(path string) ([]byte, error) {
	if err := checkOwnerOnly(path); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(file)), "0x"))
	if err != nil {
		return nil, fmt.Errorf("%s is not a key file: %w", path, crypto.ErrSecret)
	}
	return secret, nil
}

// writeFile writes a file that is durable and whole once it has its name.
func writeFile(path string, content []byte) error {
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(content, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
