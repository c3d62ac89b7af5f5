package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// A node of the commitment is kept as it was when it was last written as a whole, and behind
// that stand patches for what has changed since: [length as uvarint, content]…. Most nodes of a large
// state change in one place at a time: written as a whole, now and in history, they would
// be most of what the disk is given. The database puts a patch behind what is there (its operation
// Merge) without reading it, and returns all in one look.

// node is a node as it stands and as it is kept.
type node struct {
	value  []byte // nil when there is none
	behind int    // bytes of patches behind the whole
}

func (n node) size() int { return len(n.value) + n.behind }

// appendSized appends a part of a record.
func appendSized(dst, part []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(part))), part...)
}

// cutSized returns the first part of a record and what stands behind it.
func cutSized(record []byte) (part, behind []byte, err error) {
	length, n := binary.Uvarint(record)
	if n <= 0 || length > uint64(len(record)-n) {
		return nil, nil, fmt.Errorf("%w: a node's record of %d bytes", ledger.ErrCorrupt, len(record))
	}
	end := n + int(length) //nolint:gosec // within the record
	return record[n:end:end], record[end:], nil
}

// decodeNode returns the node that a record holds, and may change the record.
func decodeNode(record []byte) (n node, err error) {
	if record == nil {
		return node{}, nil
	}
	value, behind, err := cutSized(record)
	n = node{value: value, behind: len(behind)}
	for len(behind) > 0 && err == nil {
		var patch []byte
		if patch, behind, err = cutSized(behind); err == nil {
			n.value, err = amended(n.value, patch)
		}
	}
	if err == nil && len(n.value) == 0 {
		err = fmt.Errorf("%w: a node of no bytes", ledger.ErrCorrupt)
	}
	return n, err
}

// nodesNow reads the commitment's nodes as the database has them.
type nodesNow struct{ reader pebble.Reader }

func (n nodesNow) Node(name []byte) ([]byte, error) {
	found, err := n.node(name)
	return found.value, err
}

func (n nodesNow) node(name []byte) (node, error) {
	record, err := get(n.reader, entryKey(tableNode, name))
	if err != nil {
		return node{}, err
	}
	return decodeNode(record)
}

// remembered reads nodes and keeps what it read, so that a commit need not read the
// previous values again. It is safe for concurrent use.
type remembered struct {
	nodesNow
	latest *latest[string, node] // of the state with this mark; nil for none
	mark   uint64
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
	if found, known := r.latest.get(r.mark, string(name)); known {
		return found, nil
	}
	found, err := r.node(name)
	if err == nil {
		r.latest.put(r.mark, string(name), found)
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
	iterator, err := historyAbove(n.reader, historyPrefix(historyNode, name), n.height)
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
	if !a.keep {
		return a.setNode(name, value)
	}
	previous, err := before(name)
	if err != nil || string(previous.value) == string(value) {
		return previous, err
	}
	a.edits[0] = edits(a.edits[0][:0], previous.value, value)
	if err := a.leaveNode(name, previous.value, a.edits[0]); err != nil {
		return node{}, err
	}
	if len(previous.value) > 0 && len(value) > 0 {
		patch, short := appendPatch(a.value[:0], value, a.edits[0])
		if a.value = patch; short && previous.behind+len(patch) <= len(value)/2 {
			return a.patchNode(name, value, previous.behind, patch)
		}
	}
	return a.setNode(name, value)
}

// leaveNode writes what a node was before a height into history.
func (a *applier) leaveNode(name, previous []byte, changed []edit) error {
	if !writesWhole(name, a.height) {
		a.edits[1] = back(a.edits[1][:0], changed)
		record, short := appendPatch(append(a.value[:0], flagPatch), previous, a.edits[1])
		if a.value = record; short {
			return a.leave(historyNode, name, record)
		}
	}
	a.value = appendHistory(a.value[:0], previous)
	return a.leave(historyNode, name, a.value)
}

// setNode writes a node as a whole, or removes it.
func (a *applier) setNode(name, value []byte) (node, error) {
	a.record = a.record[:0]
	if len(value) > 0 {
		a.record = appendSized(a.record, value)
	}
	return node{value: value}, a.set(tableNode, name, a.record)
}

// patchNode puts a patch behind a node and those patches that are there.
func (a *applier) patchNode(name, value []byte, behind int, patch []byte) (node, error) {
	a.record = appendSized(a.record[:0], patch)
	a.key = appendEntryKey(a.key[:0], tableNode, name)
	return node{value, behind + len(a.record)}, a.table(tableNode, 0).Merge(a.key, a.record, nil)
}
