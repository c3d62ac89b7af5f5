package binarytree_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

// counted counts how often each node is read, and has none of one name or fails there.
type counted struct {
	*memory
	lock    sync.Mutex
	reads   map[string]int
	missing string
	fault   error
}

func (c *counted) Node(name []byte) ([]byte, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.reads[string(name)]++
	if string(name) == c.missing {
		return nil, c.fault
	}
	return c.memory.Node(name)
}

func (c *counted) without(name string, fault error) { c.missing, c.fault = name, fault }

func TestAnUpdateReadsEachNodeOnceAndNoneThatIsNotThere(t *testing.T) {
	tree, random := binarytree.New(hasher), rand.New(rand.NewPCG(1, 0))
	nodes := newMemory()
	for _, count := range []int{1, 3, 40, 90, 300, 3_000} {
		nodes.update(t, tree, randomWrites(random, 20_000, 2_000, 3))
		counter := &counted{memory: nodes, reads: make(map[string]int), missing: "none"}
		if _, err := tree.Update(counter, randomWrites(random, 20_000, count, 3)); err != nil {
			t.Fatal(err)
		}
		for name, reads := range counter.reads {
			if reads > 1 || nodes.nodes[name] == nil {
				t.Errorf("%d writes: node %x is read %d times; there: %t", count, name, reads, nodes.nodes[name] != nil)
			}
		}
	}
}

// A node that is missing or cannot be read ends an update with its name or its error,
// wherever it stands.
func TestANodeThatIsNotThereEndsTheUpdate(t *testing.T) {
	tree := binarytree.New(hasher)
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 3_000, 3_000, 1_000_000)
	nodes.update(t, tree, writes)
	unreadable := errors.New("unreadable")
	for name := range nodes.nodes {
		if len(name) == 1 {
			continue // without the root's page the tree is empty
		}
		broken := &counted{memory: nodes, reads: make(map[string]int)}
		broken.without(name, nil)
		if _, err := tree.Update(broken, writes); !errors.Is(err, ledger.ErrCorrupt) || !strings.Contains(err.Error(), fmt.Sprintf("%x", name)) {
			t.Fatalf("without node %x: %v", name, err)
		}
		broken.without(name, unreadable)
		if _, err := tree.Update(broken, writes); !errors.Is(err, unreadable) {
			t.Fatalf("with node %x unreadable: %v", name, err)
		}
	}
}

// bottomless has the same page under every name: each of its slots says that a page follows.
type bottomless struct{ page []byte }

func (b bottomless) Node([]byte) ([]byte, error) { return b.page, nil }

func TestATreeDeeperThanItsPathsIsCorruption(t *testing.T) {
	tree, random := binarytree.New(hasher), rand.New(rand.NewPCG(1, 0))
	page := append([]byte{0xff, 0xff, 0, 0}, make([]byte, 16*32)...)
	for _, count := range []int{1, 50, 3_000} {
		if _, err := tree.Update(bottomless{page}, randomWrites(random, 20_000, count, 3)); !errors.Is(err, ledger.ErrCorrupt) {
			t.Errorf("%d writes: %v", count, err)
		}
	}
}
