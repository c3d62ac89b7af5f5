package binarytree

import (
	"bytes"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// A cluster is an inner slot that holds its few leaves itself: behind the subtree's hash
// their paths and value digests, in order. At any number of entries a large part of them
// shares a slot of the lowest pages with one or two others; a page for these would be read, hashed
// and kept beside the page above.

// mostClustered is how many leaves at most stand in the page above.
const mostClustered = 4

// clustered returns the leaves of a cluster, nil for any other slot.
func (s *slot) clustered() []byte {
	if s.kind != inner || len(s.bytes) <= chain.HashSize {
		return nil
	}
	return s.bytes[chain.HashSize:]
}

// leaves returns those that a slot holds itself; all is false when its subtree has a page of its own.
func (s *slot) leaves() (leaves []byte, all bool) {
	if s.kind == inner {
		leaves = s.clustered()
		return leaves, leaves != nil
	}
	return s.bytes, true
}

// inOrder reports whether leaves ascend and stand in a slot of the page at depth on path: what goes
// through a cluster relies on it.
func inOrder(leaves []byte, depth int, path *chain.Hash, i int) bool {
	for ; len(leaves) > 0; leaves = leaves[leafSize:] {
		own := (*chain.Hash)(leaves)
		if slotOf(own, depth) != i || !sharesPrefix(own, path, depth) {
			return false
		}
		if len(leaves) > leafSize && bytes.Compare(own[:], leaves[leafSize:leafSize+chain.HashSize]) >= 0 {
			return false
		}
	}
	return true
}

// cluster returns a slot of leaves below depth.
func (h *hashing) cluster(leaves []byte, depth int) slot {
	hash := h.fork(leaves, depth)
	return slot{inner, append(append(make([]byte, 0, chain.HashSize+len(leaves)), hash[:]...), leaves...)}
}

// fork returns the hash of the subtree of leaves, one or more, below depth.
func (h *hashing) fork(leaves []byte, depth int) chain.Hash {
	if len(leaves) == leafSize {
		return h.leaf((*chain.Hash)(leaves), (*chain.Hash)(leaves[chain.HashSize:]))
	}
	middle := 0
	for middle < len(leaves) && bit((*chain.Hash)(leaves[middle:]), depth) == 0 {
		middle += leafSize
	}
	var left, right chain.Hash
	if middle > 0 {
		left = h.fork(leaves[:middle], depth+1)
	}
	if middle < len(leaves) {
		right = h.fork(leaves[middle:], depth+1)
	}
	return h.inner(&left, &right)
}

// spread makes the page at depth of leaves.
func (h *hashing) spread(leaves []byte, depth int, p *page) {
	for len(leaves) > 0 {
		i, end := slotOf((*chain.Hash)(leaves), depth), leafSize
		for end < len(leaves) && slotOf((*chain.Hash)(leaves[end:]), depth) == i {
			end += leafSize
		}
		if p.slots[i] = (slot{leaf, leaves[:end]}); end > leafSize {
			p.slots[i] = h.cluster(leaves[:end], depth+pageLevels)
		}
		leaves = leaves[end:]
	}
}

// below makes the page at depth on path of what stands below an inner slot.
func (h *hashing) below(nodes ledger.Nodes, s *slot, depth int, path *chain.Hash, p *page) error {
	if leaves := s.clustered(); leaves != nil {
		h.spread(leaves, depth, p)
		return nil
	}
	return load(nodes, depth, path, p)
}

// few returns the leaves of a page that are so few that they stand in the page above.
func (p *page) few() (leaves []byte, few bool) {
	size := 0
	for i := range p.slots {
		some, all := p.slots[i].leaves()
		if size += len(some); !all || size > mostClustered*leafSize {
			return nil, false
		}
	}
	leaves = make([]byte, 0, size)
	for i := range p.slots {
		some, _ := p.slots[i].leaves()
		leaves = append(leaves, some...)
	}
	return leaves, true
}
