package merklepatricia

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// parallelFrom is the number of changes from which subtrees are updated side by side;
// below, starting goroutines costs more than it saves.
const parallelFrom = 256

// change is what becomes of one path: a value, none when it is empty, or what an
// account becomes.
type change struct {
	path    chain.Hash
	value   []byte
	account *accountChange
}

// after returns the value after the change, from the one before.
func (c *change) after(before []byte) ([]byte, error) {
	if c.account != nil {
		return c.account.apply(before)
	}
	return c.value, nil
}

// updater carries one batch of changes through one trie.
type updater struct {
	nodes   ledger.Nodes
	trie    trie
	changed []ledger.NodeWrite
	payload []byte // scratch of encode
}

// encode returns rlp(node), the function c of appendix D.
func (u *updater) encode(n *node) []byte {
	u.payload = n.appendPayload(u.payload[:0])
	return rlp.AppendList(make([]byte, 0, len(u.payload)+maxHeader), u.payload)
}

// subtree is a node on its way through an update, nil when there is none. It is
// encoded once, when it has its final place.
type subtree struct {
	node   *node
	stored []byte // the record at its place before the update
}

// update applies changes, in ascending order of paths, and returns the root.
func (u *updater) update(changes []change) (root chain.Hash, err error) {
	var top place
	s := subtree{}
	if s.stored, err = u.nodes.Node(u.trie.record(&top)); err != nil {
		return root, err
	}
	if s.stored != nil {
		if s.node, err = decodeNode(s.stored, 0); err != nil {
			return root, u.corrupt(&top)
		}
	}
	if len(changes) > 0 {
		if s, err = u.apply(top, s, changes); err != nil {
			return root, err
		}
	}
	if s.node == nil {
		u.write(&top, s.stored, nil)
		return emptyRoot, nil
	}
	encoded := u.encode(s.node)
	u.write(&top, s.stored, encoded)
	return keccak.Keccak256(encoded), nil
}

// apply applies changes to the subtree at a place.
func (u *updater) apply(at place, s subtree, changes []change) (subtree, error) {
	switch {
	case s.node == nil || s.node.kind == leaf:
		live, err := merge(&at, s.node, changes)
		if err != nil {
			return s, u.explain(&at, err)
		}
		s.node = u.build(at, live)
		return s, nil
	case s.node.kind == extension:
		return u.applyExtension(at, s, changes)
	}
	return u.applyBranch(at, &fork{branch: s.node}, s.stored, changes)
}

// applyExtension splits an extension where a change leaves it.
func (u *updater) applyExtension(at place, s subtree, changes []change) (subtree, error) {
	suffix, child := s.node.suffix, s.node.child
	common := min(matching(suffix, &changes[0].path, at.depth), matching(suffix, &changes[len(changes)-1].path, at.depth))
	f, below, stored := &fork{branch: &node{kind: branch}}, at.below(suffix[:common]...), s.stored
	if common == len(suffix) {
		opened, err := u.open(&below, child)
		if err != nil {
			return s, err
		}
		if opened.node.kind != branch {
			return s, u.corrupt(&below)
		}
		f.branch, stored = opened.node, opened.stored
	} else {
		f.keep(suffix[common:], child)
		if common > 0 {
			stored = nil // nothing stood inside the extension
		}
	}
	changed, err := u.applyBranch(below, f, stored, changes)
	if err != nil || common == 0 {
		return changed, err
	}
	return u.join(subtree{stored: s.stored}, suffix[:common], &below, changed), nil
}

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

// open reads the node to which a reference leads.
func (u *updater) open(at *place, r reference) (s subtree, err error) {
	encoded := []byte(r)
	switch {
	case len(r) == 0:
		return s, nil
	case r.isHash():
		if s.stored, err = u.nodes.Node(u.trie.record(at)); err != nil {
			return s, err
		}
		encoded = s.stored
	}
	if s.node, err = decodeNode(encoded, at.depth); err != nil {
		return s, u.corrupt(at)
	}
	return s, nil
}

// settle writes down a node at its final place below the root and returns the
// reference to it.
func (u *updater) settle(at *place, s subtree) reference {
	if s.node == nil {
		u.write(at, s.stored, nil)
		return nil
	}
	encoded := u.encode(s.node)
	r := refer(encoded)
	if !r.isHash() {
		encoded = nil // it stands in its parent
	}
	u.write(at, s.stored, encoded)
	return r
}

// write notes how the record at a place changed.
func (u *updater) write(at *place, before, after []byte) {
	if !bytes.Equal(before, after) {
		u.changed = append(u.changed, ledger.NodeWrite{Name: u.trie.record(at), Value: after})
	}
}

func (u *updater) corrupt(at *place) error {
	return fmt.Errorf("%w: Merkle-Patricia node %x", ledger.ErrCorrupt, u.trie.record(at))
}

// explain says that a leaf in the trie is broken.
func (u *updater) explain(at *place, err error) error {
	if errors.Is(err, errNode) {
		return u.corrupt(at)
	}
	return err
}
