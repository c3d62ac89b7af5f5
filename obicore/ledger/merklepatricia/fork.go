package merklepatricia

import (
	"sync"
)

// fork is a branch on its way through an update.
type fork struct {
	branch *node
	opened [fanOut]*subtree // the children that have been read, or are new
}

// keep makes child, to which suffix leads, the fork's only child.
func (f *fork) keep(suffix []byte, child reference) {
	if len(suffix) == 1 {
		f.branch.children[suffix[0]] = child
		return
	}
	f.opened[suffix[0]] = &subtree{node: &node{kind: extension, suffix: suffix[1:], child: child}}
}

func (f *fork) has(i int) bool {
	if f.opened[i] != nil {
		return f.opened[i].node != nil
	}
	return len(f.branch.children[i]) > 0
}

// applyBranch applies changes to the children of a branch.
func (u *updater) applyBranch(at place, f *fork, stored []byte, changes []change) (subtree, error) {
	if at.depth == 0 && len(changes) >= parallelFrom {
		if err := u.childrenInParallel(at, f, changes); err != nil {
			return subtree{}, err
		}
		return u.close(at, f, stored)
	}
	for len(changes) > 0 {
		i, count := group(changes, at.depth)
		if err := u.child(at, f, i, changes[:count]); err != nil {
			return subtree{}, err
		}
		changes = changes[count:]
	}
	return u.close(at, f, stored)
}

func (u *updater) childrenInParallel(at place, f *fork, changes []change) error {
	var workers [fanOut]updater
	var faults [fanOut]error
	var wait sync.WaitGroup
	for len(changes) > 0 {
		i, count := group(changes, at.depth)
		mine := changes[:count]
		changes = changes[count:]
		workers[i] = updater{nodes: u.nodes, trie: u.trie}
		wait.Go(func() { faults[i] = workers[i].child(at, f, i, mine) })
	}
	wait.Wait()
	for i := range workers {
		if faults[i] != nil {
			return faults[i]
		}
		u.changed = append(u.changed, workers[i].changed...)
	}
	return nil
}

// group returns the child below depth in which the first change stands, and how many
// changes stand in it.
func group(changes []change, depth int) (child, count int) {
	first := nibble(&changes[0].path, depth)
	for count = 1; count < len(changes) && nibble(&changes[count].path, depth) == first; count++ {
	}
	return int(first), count
}

// child applies changes to one child of a branch.
func (u *updater) child(at place, f *fork, i int, changes []change) (err error) {
	below := at.below(byte(i))
	if f.opened[i] == nil {
		if err := u.openChild(&below, f, i); err != nil {
			return err
		}
	}
	*f.opened[i], err = u.apply(below, *f.opened[i], changes)
	return err
}

func (u *updater) openChild(below *place, f *fork, i int) error {
	s, err := u.open(below, f.branch.children[i])
	f.opened[i] = &s
	return err
}

// close makes a node of a fork: none without children, and none of its own with one.
func (u *updater) close(at place, f *fork, stored []byte) (subtree, error) {
	count, last := 0, 0
	for i := range fanOut {
		if f.has(i) {
			count, last = count+1, i
		}
	}
	for i := range fanOut {
		if f.opened[i] != nil && (count > 1 || !f.has(i)) {
			below := at.below(byte(i))
			f.branch.children[i] = u.settle(&below, *f.opened[i])
		}
	}
	switch count {
	case 0:
		return subtree{stored: stored}, nil
	case 1:
		below := at.below(byte(last))
		if f.opened[last] == nil {
			if err := u.openChild(&below, f, last); err != nil {
				return subtree{}, err
			}
		}
		return u.join(subtree{stored: stored}, []byte{byte(last)}, &below, *f.opened[last]), nil
	}
	return subtree{node: f.branch, stored: stored}, nil
}

// join gives to the place of s what stands below it at the end of prefix.
func (u *updater) join(s subtree, prefix []byte, below *place, rest subtree) subtree {
	switch {
	case rest.node == nil:
		u.write(below, rest.stored, nil)
	case rest.node.kind == branch:
		s.node = &node{kind: extension, suffix: prefix, child: u.settle(below, rest)}
	default: // nibbles in a row are one node's
		u.write(below, rest.stored, nil)
		joined := *rest.node
		joined.suffix = append(prefix[:len(prefix):len(prefix)], joined.suffix...)
		s.node = &joined
	}
	return s
}
