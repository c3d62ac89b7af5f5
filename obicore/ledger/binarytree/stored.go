package binarytree

import (
	"encoding/binary"
	"math/bits"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// stored is a page as it is stored, with all hashes halfway up. Most changes keep its shape –
// the same slots with the same kinds –, and are then made in a copy of its bytes: to decode and
// encode a page takes longer than to hash what a change needs.
type stored struct {
	bytes            []byte
	occupied, leaves uint16
	forked           [quads]bool
	half             int // where the hashes halfway up begin
}

// parse returns a view of an encoded page; false when it is not whole, or of an earlier version.
func parse(b []byte) (s stored, ok bool) {
	if len(b) < 4 {
		return s, false
	}
	s.bytes, s.occupied, s.leaves = b, binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	var count int
	s.forked, count = forked(s.occupied, s.leaves)
	s.half = 4 + chain.HashSize*(bits.OnesCount16(s.occupied)+bits.OnesCount16(s.leaves))
	return s, s.leaves&^s.occupied == 0 && len(b) == s.half+chain.HashSize*count
}

// kind returns what is in a slot.
func (s *stored) kind(i int) kind {
	switch {
	case s.occupied>>i&1 == 0:
		return empty
	case s.leaves>>i&1 == 1:
		return leaf
	}
	return inner
}

// at returns where a slot begins.
func (s *stored) at(i int) int {
	below := uint16(1)<<i - 1
	return 4 + chain.HashSize*(bits.OnesCount16(s.occupied&below)+bits.OnesCount16(s.leaves&below))
}

// slot decodes one.
func (s *stored) slot(i int) (out slot) {
	out.kind = s.kind(i)
	switch at := s.at(i); out.kind {
	case leaf:
		copy(out.path[:], s.bytes[at:])
		copy(out.value[:], s.bytes[at+chain.HashSize:])
	case inner:
		copy(out.hash[:], s.bytes[at:])
	}
	return out
}

// takes reports whether a slot can become another without a change of the page's shape.
func (s *stored) takes(i int, now *slot) bool {
	if s.kind(i) != now.kind {
		return false
	}
	at := s.at(i)
	return now.kind != leaf || string(s.bytes[at:at+chain.HashSize]) == string(now.path[:])
}

// put changes a slot that takes it, and reports whether it was another.
func (s *stored) put(i int, now *slot) (changed bool) {
	at, content := s.at(i), now.hash[:]
	switch now.kind {
	case empty:
		return false
	case leaf:
		at, content = at+chain.HashSize, now.value[:]
	}
	place := s.bytes[at : at+chain.HashSize]
	if string(place) == string(content) {
		return false
	}
	copy(place, content)
	return true
}

// halfway returns the place of the hash of a forked quad.
func (s *stored) halfway(q int) []byte {
	at := s.half
	for before := range q {
		if s.forked[before] {
			at += chain.HashSize
		}
	}
	return s.bytes[at : at+chain.HashSize]
}

// quad decodes the slots of one and returns their summary.
func (h *hashing) quad(s *stored, q int) slot {
	var below [quadSlots]slot
	for i := range below {
		below[i] = s.slot(q*quadSlots + i)
	}
	return h.summary(below[:])
}

// refold returns the summary of a page in which quads were changed, and hashes these anew.
func (h *hashing) refold(s *stored, changed [quads]bool) slot {
	var up [quads]slot
	for q := range up {
		if s.forked[q] && !changed[q] {
			up[q].kind = inner
			copy(up[q].hash[:], s.halfway(q))
			continue
		}
		if up[q] = h.quad(s, q); s.forked[q] {
			copy(s.halfway(q), up[q].hash[:])
		}
	}
	return h.summary(up[:])
}
