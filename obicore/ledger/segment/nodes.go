package segment

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// A node of the commitment is kept as it was when it was last written as a whole, and
// beside that as a patch, if it has changed in few places since. Most nodes of a large
// state change in one place at a time: written as a whole, now and in history, they would
// be most of what the disk is given.

// node is a node as it stands and as it is kept.
type node struct {
	value []byte // nil when there is none
	patch []byte // from what is kept as a whole to value; nil when that is value
}

func (n node) size() int { return len(n.value) + len(n.patch) }

// nodesNow reads the commitment's nodes as the database has them.
type nodesNow struct{ reader pebble.Reader }

func (n nodesNow) Node(name []byte) ([]byte, error) {
	found, err := n.node(name)
	return found.value, err
}

func (n nodesNow) node(name []byte) (found node, err error) {
	if found.value, err = get(n.reader, entryKey(tableNode, name)); err != nil || found.value == nil {
		return found, err
	}
	if found.patch, err = get(n.reader, entryKey(tablePatch, name)); err != nil || found.patch == nil {
		return found, err
	}
	found.value, err = patched(found.value, found.patch)
	return found, err
}

// remembered reads nodes and keeps what it read, so that a commit need not read the
// previous values again. It is safe for concurrent use.
type remembered struct {
	nodesNow
	latest *latest[string, node] // of this height; nil for none
	height uint64
	parts  [rememberedParts]rememberedPart
}

// Who updates a commitment on all cores does not wait for the others: nodes are
// remembered in parts, by the first byte of the path in their names.
type rememberedPart struct {
	lock  sync.Mutex
	nodes map[string]node
}

const rememberedParts = 16

func remember(reader pebble.Reader) *remembered { return &remembered{nodesNow: nodesNow{reader}} }

func (r *remembered) part(name []byte) *rememberedPart {
	if len(name) < 2 {
		return &r.parts[0]
	}
	return &r.parts[name[1]>>4]
}

func (r *remembered) Node(name []byte) ([]byte, error) {
	found, err := r.read(name)
	if err == nil {
		p := r.part(name)
		p.lock.Lock()
		defer p.lock.Unlock()
		if p.nodes == nil {
			p.nodes = make(map[string]node)
		}
		p.nodes[string(name)] = found
	}
	return found.value, err
}

func (r *remembered) read(name []byte) (node, error) {
	if r.latest == nil {
		return r.node(name)
	}
	if found, known := r.latest.get(r.height, string(name)); known {
		return found, nil
	}
	found, err := r.node(name)
	if err == nil {
		r.latest.put(r.height, string(name), found)
	}
	return found, err
}

// previous returns what a node was before the change.
func (r *remembered) previous(name []byte) (node, error) {
	if found, read := r.part(name).nodes[string(name)]; read {
		return found, nil
	}
	return r.node(name)
}

// nodesAt reads the nodes as they stood after a height.
type nodesAt struct {
	reader pebble.Reader
	height uint64
}

// Node starts at the first later record that has a node as a whole, or at the node as it
// is now, and goes back by the patches before.
func (n nodesAt) Node(name []byte) (value []byte, err error) {
	patches, whole, value, err := n.later(name)
	if err == nil && !whole {
		value, err = nodesNow{n.reader}.Node(name)
	}
	for i := len(patches) - 1; i >= 0 && err == nil; i-- {
		value, err = patched(value, patches[i])
	}
	return value, err
}

// later reads the records of a node above the height, up to the first that is whole.
func (n nodesAt) later(name []byte) (patches [][]byte, whole bool, value []byte, err error) {
	iterator, err := historyAbove(n.reader, historyPrefix(tableNode, name), n.height)
	if err != nil {
		return nil, false, nil, err
	}
	defer func() { err = errors.Join(err, iterator.Close()) }()
	for iterator.First(); iterator.Valid(); iterator.Next() {
		content, err := iterator.ValueAndErr()
		if err != nil {
			return nil, false, nil, err
		}
		record, err := decodeHistory(content)
		if err != nil || !record.patch {
			return patches, true, record.previous, err
		}
		patches = append(patches, record.previous)
	}
	return patches, false, nil, iterator.Error()
}

// wholeEvery is about how many records of a node's history there are for one that is
// whole, and so how many must be read at most, about, to know a node.
const wholeEvery = 32

// writesWhole says which records of history are whole, as if by chance.
func writesWhole(name []byte, height uint64) bool {
	digest := fnv.New64a() // a hash never returns an error
	_, _ = digest.Write(name)
	_, _ = digest.Write(binary.BigEndian.AppendUint64(nil, height))
	return digest.Sum64()>>7%wholeEvery == 0
}

// putNode puts a node and what it was before into the batch, and returns how it is kept
// from now on.
func (a *applier) putNode(name, value []byte, before func(name []byte) (node, error)) (node, error) {
	if !a.keep { // into a database that has no patches
		return node{value: value}, a.set(tableNode, name, value)
	}
	previous, err := before(name)
	if err != nil || string(previous.value) == string(value) {
		return previous, err
	}
	a.edits[0] = edits(a.edits[0][:0], previous.value, value)
	if err := a.leaveNode(name, previous.value, a.edits[0]); err != nil {
		return node{}, err
	}
	next := node{value: value}
	if len(previous.value) == len(value) {
		if a.edits[1], err = editsOf(a.edits[1][:0], previous.patch, len(value)); err != nil {
			return node{}, err
		}
		a.edits[2] = union(a.edits[2][:0], a.edits[1], a.edits[0])
		if patch, short := appendPatch(nil, value, a.edits[2]); short {
			next.patch = patch
		}
	}
	return next, a.storeNode(name, previous, next)
}

// leaveNode writes what a node was before a height into history.
func (a *applier) leaveNode(name, previous []byte, changed []edit) error {
	if !writesWhole(name, a.height) {
		a.edits[3] = back(a.edits[3][:0], changed)
		record, short := appendPatch(append(a.value[:0], flagPatch), previous, a.edits[3])
		if a.value = record; short {
			return a.leave(tableNode, name, record)
		}
	}
	a.value = appendHistory(a.value[:0], previous)
	return a.leave(tableNode, name, a.value)
}

func (a *applier) storeNode(name []byte, previous, next node) error {
	if next.patch != nil {
		return a.set(tablePatch, name, next.patch)
	}
	if previous.patch != nil {
		if err := a.set(tablePatch, name, nil); err != nil {
			return err
		}
	}
	return a.set(tableNode, name, next.value)
}
