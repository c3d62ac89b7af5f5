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

const leafSize = 2 * chain.HashSize

// former writes the page with a name, and those of its clusters, as before there were any, and before
// pages kept the hashes halfway up.
func former(page []byte, name string, nodes map[string][]byte) {
	occupied, leaves := binary.BigEndian.Uint16(page), binary.BigEndian.Uint16(page[2:])
	clusters, rest := leaves&^occupied, page[4:]
	var counts uint32
	if clusters != 0 {
		counts, rest = binary.BigEndian.Uint32(rest), rest[4:]
	}
	maps := binary.BigEndian.AppendUint16(nil, occupied|clusters)
	written := binary.BigEndian.AppendUint16(maps, leaves&occupied)
	for i := range 16 {
		size := chain.HashSize * (bits.OnesCount16(occupied>>i&1) + bits.OnesCount16(leaves&occupied>>i&1))
		if clusters>>i&1 == 1 {
			size = chain.HashSize
			below := rest[size : size+leafSize*int(1+counts>>(2*i)&3)]
			formerPage(below, int(name[0])+1, nodes)
			written, rest = append(written, rest[:size]...), rest[size+len(below):]
			continue
		}
		written, rest = append(written, rest[:size]...), rest[size:]
	}
	nodes[name] = written
}

// formerPage writes the page of some leaves at a level.
func formerPage(leaves []byte, level int, nodes map[string][]byte) {
	nibble := func(at int) int { return int(leaves[at+level/2]>>(4*(1-level%2))) & 15 }
	var occupied, lone uint16
	var content []byte
	for at := 0; at < len(leaves); {
		i, end := nibble(at), at+leafSize
		for end < len(leaves) && nibble(end) == i {
			end += leafSize
		}
		if occupied |= 1 << i; end == at+leafSize {
			lone |= 1 << i
			content = append(content, leaves[at:end]...)
		} else {
			hash := subtree(leaves[at:end], 4*level+4)
			content = append(content, hash[:]...)
			formerPage(leaves[at:end], level+1, nodes)
		}
		at = end
	}
	name := append([]byte{byte(level)}, leaves[:(level+1)/2]...)
	if level%2 == 1 {
		name[len(name)-1] &= 0xf0
	}
	nodes[string(name)] = append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, occupied), lone), content...)
}

// subtree is the hash of leaves below a depth, by definition.
func subtree(leaves []byte, depth int) chain.Hash {
	var list []modelLeaf
	for ; len(leaves) > 0; leaves = leaves[leafSize:] {
		list = append(list, modelLeaf{chain.Hash(leaves), hasher.Sum([]byte{1}, leaves[:leafSize])})
	}
	return modelSubtree(list, depth)
}

func TestPagesOfEarlierVersionsAreReadAndRenewed(t *testing.T) {
	tree := binarytree.New(hasher)
	random := rand.New(rand.NewPCG(5, 0))
	for _, size := range []int{3, 40, 2_000} {
		now, before := newMemory(), newMemory()
		now.update(t, tree, randomWrites(random, size, size, 1_000_000))
		for name, page := range now.nodes {
			former(page, name, before.nodes)
		}
		if size > 3 && len(before.nodes) == len(now.nodes) {
			t.Fatal("no page has a cluster")
		}
		for name, page := range before.nodes {
			renewed, err := tree.(*binarytree.Tree).Current(before, []byte(name), page)
			if err != nil || !bytes.Equal(renewed, now.nodes[name]) {
				t.Fatalf("page %x is renewed to %x (%v), want %x", name, renewed, err, now.nodes[name])
			}
		}
		for name, page := range now.nodes {
			if same, err := tree.(*binarytree.Tree).Current(now, []byte(name), page); err != nil || !bytes.Equal(same, page) {
				t.Fatalf("page %x is changed to %x (%v)", page, same, err)
			}
		}
		for round := range 40 {
			writes := randomWrites(random, size, 1+size/6, 2+round%4)
			if want, have := now.update(t, tree, writes), before.update(t, tree, writes); have != want {
				t.Fatalf("pages of an earlier version lead to root %s, want %s", have, want)
			}
			for name, page := range before.nodes {
				renewed, err := tree.(*binarytree.Tree).Current(before, []byte(name), page)
				if err != nil || !bytes.Equal(renewed, now.nodes[name]) {
					t.Fatalf("changed, page %x is renewed to %x (%v), want %x", name, renewed, err, now.nodes[name])
				}
			}
		}
	}
}
