package binarytree_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

func TestRootIsWhatTheDefinitionSays(t *testing.T) {
	tree := binarytree.New(hasher)
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0))
		nodes, m := newMemory(), model{}
		keys := 1 + random.IntN(400)
		for range 25 {
			writes := randomWrites(random, keys, random.IntN(60), 1+random.IntN(4))
			m.apply(writes)
			root := nodes.update(t, tree, writes)
			if want := m.root(); root != want {
				t.Fatalf("seed %d: root %s, by definition %s", seed, root, want)
			}
			if again, err := tree.Root(nodes); err != nil || again != root {
				t.Fatalf("seed %d: stored root %s, %v", seed, again, err)
			}
		}
	}
}

func TestLargeBatchesGiveTheSameRoot(t *testing.T) {
	tree := binarytree.New(hasher)
	random := rand.New(rand.NewPCG(1, 0))
	nodes, m := newMemory(), model{}
	for range 6 {
		writes := randomWrites(random, 20_000, 5_000, 3)
		m.apply(writes)
		if root, want := nodes.update(t, tree, writes), m.root(); root != want {
			t.Fatalf("root %s, by definition %s", root, want)
		}
	}
}

// The nodes, too, depend on the entries alone: nothing is left behind by removals.
func TestNodesDependOnTheEntriesAlone(t *testing.T) {
	tree := binarytree.New(hasher)
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		nodes, m := newMemory(), model{}
		for range 30 {
			writes := randomWrites(random, 200, random.IntN(40), 2)
			m.apply(writes)
			nodes.update(t, tree, writes)
		}
		fresh := newMemory()
		fresh.update(t, tree, m.writes())
		same := maps.EqualFunc(nodes.nodes, fresh.nodes, func(a, b []byte) bool { return string(a) == string(b) })
		if !same {
			t.Fatalf("seed %d: %d nodes after changes, %d when written at once", seed, len(nodes.nodes), len(fresh.nodes))
		}
	}
}

func TestRemovingEverythingLeavesNothing(t *testing.T) {
	tree := binarytree.New(hasher)
	nodes := newMemory()
	random := rand.New(rand.NewPCG(1, 0))
	writes := randomWrites(random, 500, 300, 1_000_000)
	nodes.update(t, tree, writes)
	for i := range writes {
		writes[i].Value = nil
	}
	if root := nodes.update(t, tree, writes); !root.IsZero() || len(nodes.nodes) != 0 {
		t.Fatalf("root %s and %d nodes", root, len(nodes.nodes))
	}
}

func TestWritingTheSameAgainChangesNoNode(t *testing.T) {
	tree := binarytree.New(hasher)
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 500, 300, 1_000_000)
	root := nodes.update(t, tree, writes)
	absent := chain.Write{Key: keyOf(10_000)}
	for _, again := range [][]chain.Write{writes, {absent}, nil} {
		change, err := tree.Update(nodes, again)
		if err != nil || change.Root != root || len(change.Nodes) != 0 {
			t.Fatalf("%d nodes changed, root %s, %v", len(change.Nodes), change.Root, err)
		}
	}
}

// A known answer of the frozen format, so that a change of format cannot pass by
// changing tree and definition together.
func TestFormatIsFrozen(t *testing.T) {
	nodes := newMemory()
	var writes []chain.Write
	for i := range 10 {
		writes = append(writes, chain.Write{Key: chain.StateKey{Space: chain.SpaceModule, Subkey: fmt.Sprint(i)}, Value: []byte{byte(i + 1)}})
	}
	root := nodes.update(t, binarytree.New(hasher), writes)
	const want = "0x957ca5c37e7fff91ead9c2b76a4b945b0928f70b35c50d25ccc17a3cf04acc22"
	if root.String() != want {
		t.Fatalf("root %s, the frozen format gives %s", root, want)
	}
}

func TestBrokenNodesAreCorruption(t *testing.T) {
	tree := binarytree.New(hasher)
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 100, 80, 1_000_000)
	nodes.update(t, tree, writes)
	for name, node := range nodes.nodes {
		for _, broken := range [][]byte{node[:len(node)-1], append(node[:len(node):len(node)], 0), {0}, {0, 0, 0, 1}} {
			nodes.nodes[name] = broken
			if _, err := tree.Update(nodes, writes[:len(writes):len(writes)]); err != nil && !errors.Is(err, ledger.ErrCorrupt) {
				t.Fatalf("node %x: %v", name, err)
			}
			if _, err := tree.Root(nodes); len(name) == 1 && !errors.Is(err, ledger.ErrCorrupt) {
				t.Fatalf("root page of %d bytes: %v", len(broken), err)
			}
		}
		nodes.nodes[name] = node
	}
}
