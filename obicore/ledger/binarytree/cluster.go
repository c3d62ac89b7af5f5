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

// gather is few for pages of versions that knew no clusters: it looks into those below.
func gather(nodes ledger.Nodes, p *page, depth int, path *chain.Hash) (leaves []byte, few bool, err error) {
	for i := range p.slots {
		some, all := p.slots[i].leaves()
		if !all {
			var child page
			under := inSlot(path, depth, i)
			if err := load(nodes, depth+pageLevels, &under, &child); err != nil {
				return nil, false, err
			}
			if some, all, err = gather(nodes, &child, depth+pageLevels, &under); err != nil || !all {
				return nil, false, err
			}
		}
		if leaves = append(leaves, some...); len(leaves) > mostClustered*leafSize {
			return nil, false, nil
		}
	}
	return leaves, true, nil
}

// inSlot returns a path that leads into a slot of the page at depth on path.
func inSlot(path *chain.Hash, depth, i int) chain.Hash {
	under := *path
	if depth%8 == 0 {
		under[depth/8] = byte(i) << 4 //nolint:gosec // below 16
	} else {
		under[depth/8] = under[depth/8]&0xf0 | byte(i) //nolint:gosec // below 16
	}
	return under
}

// Current returns the node with a name as this version writes it, and nothing if what stands in it
// has its place in the node above: earlier versions kept less in a page. A page that is not what the
// one above says is corrupt.
func (t *Tree) Current(nodes ledger.Nodes, name, node []byte) ([]byte, error) {
	depth, path, err := placeOf(name)
	if err != nil {
		return nil, err
	}
	var p page
	if err := p.decode(node, depth, &path); err != nil {
		return nil, err
	}
	h := newHashing(t.hasher)
	leaves, few, err := gather(nodes, &p, depth, &path)
	if err != nil {
		return nil, err
	}
	if few && depth > 0 {
		return nil, h.checkFew(nodes, &p, depth, &path, leaves)
	}
	for i := range p.slots {
		if err := h.takeIn(nodes, &p, depth, &path, i); err != nil {
			return nil, err
		}
	}
	h.fold(&p)
	p.read = nil
	return p.encode(), nil
}

// takeIn makes a cluster of a slot whose few leaves have a page of their own.
func (h *hashing) takeIn(nodes ledger.Nodes, p *page, depth int, path *chain.Hash, i int) error {
	if _, all := p.slots[i].leaves(); all {
		return nil
	}
	var child page
	under := inSlot(path, depth, i)
	if err := load(nodes, depth+pageLevels, &under, &child); err != nil {
		return err
	}
	leaves, few, err := gather(nodes, &child, depth+pageLevels, &under)
	if err == nil && few && len(leaves) > leafSize {
		p.slots[i] = slot{inner, append(bytes.Clone(p.slots[i].bytes), leaves...)}
		if hash := h.fork(leaves, depth+pageLevels); hash != *p.slots[i].hash() {
			return corrupt("tree page at depth %d on %x: slot %d is not what stands below it", depth, path[:], i)
		}
	}
	return err
}

// checkFew compares a page of few leaves with what they make and with the page above it, which alone
// is compared with anything else.
func (h *hashing) checkFew(nodes ledger.Nodes, p *page, depth int, path *chain.Hash, leaves []byte) error {
	var want, above page
	if err := load(nodes, depth-pageLevels, path, &above); err != nil {
		return err
	}
	at := &above.slots[slotOf(path, depth-pageLevels)]
	if _, all := at.leaves(); all || len(leaves) <= leafSize || *at.hash() != h.fork(leaves, depth) {
		return corrupt("tree page at depth %d on %x: the page above says something else", depth, path[:])
	}
	h.spread(leaves, depth, &want)
	h.fold(&want)
	for i := range p.slots {
		have, right := &p.slots[i], &want.slots[i]
		if have.kind != right.kind || have.kind == leaf && !bytes.Equal(have.bytes, right.bytes) || have.kind == inner && *have.hash() != *right.hash() {
			return corrupt("tree page at depth %d on %x: slot %d is not what stands below it", depth, path[:], i)
		}
	}
	for q := range p.half {
		if p.half[q] != nil && !bytes.Equal(p.half[q], want.half[q]) {
			return corrupt("tree page at depth %d on %x: the hashes halfway up", depth, path[:])
		}
	}
	return nil
}

// placeOf is the inverse of pageName.
func placeOf(name []byte) (depth int, path chain.Hash, err error) {
	if len(name) == 0 || len(name) > maxPageName || int(name[0]) >= maxDepth/pageLevels || !bytes.Equal(name, pageName(int(name[0])*pageLevels, pathOf(name))) {
		return 0, path, corrupt("page name %x", name)
	}
	return int(name[0]) * pageLevels, *pathOf(name), nil
}

func pathOf(name []byte) *chain.Hash {
	var path chain.Hash
	copy(path[:], name[1:])
	return &path
}
