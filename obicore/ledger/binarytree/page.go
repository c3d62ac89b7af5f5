package binarytree

import (
	"bytes"
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

// slot summarises one subtree. Its bytes may be those of a node that was read: nobody
// changes them.
type slot struct {
	kind  kind
	bytes []byte // leaf: its path and the digest of its value; inner: the subtree's hash
}

func newLeaf(path, value *chain.Hash) slot {
	return slot{leaf, append(append(make([]byte, 0, leafSize), path[:]...), value[:]...)}
}

const leafSize = 2 * chain.HashSize

func (s *slot) path() *chain.Hash  { return (*chain.Hash)(s.bytes) }
func (s *slot) value() *chain.Hash { return (*chain.Hash)(s.bytes[chain.HashSize:]) }
func (s *slot) hash() *chain.Hash  { return (*chain.Hash)(s.bytes) }

// page holds the subtrees four levels below its own place.
type page struct {
	slots [pageSlots]slot
	// half are the hashes of the subtrees two levels above the bottom, of those that hold
	// two leaves or more; nil for the others and where it is not known. They are kept
	// with the page: a change then hashes a quarter of it.
	half [quads][]byte

	read    []byte // what it was decoded from
	changed uint16 // the slots that are others since, a bit for each
}

// set changes a slot.
func (p *page) set(i int, s slot) {
	if s.kind == p.slots[i].kind && bytes.Equal(s.bytes, p.slots[i].bytes) {
		return
	}
	p.slots[i], p.half[i/quadSlots] = s, nil
	p.changed |= 1 << i
}

// pageName returns the name of the page at depth (a multiple of four) on path:
// depth/4 in one byte, then the path's first depth bits, zero padded.
func pageName(depth int, path *chain.Hash) []byte {
	return appendPageName(make([]byte, 0, maxPageName), depth, path)
}

const maxPageName = 1 + chain.HashSize

func appendPageName(dst []byte, depth int, path *chain.Hash) []byte {
	dst = append(append(dst, byte(depth/pageLevels)), path[:(depth+7)/8]...)
	if depth%8 != 0 {
		dst[len(dst)-1] &= 0xf0
	}
	return dst
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
// path and value digest, an inner one as its hash –, then the hashes halfway up, which must
// be known.
func (p *page) encode() []byte {
	var occupied, leaves uint16
	size := 4
	for i := range p.slots {
		size += len(p.slots[i].bytes)
		switch p.slots[i].kind {
		case leaf:
			leaves |= 1 << i
			fallthrough
		case inner:
			occupied |= 1 << i
		}
	}
	for _, half := range p.half {
		size += len(half)
	}
	if maps := uint32(occupied)<<16 | uint32(leaves); len(p.read) == size && binary.BigEndian.Uint32(p.read) == maps {
		return p.renewed()
	}
	b := make([]byte, 4, size)
	binary.BigEndian.PutUint16(b, occupied)
	binary.BigEndian.PutUint16(b[2:], leaves)
	for i := range p.slots {
		b = append(b, p.slots[i].bytes...)
	}
	for _, half := range p.half {
		b = append(b, half...)
	}
	return b
}

// renewed is encode for a page of the same form as was read: most of it is the same too.
func (p *page) renewed() []byte {
	b, at := bytes.Clone(p.read), 4
	for i := range p.slots {
		if p.changed>>i&1 == 1 {
			copy(b[at:], p.slots[i].bytes)
		}
		at += len(p.slots[i].bytes)
	}
	for q, half := range p.half {
		if p.changed>>(q*quadSlots)&0x0f != 0 {
			copy(b[at:], half)
		}
		at += len(half)
	}
	return b
}

// decode reads what encode writes, and keeps it. Pages of earlier versions lack the hashes
// halfway up: then it reports false.
func (p *page) decode(b []byte) (halfwayKnown bool, err error) {
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
	p.read, b = b, b[4:]
	for i := range p.slots {
		switch {
		case occupied>>i&1 == 0:
		case leaves>>i&1 == 1:
			p.slots[i], b = slot{leaf, b[:leafSize]}, b[leafSize:]
		default:
			p.slots[i], b = slot{inner, b[:chain.HashSize]}, b[chain.HashSize:]
		}
	}
	for q := range quad {
		if quad[q] && halfwayKnown {
			p.half[q], b = b[:chain.HashSize], b[chain.HashSize:]
		}
	}
	return halfwayKnown, nil
}

// fold returns the summary of a page and completes its hashes halfway up, which last until the
// next page is folded.
func (h *hashing) fold(p *page) slot {
	var up [quads]slot
	for q := range up {
		if p.half[q] != nil {
			up[q] = slot{inner, p.half[q]}
			continue
		}
		four := (*[quadSlots]slot)(p.slots[q*quadSlots:])
		left, right := h.join(&four[0], &four[1], &h.pairs[0]), h.join(&four[2], &four[3], &h.pairs[1])
		if up[q] = h.join(&left, &right, &h.quads[q]); up[q].kind == inner {
			p.half[q] = up[q].bytes
		}
	}
	left, right := h.join(&up[0], &up[1], &h.pairs[0]), h.join(&up[2], &up[3], &h.pairs[1])
	return h.join(&left, &right, h.room())
}

// summary folds slots, a power of two of them, into one: the compact rule lets a
// lone leaf rise through empty siblings, and an inner subtree does not rise.
func (h *hashing) summary(slots []slot) slot {
	if len(slots) == 1 {
		return slots[0]
	}
	left, right := h.summary(slots[:len(slots)/2]), h.summary(slots[len(slots)/2:])
	return h.join(&left, &right, new(chain.Hash))
}

// join returns the subtree above two; its hash, if it needs one, goes where room is.
func (h *hashing) join(left, right *slot, room *chain.Hash) slot {
	switch {
	case left.kind == empty && right.kind != inner:
		return *right
	case right.kind == empty && left.kind != inner:
		return *left
	}
	leftHash, rightHash := h.of(left), h.of(right)
	*room = h.inner(&leftHash, &rightHash)
	return slot{inner, room[:]}
}

// of returns the hash of the subtree that s summarises.
func (h *hashing) of(s *slot) chain.Hash {
	switch s.kind {
	case leaf:
		return h.leaf(s.path(), s.value())
	case inner:
		return *s.hash()
	}
	return chain.Hash{}
}
