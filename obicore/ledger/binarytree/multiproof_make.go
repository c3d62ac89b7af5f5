package binarytree

import (
	"bytes"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// queries returns keys in ascending order of their paths.
func (h *hashing) queries(keys []chain.StateKey) []query {
	queries := make([]query, len(keys))
	for i := range keys {
		queries[i] = query{path: h.path(keys[i]), index: i}
	}
	slices.SortFunc(queries, func(a, b query) int { return bytes.Compare(a.path[:], b.path[:]) })
	return queries
}

// multiProver makes one path for many keys; each page is read once.
type multiProver struct {
	*hashing
	multiProof
	nodes ledger.Nodes
}

// load goes on in the page at depth below a slot, which all queries lead to.
func (p *multiProver) load(above *slot, depth int, queries []query) error {
	var found page
	if err := p.below(p.nodes, above, depth, &queries[0].path, &found); err != nil {
		return err
	}
	return p.descend(found.slots[:], depth, queries)
}

// descend adds the subtree of slots, whose top is at depth.
func (p *multiProver) descend(slots []slot, depth int, queries []query) error {
	here := p.summary(slots)
	switch {
	case here.kind == empty:
		p.mark(markEmpty)
		return nil
	case here.kind == leaf:
		p.leaf(&here, queries)
		return nil
	case len(slots) == 1:
		return p.load(&slots[0], depth, queries)
	}
	return p.fork(slots, depth, queries)
}

func (p *multiProver) leaf(here *slot, queries []query) {
	p.mark(markLeaf)
	if !slices.ContainsFunc(queries, func(q query) bool { return q.path == *here.path() }) {
		p.hashes = append(p.hashes, here.bytes...)
	}
}

// fork adds an inner node: a side without queries is its hash.
func (p *multiProver) fork(slots []slot, depth int, queries []query) error {
	left, right := sides(queries, depth)
	leftSlots, rightSlots := slots[:len(slots)/2], slots[len(slots)/2:]
	switch {
	case len(right) == 0:
		p.sibling(rightSlots)
		return p.descend(leftSlots, depth+1, left)
	case len(left) == 0:
		p.sibling(leftSlots)
		return p.descend(rightSlots, depth+1, right)
	}
	p.mark(markInner)
	if err := p.descend(leftSlots, depth+1, left); err != nil {
		return err
	}
	return p.descend(rightSlots, depth+1, right)
}

func (p *multiProver) sibling(slots []slot) {
	top := p.summary(slots)
	if top.kind == empty {
		p.mark(markLone)
		return
	}
	hash := p.of(&top)
	p.mark(markInner)
	p.hashes = append(p.hashes, hash[:]...)
}
