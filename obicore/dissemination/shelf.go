package dissemination

import "github.com/credibleledger/credibleledger/kernel/chain"

// ShelfLimits bound what a shelf keeps of one peer.
type ShelfLimits struct {
	Batches int
	Bytes   int
}

// DefaultShelfLimits are what a node starts with: room for two batches of the largest
// size, and for several of the usual one.
func DefaultShelfLimits() ShelfLimits { return ShelfLimits{Batches: 8, Bytes: 5 << 20} }

// Shelf keeps the batches that peers tell before anybody has asked for them. Nothing on
// it is believed: whoever takes a batch compares it with the header. A peer that tells
// too much pushes out what it has told itself, the oldest first, and nothing else.
type Shelf struct {
	limits ShelfLimits
	told   map[chain.NodeID][]*Batch // oldest first
}

// NewShelf returns an empty shelf.
func NewShelf(limits ShelfLimits) *Shelf {
	return &Shelf{limits: limits, told: make(map[chain.NodeID][]*Batch)}
}

// Put keeps a batch of a peer; of two for one header the later one.
func (s *Shelf) Put(from chain.NodeID, b *Batch) {
	if b.Size() > s.limits.Bytes {
		return
	}
	kept, size := []*Batch{b}, b.Size()
	old := s.told[from]
	for i := len(old) - 1; i >= 0; i-- {
		if old[i].Header == b.Header {
			continue
		}
		if size += old[i].Size(); size > s.limits.Bytes || len(kept) == s.limits.Batches {
			break
		}
		kept = append(kept, old[i])
	}
	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}
	s.told[from] = kept
}

// Find returns the batches that are kept for a header, that of first before the others,
// whose order means nothing.
func (s *Shelf) Find(header chain.Hash, first chain.NodeID) (found []*Batch) {
	for from, kept := range s.told {
		for _, b := range kept {
			if b.Header != header {
				continue
			}
			found = append(found, b)
			if from == first {
				found[0], found[len(found)-1] = b, found[0]
			}
		}
	}
	return found
}

// Drop forgets what is kept for a header.
func (s *Shelf) Drop(header chain.Hash) {
	for from, kept := range s.told {
		rest := kept[:0:0]
		for _, b := range kept {
			if b.Header != header {
				rest = append(rest, b)
			}
		}
		if s.told[from] = rest; len(rest) == 0 {
			delete(s.told, from)
		}
	}
}
