package binarytree_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

type sha256Hasher struct{}

func (sha256Hasher) Sum(parts ...[]byte) chain.Hash {
	if len(parts) == 1 {
		return sha256.Sum256(parts[0])
	}
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return chain.Hash(h.Sum(nil))
}

var hasher = sha256Hasher{}

// model is the definition of the commitment in doc.go, written down once more and
// as plainly as possible.
type model map[chain.StateKey]string

type modelLeaf struct{ path, hash chain.Hash }

func (m model) root() chain.Hash {
	var leaves []modelLeaf
	for key, value := range m {
		path := hasher.Sum([]byte{0}, key.Encode())
		digest := hasher.Sum([]byte{2}, []byte(value))
		leaves = append(leaves, modelLeaf{path, hasher.Sum([]byte{1}, path[:], digest[:])})
	}
	return modelSubtree(leaves, 0)
}

func modelSubtree(leaves []modelLeaf, depth int) chain.Hash {
	switch len(leaves) {
	case 0:
		return chain.Hash{}
	case 1:
		return leaves[0].hash
	}
	var sides [2][]modelLeaf
	for _, leaf := range leaves {
		side := leaf.path[depth/8] >> (7 - depth%8) & 1
		sides[side] = append(sides[side], leaf)
	}
	left, right := modelSubtree(sides[0], depth+1), modelSubtree(sides[1], depth+1)
	return hasher.Sum([]byte{3}, left[:], right[:])
}

func (m model) apply(writes []chain.Write) {
	for _, write := range writes {
		if delete(m, write.Key); len(write.Value) > 0 {
			m[write.Key] = string(write.Value)
		}
	}
}

// memory keeps a tree's nodes.
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

func (m *memory) update(tb testing.TB, tree ledger.Commitment, writes []chain.Write) chain.Hash {
	tb.Helper()
	before := make(map[string][]byte, len(m.nodes))
	for name, node := range m.nodes {
		before[name] = bytes.Clone(node)
	}
	change, err := tree.Update(m, writes)
	if err != nil {
		tb.Fatal(err)
	}
	if !maps.EqualFunc(before, m.nodes, bytes.Equal) {
		tb.Fatal("an update has changed nodes that it has read")
	}
	m.apply(tb, change)
	return change.Root
}

// apply keeps the changed nodes.
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

func keyOf(n int) chain.StateKey {
	key := chain.StateKey{Space: chain.SpaceModule, Subkey: fmt.Sprint("key ", n)}
	binary.BigEndian.PutUint64(key.Owner[:], uint64(n%7))
	return key
}

// randomWrites changes count keys among the first keys.
func randomWrites(random *rand.Rand, keys, count, removeIn int) []chain.Write {
	writes := make([]chain.Write, count)
	for i := range writes {
		writes[i].Key = keyOf(random.IntN(keys))
		if random.IntN(removeIn) > 0 {
			writes[i].Value = fmt.Append(nil, "value ", random.IntN(1000))
		}
	}
	return chain.MergeWrites(writes)
}

func (m model) writes() []chain.Write {
	var writes []chain.Write
	for key, value := range m {
		writes = append(writes, chain.Write{Key: key, Value: []byte(value)})
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	return writes
}
