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
	bytes []byte // leaf: its path and the digest of its value; inner: the subtree's hash, and of a cluster its leaves
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
		there, lone := (occupied|leaves)>>(q*quadSlots)&0x0f, (occupied&leaves)>>(q*quadSlots)&0x0f
		if quad[q] = bits.OnesCount16(there) > 1 || there != lone; quad[q] {
			count++
		}
	}
	return quad, count
}

// encode returns the page's head, then what its slots hold – a leaf its path and value digest, an inner one
// its hash, a cluster its hash and its leaves –, then the hashes halfway up, which must be known.
func (p *page) encode() []byte {
	var room [longHead]byte
	head, size := p.head(&room)
	for _, half := range p.half {
		size += len(half)
	}
	if size += len(head); len(p.read) == size && bytes.HasPrefix(p.read, head) {
		return p.renewed(len(head))
	}
	b := append(make([]byte, 0, size), head...)
	for i := range p.slots {
		b = append(b, p.slots[i].bytes...)
	}
	for _, half := range p.half {
		b = append(b, half...)
	}
	return b
}

// Sizes of a head: two 16-bit maps, and 32 bits where there are clusters.
const (
	shortHead = 4
	longHead  = 8
)

// head returns two maps with a bit for each slot, and the size of what the slots hold. A slot of the
// first alone is inner, one of both a leaf, and one of the second alone a cluster: then two bits for
// each slot follow, the number of its leaves but one.
func (p *page) head(room *[longHead]byte) (head []byte, size int) {
	var occupied, leaves uint16
	var counts uint32
	for i := range p.slots {
		s := &p.slots[i]
		size += len(s.bytes)
		switch clustered := len(s.clustered()) / leafSize; {
		case s.kind == leaf:
			occupied |= 1 << i
			leaves |= 1 << i
		case clustered > 0:
			leaves |= 1 << i
			counts |= uint32(clustered-1) << (2 * i) //nolint:gosec // at most mostClustered
		case s.kind == inner:
			occupied |= 1 << i
		}
	}
	head = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(room[:0], occupied), leaves)
	if counts != 0 {
		head = binary.BigEndian.AppendUint32(head, counts)
	}
	return head, size
}

// renewed is encode for a page of the same form as was read: most of it is the same too.
func (p *page) renewed(at int) []byte {
	b := bytes.Clone(p.read)
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

// decode reads what encode writes for the page at depth on path, and keeps it. Pages of earlier versions
// lack the hashes halfway up.
func (p *page) decode(b []byte, depth int, path *chain.Hash) error {
	if len(b) < shortHead {
		return corrupt("tree page of %d bytes", len(b))
	}
	occupied, leaves := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	p.read, b = b, b[shortHead:]
	var counts uint32
	if clusters := leaves &^ occupied; clusters != 0 {
		if len(b) < longHead-shortHead {
			return corrupt("tree page of %d bytes with clusters", len(p.read))
		}
		if counts = binary.BigEndian.Uint32(b); !countsOf(clusters, counts) {
			return corrupt("tree page with clusters %016b of sizes %032b", clusters, counts)
		}
		b = b[longHead-shortHead:]
	}
	for i := range p.slots {
		s := &p.slots[i]
		size := 0
		switch there, lone := occupied>>i&1 == 1, leaves>>i&1 == 1; {
		case there && lone:
			s.kind, size = leaf, leafSize
		case there:
			s.kind, size = inner, chain.HashSize
		case lone:
			s.kind, size = inner, chain.HashSize+leafSize*(1+int(counts>>(2*i)&3))
		default:
			continue
		}
		if len(b) < size {
			return corrupt("tree page of %d bytes, its maps say more", len(p.read))
		}
		s.bytes, b = b[:size:size], b[size:]
		if held, all := s.leaves(); all && !inOrder(held, depth, path, i) {
			return corrupt("tree page with leaves that do not stand in slot %d of it", i)
		}
	}
	return p.decodeHalf(occupied, leaves, b)
}

// decodeHalf reads the hashes halfway up, which end a page or are not there.
func (p *page) decodeHalf(occupied, leaves uint16, b []byte) error {
	quad, count := forked(occupied, leaves)
	if len(b) != 0 && len(b) != chain.HashSize*count {
		return corrupt("tree page of %d bytes, %d more than its maps say", len(p.read), len(b)-chain.HashSize*count)
	}
	for q := range quad {
		if quad[q] && len(b) > 0 {
			p.half[q], b = b[:chain.HashSize:chain.HashSize], b[chain.HashSize:]
		}
	}
	return nil
}

// countsOf reports whether each cluster, and nothing else, has a number of leaves.
func countsOf(clusters uint16, counts uint32) bool {
	for i := range pageSlots {
		if (clusters>>i&1 == 1) != (counts>>(2*i)&3 != 0) {
			return false
		}
	}
	return true
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ledger.ErrCorrupt}, args...)...)
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
