package patricia

import (
	"maps"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

var commitment = merklepatricia.New(nil)

// state is entries, and what our commitment keeps of them.
type state struct {
	entries map[chain.StateKey][]byte
	records records
	root    common.Hash
}

type records map[string][]byte

func (r records) Node(name []byte) ([]byte, error) { return r[string(name)], nil }

func newState() *state { return &state{entries: map[chain.StateKey][]byte{}, records: records{}} }

func (s *state) write(t *testing.T, writes []chain.Write) {
	t.Helper()
	change, err := commitment.Update(s.records, writes)
	must(t, err)
	for _, node := range change.Nodes {
		if s.records[string(node.Name)] = node.Value; len(node.Value) == 0 {
			delete(s.records, string(node.Name))
		}
	}
	for _, write := range writes {
		if s.entries[write.Key] = write.Value; len(write.Value) == 0 {
			delete(s.entries, write.Key)
		}
	}
	s.root = common.Hash(change.Root)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// leaves are the values of a trie by their paths.
type leaves map[common.Hash][]byte

// root is what go-ethereum's trie makes of the leaves.
func (l leaves) root(t *testing.T) common.Hash {
	t.Helper()
	tree := trie.NewStackTrie(nil)
	for _, path := range slices.SortedFunc(maps.Keys(l), common.Hash.Cmp) {
		must(t, tree.Update(path[:], l[path]))
	}
	return tree.Hash()
}

// pathOf is where an entry stands in the storage of its owner.
func pathOf(key chain.StateKey) common.Hash {
	if key.Space == chain.SpaceModule {
		return crypto.Keccak256Hash([]byte{byte(chain.SpaceModule)}, crypto.Keccak256([]byte(key.Subkey)))
	}
	return crypto.Keccak256Hash([]byte(key.Subkey))
}

// storage is the leaves of each owner that has any.
func (s *state) storage(t *testing.T) map[chain.Address]leaves {
	t.Helper()
	all := map[chain.Address]leaves{}
	for key, value := range s.entries {
		if key.Space != chain.SpaceStorage && key.Space != chain.SpaceModule {
			continue
		}
		if all[key.Owner] == nil {
			all[key.Owner] = leaves{}
		}
		encoded, err := rlp.EncodeToBytes(value)
		must(t, err)
		all[key.Owner][pathOf(key)] = encoded
	}
	return all
}

// accounts is the leaf of each owner that has an account or storage.
func (s *state) accounts(t *testing.T) leaves {
	t.Helper()
	all := map[chain.Address]*types.StateAccount{}
	for key, value := range s.entries {
		if key.Space == chain.SpaceAccount {
			all[key.Owner] = accountOf(t, value)
		}
	}
	for owner, below := range s.storage(t) {
		if all[owner] == nil {
			all[owner] = types.NewEmptyStateAccount()
		}
		all[owner].Root = below.root(t)
	}
	encoded := leaves{}
	for owner, account := range all {
		leaf, err := rlp.EncodeToBytes(account)
		must(t, err)
		encoded[crypto.Keccak256Hash(owner[:])] = leaf
	}
	return encoded
}

func accountOf(t *testing.T, entry []byte) *types.StateAccount {
	t.Helper()
	ours, err := chain.DecodeAccount(entry)
	must(t, err)
	account := types.NewEmptyStateAccount()
	account.Nonce, account.Balance = ours.Nonce, new(uint256.Int).SetBytes(ours.Balance[:])
	if !ours.CodeHash.IsZero() {
		account.CodeHash = ours.CodeHash[:]
	}
	return account
}
