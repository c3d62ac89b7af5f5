package merklepatricia_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

// pair is an entry of a trie by the definition: a key in nibbles, of any length, and a
// value.
type pair struct{ key, value []byte }

func nibblesOf(key []byte) (nibbles []byte) {
	for _, b := range key {
		nibbles = append(nibbles, b>>4, b&15)
	}
	return nibbles
}

// trieRoot is TRIE(J) of the Yellow Paper, appendix D, as plainly as possible.
func trieRoot(pairs []pair) chain.Hash {
	if len(pairs) == 0 {
		return keccak.Keccak256([]byte{0x80})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	return keccak.Keccak256(structure(pairs, 0))
}

// structure is c(J, i).
func structure(pairs []pair, depth int) []byte {
	first, last := pairs[0].key, pairs[len(pairs)-1].key
	if len(pairs) == 1 {
		return list(rlp.AppendBytes(nil, hexPrefix(first[depth:], 2)), rlp.AppendBytes(nil, pairs[0].value))
	}
	shared := depth
	for shared < len(first) && first[shared] == last[shared] {
		shared++
	}
	if shared > depth {
		return list(rlp.AppendBytes(nil, hexPrefix(first[depth:shared], 0)), composed(pairs, shared))
	}
	var value []byte
	if len(first) == depth {
		value, pairs = pairs[0].value, pairs[1:]
	}
	var items [][]byte
	for nibble := byte(0); nibble < 16; nibble++ {
		var below []pair
		for _, p := range pairs {
			if p.key[depth] == nibble {
				below = append(below, p)
			}
		}
		items = append(items, composed(below, depth+1))
	}
	return list(append(items, rlp.AppendBytes(nil, value))...)
}

// composed is n(J, i), with its RLP header.
func composed(pairs []pair, depth int) []byte {
	if len(pairs) == 0 {
		return rlp.AppendBytes(nil, nil)
	}
	node := structure(pairs, depth)
	if len(node) < 32 {
		return node
	}
	hash := keccak.Keccak256(node)
	return rlp.AppendBytes(nil, hash[:])
}

func list(items ...[]byte) []byte { return rlp.AppendList(nil, bytes.Join(items, nil)) }

// hexPrefix is HP of appendix C, with its flag in the second bit of the first nibble.
func hexPrefix(nibbles []byte, flag byte) (packed []byte) {
	if len(nibbles)%2 == 1 {
		nibbles = append([]byte{flag + 1}, nibbles...)
	} else {
		nibbles = append([]byte{flag, 0}, nibbles...)
	}
	for i := 0; i < len(nibbles); i += 2 {
		packed = append(packed, nibbles[i]<<4|nibbles[i+1])
	}
	return packed
}

func hashedPair(value []byte, key ...[]byte) pair {
	path := keccak.Keccak256(key...)
	return pair{nibblesOf(path[:]), value}
}

// model is the definition of the commitment in doc.go, written down once more.
type model map[chain.StateKey]string

// storageRoots returns the root of each owner that has storage.
func (m model) storageRoots() map[chain.Address]chain.Hash {
	entries := map[chain.Address][]pair{}
	for key, value := range m {
		leaf := rlp.AppendBytes(nil, []byte(value))
		switch key.Space {
		case chain.SpaceStorage:
			entries[key.Owner] = append(entries[key.Owner], hashedPair(leaf, []byte(key.Subkey)))
		case chain.SpaceModule:
			inner := keccak.Keccak256([]byte(key.Subkey))
			entries[key.Owner] = append(entries[key.Owner], hashedPair(leaf, []byte{3}, inner[:]))
		}
	}
	roots := map[chain.Address]chain.Hash{}
	for owner, pairs := range entries {
		roots[owner] = trieRoot(pairs)
	}
	return roots
}

func (m model) root() chain.Hash {
	roots := m.storageRoots()
	accounts := map[chain.Address]chain.Account{}
	for owner := range roots {
		accounts[owner] = chain.Account{}
	}
	for key, value := range m {
		if key.Space == chain.SpaceAccount {
			account, err := chain.DecodeAccount([]byte(value))
			if err != nil {
				panic(err)
			}
			accounts[key.Owner] = account
		}
	}
	var pairs []pair
	for owner, account := range accounts {
		root, code := roots[owner], account.CodeHash
		if root.IsZero() {
			root = trieRoot(nil)
		}
		if code.IsZero() {
			code = keccak.Keccak256()
		}
		leaf := list(rlp.AppendUint64(nil, account.Nonce), rlp.AppendWord(nil, account.Balance), rlp.AppendBytes(nil, root[:]), rlp.AppendBytes(nil, code[:]))
		pairs = append(pairs, hashedPair(leaf, owner[:]))
	}
	return trieRoot(pairs)
}

func (m model) apply(writes []chain.Write) {
	for _, write := range writes {
		if delete(m, write.Key); len(write.Value) > 0 {
			m[write.Key] = string(write.Value)
		}
	}
}

func (m model) writes() []chain.Write {
	var writes []chain.Write
	for key, value := range m {
		writes = append(writes, chain.Write{Key: key, Value: []byte(value)})
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	return writes
}

// memory keeps nodes.
type memory struct {
	lock  sync.RWMutex
	nodes map[string][]byte
}

func newMemory() *memory { return &memory{nodes: make(map[string][]byte)} }

func (m *memory) Node(name []byte) ([]byte, error) {
	m.lock.RLock()
	defer m.lock.RUnlock()
	return m.nodes[string(name)], nil
}

func (m *memory) update(tb testing.TB, writes []chain.Write) chain.Hash {
	tb.Helper()
	change, err := commitment.Update(m, writes)
	if err != nil {
		tb.Fatal(err)
	}
	m.apply(tb, change)
	return change.Root
}

func (m *memory) apply(tb testing.TB, change ledger.Change) {
	tb.Helper()
	for i, node := range change.Nodes {
		if i > 0 && string(change.Nodes[i-1].Name) >= string(node.Name) || len(node.Name) > ledger.MaxNodeName {
			tb.Fatalf("node %x out of order or too long", node.Name)
		}
		if m.nodes[string(node.Name)] = node.Value; len(node.Value) == 0 {
			delete(m.nodes, string(node.Name))
		}
	}
}

var commitment = merklepatricia.New(nil)

func ownerOf(n int) (owner chain.Address) {
	binary.BigEndian.PutUint64(owner[:], uint64(n))
	return owner
}

func slot(n int) chain.Word { return chain.WordFromUint64(uint64(n)) }

func moduleKey(owner chain.Address, n int) chain.StateKey {
	return chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: fmt.Sprint("entry ", n)}
}

// randomWrites changes the state of some of the first owners: an account with its
// code, and a few slots and entries of modules.
func randomWrites(random *rand.Rand, owners, count, removeIn int) []chain.Write {
	var writes []chain.Write
	removed := func() bool { return random.IntN(removeIn) == 0 }
	for range count {
		owner := ownerOf(random.IntN(owners))
		switch random.IntN(4) {
		case 0:
			writes = append(writes, accountWrites(random, owner, removed())...)
		case 1:
			writes = append(writes, chain.Write{Key: moduleKey(owner, random.IntN(6)), Value: randomValue(random, 80, removed())})
		default:
			writes = append(writes, chain.Write{Key: chain.StorageKey(owner, slot(random.IntN(30))), Value: randomValue(random, 32, removed())})
		}
	}
	return chain.MergeWrites(writes)
}

// accountWrites makes an account entry and code that go together.
func accountWrites(random *rand.Rand, owner chain.Address, removed bool) []chain.Write {
	code, account := chain.Write{Key: chain.CodeKey(owner)}, chain.Write{Key: chain.AccountKey(owner)}
	if removed {
		return []chain.Write{account, code}
	}
	entry := chain.Account{Nonce: 1 + uint64(random.IntN(3)), Balance: slot(random.IntN(1000))}
	if random.IntN(2) == 0 {
		code.Value = fmt.Append(nil, "code ", random.IntN(5))
		entry.CodeHash = keccak.Keccak256(code.Value)
	}
	account.Value = entry.Encode()
	return []chain.Write{account, code}
}

// randomValue is short more often than not, so that nodes stand in their parents.
func randomValue(random *rand.Rand, longest int, removed bool) []byte {
	if removed {
		return nil
	}
	value := make([]byte, 1+random.IntN(1+random.IntN(longest)))
	for i := range value {
		value[i] = byte(1 + random.IntN(255))
	}
	return value
}
