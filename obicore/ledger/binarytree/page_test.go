package binarytree_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

const leafSize = 2 * chain.HashSize

// form is how earlier versions wrote pages, which had no clusters.
type form struct{ halves bool } // whether the hashes halfway up are kept

// page writes the page with a name, and those of its clusters.
func (f form) page(page []byte, name string, nodes map[string][]byte) {
	occupied, leaves := binary.BigEndian.Uint16(page), binary.BigEndian.Uint16(page[2:])
	clusters, rest := leaves&^occupied, page[4:]
	var counts uint32
	if clusters != 0 {
		counts, rest = binary.BigEndian.Uint32(rest), rest[4:]
	}
	written := binary.BigEndian.AppendUint16(nil, occupied|clusters)
	written = binary.BigEndian.AppendUint16(written, leaves&occupied)
	for i := range 16 {
		size := chain.HashSize * (bits.OnesCount16(occupied>>i&1) + bits.OnesCount16(leaves&occupied>>i&1))
		if clusters>>i&1 == 1 {
			size = chain.HashSize
			below := rest[size : size+leafSize*int(1+counts>>(2*i)&3)]
			f.below(below, int(name[0])+1, nodes)
			written, rest = append(written, rest[:size]...), rest[size+len(below):]
			continue
		}
		written, rest = append(written, rest[:size]...), rest[size:]
	}
	if f.halves {
		written = append(written, rest...)
	}
	nodes[name] = written
}

// below writes the page of some leaves at a level.
func (f form) below(leaves []byte, level int, nodes map[string][]byte) {
	nibble := func(at int) int { return int(leaves[at+level/2]>>(4*(1-level%2))) & 15 }
	var occupied, lone uint16
	var content, halves []byte
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
			f.below(leaves[at:end], level+1, nodes)
		}
		at = end
	}
	for at := 0; at < len(leaves) && f.halves; {
		end := at
		for end < len(leaves) && nibble(end)/4 == nibble(at)/4 {
			end += leafSize
		}
		if end > at+leafSize {
			hash := subtree(leaves[at:end], 4*level+2)
			halves = append(halves, hash[:]...)
		}
		at = end
	}
	name := append([]byte{byte(level)}, leaves[:(level+1)/2]...)
	if level%2 == 1 {
		name[len(name)-1] &= 0xf0
	}
	head := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, occupied), lone)
	nodes[string(name)] = append(append(head, content...), halves...)
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
	tree := binarytree.New(hasher).(*binarytree.Tree)
	random := rand.New(rand.NewPCG(5, 0))
	for _, halves := range []bool{false, true} {
		for _, size := range []int{3, 40, 2_000} {
			now, before := newMemory(), newMemory()
			now.update(t, tree, randomWrites(random, size, size, 1_000_000))
			for name, page := range now.nodes {
				form{halves}.page(page, name, before.nodes)
			}
			if size > 3 && len(before.nodes) == len(now.nodes) {
				t.Fatal("no page has a cluster")
			}
			checkAlike(t, tree, now, before, random, size)
			for round := range 30 {
				writes := randomWrites(random, size, 1+size/6, 2+round%4)
				if want, have := now.update(t, tree, writes), before.update(t, tree, writes); have != want {
					t.Fatalf("pages of an earlier version lead to root %s, want %s", have, want)
				}
				checkAlike(t, tree, now, before, random, size)
			}
		}
	}
}

func ascending(keys []chain.StateKey) []chain.StateKey {
	slices.SortFunc(keys, func(a, b chain.StateKey) int { return a.Compare(b) })
	return slices.Compact(keys)
}

// checkAlike compares a tree with one whose pages are partly as earlier versions wrote them.
func checkAlike(t *testing.T, tree *binarytree.Tree, now, before *memory, random *rand.Rand, size int) {
	t.Helper()
	for name, page := range before.nodes {
		renewed, err := tree.Current(before, []byte(name), page)
		if err != nil || !bytes.Equal(renewed, now.nodes[name]) {
			t.Fatalf("page %x is renewed to %x (%v), want %x", name, renewed, err, now.nodes[name])
		}
	}
	for name, page := range now.nodes {
		if same, err := tree.Current(now, []byte(name), page); err != nil || !bytes.Equal(same, page) {
			t.Fatalf("page %x is changed to %x (%v)", page, same, err)
		}
	}
	var keys []chain.StateKey
	for range 6 {
		keys = append(keys, keyOf(random.IntN(2*size)))
	}
	keys = ascending(keys)
	alike := func(what string, prove func(nodes ledger.Nodes) ([]byte, error)) {
		want, err := prove(now)
		have, errToo := prove(before)
		if errors.Join(err, errToo) != nil || !bytes.Equal(have, want) {
			t.Fatalf("%s: %x, want %x: %v", what, have, want, errors.Join(err, errToo))
		}
	}
	alike("proof", func(nodes ledger.Nodes) ([]byte, error) { return tree.Prove(nodes, keys[0]) })
	alike("proof of many", func(nodes ledger.Nodes) ([]byte, error) { return tree.ProveMany(nodes, keys) })
	for bits := range 14 {
		within := ledger.Range{Prefix: tree.Place(keys[0]), Bits: bits}
		for i := bits; i < 256; i++ {
			within.Prefix[i/8] &^= 0x80 >> (i % 8)
		}
		alike("proof of a range", func(nodes ledger.Nodes) ([]byte, error) { return tree.ProveRange(nodes, within) })
	}
}

