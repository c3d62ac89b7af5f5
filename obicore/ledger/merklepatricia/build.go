package merklepatricia

import (
	"bytes"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// item is one entry of a trie.
type item struct {
	path  chain.Hash
	value []byte
}

// merge returns what is in a subtree after changes, when at most the leaf old was in
// it before.
func merge(at *place, old *node, changes []change) ([]item, error) {
	live := make([]item, 0, len(changes)+1)
	kept := item{}
	if old != nil {
		kept = item{path: at.path(old.suffix), value: old.value}
	}
	for i := range changes {
		var before []byte
		if len(kept.value) > 0 {
			order := bytes.Compare(kept.path[:], changes[i].path[:])
			if order < 0 {
				live = append(live, kept)
			} else if order == 0 {
				before = kept.value
			}
			if order <= 0 {
				kept = item{}
			}
		}
		value, err := changes[i].after(before)
		if err != nil {
			return nil, err
		}
		if len(value) > 0 {
			live = append(live, item{path: changes[i].path, value: value})
		}
	}
	if len(kept.value) > 0 {
		live = append(live, kept)
	}
	return live, nil
}

// build makes the subtree of items, in ascending order, where nothing is stored below.
func (u *updater) build(at place, items []item) *node {
	switch len(items) {
	case 0:
		return nil
	case 1:
		return &node{kind: leaf, suffix: suffixOf(&items[0].path, at.depth), value: items[0].value}
	}
	first := suffixOf(&items[0].path, at.depth)
	if common := matching(first, &items[len(items)-1].path, at.depth); common > 0 {
		below := at.below(first[:common]...)
		child := u.settle(&below, subtree{node: u.buildBranch(below, items)})
		return &node{kind: extension, suffix: first[:common], child: child}
	}
	return u.buildBranch(at, items)
}

func (u *updater) buildBranch(at place, items []item) *node {
	n := &node{kind: branch}
	for len(items) > 0 {
		i, count := nibble(&items[0].path, at.depth), 1
		for count < len(items) && nibble(&items[count].path, at.depth) == i {
			count++
		}
		below := at.below(i)
		n.children[i] = u.settle(&below, subtree{node: u.build(below, items[:count])})
		items = items[count:]
	}
	return n
}
