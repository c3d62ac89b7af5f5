package binarytree

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// parallelFrom is the number of changes from which the top page's subtrees are
// updated side by side; below, starting goroutines costs more than it saves.
const parallelFrom = 256

// entry is one change on its path: a new value digest, or a removal.
type entry struct {
	leaf    [leafSize]byte // path and value digest
	removed bool
}

func (e *entry) path() *chain.Hash { return (*chain.Hash)(e.leaf[:]) }

func (e *entry) slot() slot { return slot{leaf, e.leaf[:]} }

// Update returns the root and the changed pages after writes.
func (t *Tree) Update(nodes ledger.Nodes, writes []chain.Write) (ledger.Change, error) {
	u := &updater{nodes: nodes, hashing: newHashing(t.hasher), most: min(len(writes), pageSlots)}
	top, err := u.top(u.entries(writes))
	if err != nil {
		return ledger.Change{}, err
	}
	return ledger.Change{Root: u.of(&top), Nodes: u.changes()}, nil
}

// updater carries one batch through the tree.
type updater struct {
	*hashing
	nodes ledger.Nodes
	// changed are the pages of each level. As their names begin with it, and a batch is in
	// the order of its paths, they are in order of their names.
	changed [maxDepth/pageLevels + 1][]ledger.NodeWrite
	most    int       // pages of one level that there is room for at first
	workers []updater // of the top page's subtrees, in order
	ahead   ahead
}

func (u *updater) note(depth int, name, value []byte) {
	level := &u.changed[depth/pageLevels]
	if *level == nil {
		*level = make([]ledger.NodeWrite, 0, u.most)
	}
	*level = append(*level, ledger.NodeWrite{Name: name, Value: value})
}

// changes returns the pages that this updater and its workers changed.
func (u *updater) changes() []ledger.NodeWrite {
	var parts [][]ledger.NodeWrite
	for level := range u.changed {
		parts = append(parts, u.changed[level])
		for i := range u.workers {
			parts = append(parts, u.workers[i].changed[level])
		}
	}
	return slices.Concat(parts...)
}

// entries hashes keys and values and sorts by path.
func (u *updater) entries(writes []chain.Write) []entry {
	entries, places := make([]entry, len(writes)), make([]place, len(writes))
	for i := range writes {
		e := &entries[i]
		*e.path() = u.path(writes[i].Key)
		if e.removed = len(writes[i].Value) == 0; !e.removed {
			value := u.value(writes[i].Value)
			copy(e.leaf[chain.HashSize:], value[:])
		}
		places[i] = place{binary.BigEndian.Uint64(e.leaf[:]), i}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		return bytes.Compare(entries[a.index].path()[:], entries[b.index].path()[:])
	})
	sorted := make([]entry, len(entries))
	for i := range sorted {
		sorted[i] = entries[places[i].index]
	}
	return sorted
}

// place is where the path of an entry begins: entries are large, and sorting moves them often.
type place struct {
	begin uint64
	index int
}

// top updates the page at the root, its subtrees side by side when the batch is
// large.
func (u *updater) top(entries []entry) (slot, error) {
	var p page
	name := u.name(0, &chain.Hash{})
	before, err := read(u.nodes, name, 0, &chain.Hash{}, &p)
	if err != nil {
		return slot{}, err
	}
	if len(entries) < parallelFrom {
		err = u.slots(&p, 0, entries)
	} else {
		err = u.slotsInParallel(&p, entries)
	}
	if err != nil {
		return slot{}, err
	}
	return u.write(0, name, &p, before), nil
}

func (u *updater) slotsInParallel(p *page, entries []entry) error {
	u.workers = make([]updater, pageSlots)
	var faults [pageSlots]error
	made := p.slots
	var wait sync.WaitGroup
	for len(entries) > 0 {
		i, count := group(entries, 0)
		mine := entries[:count]
		entries = entries[count:]
		u.workers[i] = updater{nodes: u.nodes, hashing: newHashing(u.shared), most: count}
		before := p.slots[i]
		wait.Go(func() { made[i], faults[i] = u.workers[i].slot(before, pageLevels, mine) })
	}
	wait.Wait()
	for i := range u.workers {
		if faults[i] != nil {
			return faults[i]
		}
		if u.workers[i].hashing != nil {
			p.set(i, made[i])
		}
	}
	return nil
}