// whatever reads all nodes in every way; it fails only by a panic or another error than corruption.
func whatever(t *testing.T, tree *binarytree.Tree, nodes *memory, random *rand.Rand, size int) (found int) {
	t.Helper()
	note := func(err error) {
		if err != nil && !errors.Is(err, ledger.ErrCorrupt) {
			t.Fatal(err)
		}
		if err != nil {
			found++
		}
	}
	for name, page := range nodes.nodes {
		_, err := tree.Current(nodes, []byte(name), page)
		note(err)
	}
	var keys []chain.StateKey
	for n := range size {
		keys = append(keys, keyOf(n))
		_, err := tree.Prove(nodes, keys[n])
		note(err)
	}
	_, err := tree.ProveMany(nodes, ascending(keys))
	note(err)
	for _, removeIn := range []int{1_000_000, 2} {
		_, err = tree.Update(nodes, randomWrites(random, size, size, removeIn))
		note(err)
	}
	return found
}

// Bits of pages are flipped, leaves of clusters exchanged and pages lost: nothing panics, and what does
// not stand where it should is corrupt.
func TestDamagedPagesAreCorruptionAndNothingElse(t *testing.T) {
	tree := binarytree.New(hasher).(*binarytree.Tree)
	random := rand.New(rand.NewPCG(6, 0))
	const size = 60
	for _, old := range []bool{false, true} {
		found := 0
		for round := range 300 {
			nodes, pages := newMemory(), newMemory()
			pages.update(t, tree, randomWrites(random, size, size, 1_000_000))
			for name, page := range pages.nodes {
				if nodes.nodes[name] = bytes.Clone(page); old {
					form{true}.page(page, name, nodes.nodes)
				}
			}
			names := slices.Sorted(maps.Keys(nodes.nodes))
			name := names[random.IntN(len(names))]
			page := nodes.nodes[name]
			switch at := random.IntN(len(page)/32) * 32; {
			case round%5 == 0 && len(names) > 1 && name != names[0]:
				delete(nodes.nodes, name)
			case round%5 == 1:
				copy(page[len(page)%32+at:], page[len(page)%32:][:32]) // one part twice
			case round%5 == 2:
				clear(page[len(page)%32+at:][:32])
			default:
				page[random.IntN(len(page))] ^= 1 << random.IntN(8)
			}
			if whatever(t, tree, nodes, random, size) > 0 {
				found++
			}
		}
		t.Logf("pages of earlier versions %v: %d of 300 found by what is read alone", old, found)
		if found < 60 {
			t.Errorf("only %d", found)
		}
	}
}

// A leaf whose path is that of another place, and the entry whose leaf it was.
func TestALeafOfAnotherPlaceIsCorruption(t *testing.T) {
	tree := binarytree.New(hasher).(*binarytree.Tree)
	nodes := newMemory()
	writes := randomWrites(rand.New(rand.NewPCG(8, 0)), 300, 300, 1_000_000)
	nodes.update(t, tree, writes)
	flips := 0
	for i := range writes {
		path := tree.Place(writes[i].Key)
		for name, page := range nodes.nodes {
			at := bytes.Index(page, path[:])
			if at < 0 || name[0] == 0 {
				continue
			}
			for bit := range 4 * int(name[0]) {
				flips++
				page[at+bit/8] ^= 0x80 >> (bit % 8)
				for _, value := range [][]byte{[]byte("other"), nil} {
					if _, err := tree.Update(nodes, []chain.Write{{Key: writes[i].Key, Value: value}}); !errors.Is(err, ledger.ErrCorrupt) {
						t.Fatalf("page %x, bit %d of %s: %v", name, bit, path, err)
					}
				}
				page[at+bit/8] ^= 0x80 >> (bit % 8)
			}
		}
	}
	if flips < 100 {
		t.Fatalf("only %d", flips)
	}
}

// What Inspect asks of pages that this version would not write: they are what the page above says, to the last bit.
func TestAPageOfFewLeavesIsWhatThePageAboveSays(t *testing.T) {
	tree := binarytree.New(hasher).(*binarytree.Tree)
	random := rand.New(rand.NewPCG(7, 0))
	now, before := newMemory(), newMemory()
	now.update(t, tree, randomWrites(random, 2_000, 2_000, 1_000_000))
	for name, page := range now.nodes {
		form{true}.page(page, name, before.nodes)
	}
	few := 0
	for name, page := range before.nodes {
		if now.nodes[name] != nil {
			continue
		}
		few++
		for range 20 {
			broken := bytes.Clone(page)
			broken[random.IntN(len(broken))] ^= 1 << random.IntN(8)
			before.nodes[name] = broken
			if _, err := tree.Current(before, []byte(name), broken); !errors.Is(err, ledger.ErrCorrupt) {
				t.Fatalf("page %x, %x, passes as %x: %v", name, page, broken, err)
			}
		}
		before.nodes[name] = page
		if _, err := tree.Current(now, []byte(name), page); !errors.Is(err, ledger.ErrCorrupt) {
			t.Fatalf("page %x passes beside its cluster: %v", name, err)
		}
	}
	if few < 100 {
		t.Fatalf("only %d pages", few)
	}
	for _, name := range []string{"", "\x40" + string(make([]byte, 32)), "\x01\x01", "\x02\x01\x01", "\x03\x01"} {
		if _, err := tree.Current(now, []byte(name), now.nodes["\x00"]); !errors.Is(err, ledger.ErrCorrupt) {
			t.Fatalf("name %x: %v", name, err)
		}
	}
}
