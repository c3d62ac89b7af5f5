package obicore

import (
	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/kernel/security"
	"github.com/credibleledger/credibleledger/obicore/consensus/raft"
	"github.com/credibleledger/credibleledger/obicore/consensus/simplex"
	"github.com/credibleledger/credibleledger/obicore/consensus/smartbft"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/network/mesh"
	"github.com/credibleledger/credibleledger/obicore/network/tls"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	nativefamily "github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// Names of the state commitments in genesis.
const (
	BinaryTree     = "binary"   // the default: over the chain's own hash function
	MerklePatricia = "patricia" // Ethereum's: eth_getProof needs it
)

// Registry returns a new registry with all default modules.
func Registry() *kernel.Registry {
	return &kernel.Registry{
		Crypto:      map[string]crypto.Suite{standard.Name: standard.New(), gm.Name: gm.New()},
		Consensus:   map[string]consensus.Module{solo.Name: solo.Module{}, raft.Name: raft.Module{}, smartbft.Name: smartbft.Module{}, simplex.Name: simplex.Module{}},
		Ledger:      map[string]ledger.Module{segment.Name: segment.New(committed()...)},
		Mesh:        map[string]network.Module{mesh.Name: mesh.Module{}},
		Channels:    map[string]network.ChannelModule{tls.Name: tls.Module{}},
		Commitments: commitments(),
		Families:    Families,
		Contracts:   Contracts,
		Admission:   security.Open{},
	}
}

// commitments are the state commitments that a genesis can choose.
func commitments() map[string]ledger.NewCommitment {
	return map[string]ledger.NewCommitment{BinaryTree: binarytree.New, MerklePatricia: merklepatricia.New}
}

// committed offers all of them to the ledger.
func committed() (options []segment.Option) {
	for name, commitment := range commitments() {
		options = append(options, segment.WithCommitment(name, commitment))
	}
	return options
}

// Families returns the default transaction families. Ethereum's keeps its own
// hash and curve on every chain, whatever the suite; the native one uses the suite.
func Families(suite crypto.Suite, identity chain.Hash, chainID uint64) ([]chain.Family, error) {
	return []chain.Family{
		ethereum.NewFamily(keccak.Keccak256, ethereumKeys{secp256k1.New()}),
		nativefamily.NewFamily(suite, identity, chainID),
	}, nil
}

// Contracts returns the default virtual machines: native modules first, because
// they own their addresses.
func Contracts(crypto.Suite) ([]contract.VM, error) {
	modules, err := native.New(native.Parameters{})
	if err != nil {
		return nil, err
	}
	return []contract.VM{modules, evm.New()}, nil
}

// ethereumKeys gives the Ethereum family the keys of its curve.
type ethereumKeys struct{ scheme *secp256k1.Scheme }

// Recover implements ethereum.Recoverer.
func (k ethereumKeys) Recover(digest chain.Hash, signature [65]byte) (chain.PublicKey, error) {
	return k.scheme.Recover(digest, signature[:])
}

// Address implements ethereum.Recoverer.
func (ethereumKeys) Address(key chain.PublicKey) (chain.Address, error) {
	return secp256k1.Address(key)
}