// group returns the slot of the first entry in a page at depth, and how many
// entries stand in it.
func group(entries []entry, depth int) (index, count int) {
	index = slotOf(entries[0].path(), depth)
	for count = 1; count < len(entries) && slotOf(entries[count].path(), depth) == index; count++ {
	}
	return index, count
}

// subtree updates the page at depth on path; exists says whether it may be stored.
func (u *updater) subtree(depth int, entries []entry, exists bool) (s slot, err error) {
	if depth >= maxDepth {
		return s, corrupt("tree deeper than its paths")
	}
	var p page
	var before stored
	if exists {
		before, err = u.read(depth, entries, &p)
	} else {
		before.name = u.name(depth, entries[0].path())
	}
	if err != nil {
		return s, err
	}
	if exists && !u.ahead.reading && len(entries) <= mostAhead {
		u.ahead.reading = true
		defer func() { u.ahead.reading = false }()
		if err := u.readAhead(before, depth, entries); err != nil {
			return s, err
		}
	}
	if err := u.slots(&p, depth, entries); err != nil {
		return s, err
	}
	return u.write(depth, before.name, &p, before.value), nil
}

// read decodes the stored page at depth on the path of entries.
func (u *updater) read(depth int, entries []entry, p *page) (stored, error) {
	path := entries[0].path()
	before, there := u.ahead.next(depth)
	if there {
		return before, decodeStored(before, depth, path, p)
	}
	name := u.name(depth, path)
	value, err := read(u.nodes, name, depth, path, p)
	return stored{name, value}, err
}

func (u *updater) slots(p *page, depth int, entries []entry) error {
	for len(entries) > 0 {
		i, count := group(entries, depth)
		s, err := u.slot(p.slots[i], depth+pageLevels, entries[:count])
		if err != nil {
			return err
		}
		p.set(i, s)
		entries = entries[count:]
	}
	return nil
}

// slot updates one subtree at depth.
func (u *updater) slot(s slot, depth int, entries []entry) (slot, error) {
	leaves, all := s.leaves()
	if !all {
		return u.subtree(depth, entries, true)
	}
	if only := &entries[0]; len(entries) == 1 && (s.kind == empty || s.kind == leaf && *s.path() == *only.path()) {
		if only.removed {
			return slot{}, nil
		}
		return only.slot(), nil
	}
	live := present(leaves, entries)
	switch count := len(live) / leafSize; {
	case count == 0:
		return slot{}, nil
	case count == 1:
		return slot{leaf, live}, nil
	case bytes.Equal(live, leaves):
		return s, nil
	case count <= mostClustered:
		return u.cluster(live, depth), nil
	}
	return u.subtree(depth, entriesOf(live), false)
}

// present returns what is in a subtree after entries, when these leaves were in it before.
func present(leaves []byte, entries []entry) []byte {
	live := make([]byte, 0, len(leaves)+leafSize*len(entries))
	for i := range entries {
		for len(leaves) > 0 {
			order := bytes.Compare(leaves[:chain.HashSize], entries[i].path()[:])
			if order > 0 {
				break
			}
			if order < 0 {
				live = append(live, leaves[:leafSize]...)
			}
			leaves = leaves[leafSize:]
		}
		if !entries[i].removed {
			live = append(live, entries[i].leaf[:]...)
		}
	}
	return append(live, leaves...)
}

func entriesOf(leaves []byte) []entry {
	entries := make([]entry, 0, len(leaves)/leafSize)
	for ; len(leaves) > 0; leaves = leaves[leafSize:] {
		entries = append(entries, entry{leaf: [leafSize]byte(leaves)})
	}
	return entries
}

// write notes how the page changed and returns its summary. Below the root a page of few leaves is
// not kept: they stand in the page above.
func (u *updater) write(depth int, name []byte, p *page, before []byte) slot {
	if leaves, few := p.few(); few && depth > 0 {
		if before != nil {
			u.note(depth, name, nil)
		}
		switch len(leaves) {
		case 0:
			return slot{}
		case leafSize:
			return slot{leaf, leaves}
		}
		return u.cluster(leaves, depth)
	}
	top := u.fold(p)
	var after []byte
	if top.kind != empty {
		after = p.encode()
	}
	if p.changed != 0 || !bytes.Equal(before, after) {
		u.note(depth, name, after)
	}
	return top
}
