package binarytree

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

const (
	pageLevels = 4
	pageSlots  = 1 << pageLevels
	maxDepth   = 8 * chain.HashSize
)

type kind byte

const (
	empty kind = iota
	leaf       // exactly one leaf below
	inner      // two leaves or more below
)

// slot summarises one subtree.
type slot struct {
	kind  kind
	hash  chain.Hash // inner: the subtree's hash
	path  chain.Hash // leaf: its path
	value chain.Hash // leaf: digest of its value
}

// page holds the subtrees four levels below its own place.
type page [pageSlots]slot

// pageName returns the name of the page at depth (a multiple of four) on path:
// depth/4 in one byte, then the path's first depth bits, zero padded.
func pageName(depth int, path *chain.Hash) []byte {
	name := make([]byte, 1+(depth+7)/8)
	name[0] = byte(depth / pageLevels)
	copy(name[1:], path[:])
	if depth%8 != 0 {
		name[len(name)-1] &= 0xf0
	}
	return name
}

// slotOf returns the slot of path in the page at depth.
func slotOf(path *chain.Hash, depth int) int {
	if depth%8 == 0 {
		return int(path[depth/8] >> 4)
	}
	return int(path[depth/8] & 0x0f)
}

// quads is how many subtrees of two levels a page has.
const quads = pageSlots / quadSlots

const quadSlots = 4

// halfway are the hashes of a page's subtrees two levels above its bottom, of those that
// hold two leaves or more. They are kept with the page: a change then hashes a quarter of it.
type halfway [quads]chain.Hash

// forked returns which quads of a page have such a hash, a bit for each.
func forked(occupied, leaves uint16) (quad [quads]bool, count int) {
	for q := range quad {
		there, lone := occupied>>(q*quadSlots)&0x0f, leaves>>(q*quadSlots)&0x0f
		if quad[q] = bits.OnesCount16(there) > 1 || there != lone; quad[q] {
			count++
		}
	}
	return quad, count
}

// encode returns two 16-bit maps (occupied, leaf), then the occupied slots – a leaf as
// path and value digest, an inner one as its hash –, then the hashes halfway up.
func (p *page) encode(half *halfway) []byte {
	var occupied, leaves uint16
	size := 4
	for i := range p {
		switch p[i].kind {
		case leaf:
			leaves |= 1 << i
			size += chain.HashSize
			fallthrough
		case inner:
			occupied |= 1 << i
			size += chain.HashSize
		}
	}
	quad, count := forked(occupied, leaves)
	b := make([]byte, 4, size+count*chain.HashSize)
	binary.BigEndian.PutUint16(b, occupied)
	binary.BigEndian.PutUint16(b[2:], leaves)
	for i := range p {
		switch p[i].kind {
		case leaf:
			b = append(b, p[i].path[:]...)
			b = append(b, p[i].value[:]...)
		case inner:
			b = append(b, p[i].hash[:]...)
		}
	}
	for q := range quad {
		if quad[q] {
			b = append(b, half[q][:]...)
		}
	}
	return b
}

// decode reads what encode writes. Pages of earlier versions lack the hashes halfway up:
// then it reports false.
func (p *page) decode(b []byte, half *halfway) (halfwayKnown bool, err error) {
	if len(b) < 4 {
		return false, fmt.Errorf("%w: tree page of %d bytes", ledger.ErrCorrupt, len(b))
	}
	occupied, leaves := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	quad, count := forked(occupied, leaves)
	short := 4 + chain.HashSize*(bits.OnesCount16(occupied)+bits.OnesCount16(leaves))
	want := short + chain.HashSize*count
	if leaves&^occupied != 0 || len(b) != want && len(b) != short {
		return false, fmt.Errorf("%w: tree page of %d bytes, its maps say %d", ledger.ErrCorrupt, len(b), want)
	}
	halfwayKnown = len(b) == want
	b = b[4:]
	next := func(dst *chain.Hash) {
		copy(dst[:], b)
		b = b[chain.HashSize:]
	}
	for i := range p {
		switch {
		case occupied>>i&1 == 0:
		case leaves>>i&1 == 1:
			p[i].kind = leaf
			next(&p[i].path)
			next(&p[i].value)
		default:
			p[i].kind = inner
			next(&p[i].hash)
		}
	}
	for q := range quad {
		if quad[q] && halfwayKnown {
			next(&half[q])
		}
	}
	return halfwayKnown, nil
}

// summary folds slots, a power of two of them, into one: the compact rule lets a
// lone leaf rise through empty siblings, and an inner subtree does not rise.
func (h *hashing) summary(slots []slot) slot {
	if len(slots) == 1 {
		return slots[0]
	}
	left, right := h.summary(slots[:len(slots)/2]), h.summary(slots[len(slots)/2:])
	return h.join(&left, &right)
}

// join returns the subtree above two.
func (h *hashing) join(left, right *slot) slot {
	switch {
	case left.kind == empty && right.kind != inner:
		return *right
	case right.kind == empty && left.kind != inner:
		return *left
	}
	leftHash, rightHash := h.of(left), h.of(right)
	return slot{kind: inner, hash: h.inner(&leftHash, &rightHash)}
}

// of returns the hash of the subtree that s summarises.
func (h *hashing) of(s *slot) chain.Hash {
	if s.kind == leaf {
		return h.leaf(&s.path, &s.value)
	}
	return s.hash // zero for an empty subtree
}
