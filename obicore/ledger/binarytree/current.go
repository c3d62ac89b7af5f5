package binarytree

import (
	"bytes"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

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
