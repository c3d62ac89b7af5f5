package binarytree_test

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

// shorten is a page as it was written before it kept the hashes halfway up.
func shorten(page []byte) []byte {
	count := bits.OnesCount16(binary.BigEndian.Uint16(page)) + bits.OnesCount16(binary.BigEndian.Uint16(page[2:]))
	return page[: 4+chain.HashSize*count : 4+chain.HashSize*count]
}

func TestPagesOfEarlierVersionsAreReadAndRenewed(t *testing.T) {
	tree := binarytree.New(hasher)
	now, before := newMemory(), newMemory()
	random := rand.New(rand.NewPCG(5, 0))
	now.update(t, tree, randomWrites(random, 2_000, 2_000, 1_000_000))
	shorter := 0
	for name, page := range now.nodes {
		if before.nodes[name] = shorten(page); len(before.nodes[name]) < len(page) {
			shorter++
		}
		renewed, err := tree.(*binarytree.Tree).Current(before.nodes[name])
		if err != nil || !bytes.Equal(renewed, page) {
			t.Fatalf("page %x is renewed to %x (%v), want %x", name, renewed, err, page)
		}
		if same, err := tree.(*binarytree.Tree).Current(page); err != nil || !bytes.Equal(same, page) {
			t.Fatalf("page %x is changed to %x (%v)", page, same, err)
		}
	}
	if shorter == 0 {
		t.Fatal("no page has hashes halfway up")
	}
	for range 5 {
		writes := randomWrites(random, 2_000, 300, 4)
		if want, have := now.update(t, tree, writes), before.update(t, tree, writes); have != want {
			t.Fatalf("pages of an earlier version lead to root %s, want %s", have, want)
		}
	}
}
