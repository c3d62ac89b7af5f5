package segment

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// apply puts the outcome of one height into batch: flat entries, nodes, and their
// previous values with a journal when history is kept. What known tells of the entries
// before, if anything, need not be read. It returns how the changed nodes are kept.
func apply(db *pebble.DB, batch *pebble.Batch, nodes *remembered, height uint64, writes []chain.Write, change ledger.Change, keep bool, known *latest[chain.StateKey, []byte]) ([]node, error) {
	a := newApplier(db, batch, height, keep)
	a.expect(len(writes), len(change.Nodes))
	for i := range writes {
		state := func(key []byte) ([]byte, error) {
			if known != nil {
				if value, ok := known.get(nodes.mark, writes[i].Key); ok {
					return value, nil
				}
			}
			return get(nodes.reader, entryKey(tableState, key))
		}
		if err := a.putEntry(writes[i].Key.Encode(), writes[i].Value, state); err != nil {
			return nil, errors.Join(err, a.drop())
		}
	}
	kept := make([]node, len(change.Nodes))
	for i := range change.Nodes {
		var err error
		if kept[i], err = a.putNode(change.Nodes[i].Name, change.Nodes[i].Value, nodes.previous); err != nil {
			return nil, errors.Join(err, a.drop())
		}
	}
	return kept, errors.Join(a.finish(), batch.Set(keyApplied, append(number(height+1), change.Root[:]...), nil))
}

// applier collects what becomes of each table apart: Pebble finds the place of a key
// sooner when the one before it in the batch is near.
type applier struct {
	db      *pebble.DB
	batch   *pebble.Batch
	height  uint64
	keep    bool
	journal []byte
	tables  [tableAfterAll - tableFirst]*pebble.Batch
	key     []byte // scratch, as the others
	value   []byte
	record  []byte
	edits   [2][]edit
}

func newApplier(db *pebble.DB, batch *pebble.Batch, height uint64, keep bool) *applier {
	return &applier{db: db, batch: batch, height: height, keep: keep}
}

// expect makes room for so many changes of entries and nodes as they mostly are: a buffer
// that grows as it is filled is copied again and again.
func (a *applier) expect(entries, nodes int) {
	a.table(tableState, 128*entries)
	if a.keep {
		a.table(tableHistory, 128*(entries+nodes))
		a.table(tableNode, 128*nodes)
	}
}

// table returns where changes of a table are collected.
func (a *applier) table(name byte, size int) *pebble.Batch {
	table := &a.tables[name-tableFirst]
	if *table == nil {
		*table = a.db.NewBatch(pebble.WithInitialSizeBytes(max(size, 4<<10)))
	}
	return *table
}

// finish puts all into the batch, table by table.
func (a *applier) finish() error {
	var faults []error
	if len(a.journal) > 0 {
		faults = append(faults, a.batch.Set(journalKey(a.height), a.journal, nil))
	}
	for _, table := range a.tables {
		if table != nil {
			faults = append(faults, a.batch.Apply(table, nil))
		}
	}
	return errors.Join(append(faults, a.drop())...)
}

// drop gives back what the tables are collected in.
func (a *applier) drop() error {
	var faults []error
	for i, table := range a.tables {
		if table != nil {
			faults, a.tables[i] = append(faults, table.Close()), nil
		}
	}
	return errors.Join(faults...)
}

func (a *applier) putEntry(key, value []byte, before func(key []byte) ([]byte, error)) error {
	if a.keep {
		previous, err := before(key)
		if err != nil || string(previous) == string(value) {
			return err
		}
		a.value = appendHistory(a.value[:0], previous)
		if err := a.leave(tableState, key, a.value); err != nil {
			return err
		}
	}
	return a.set(tableState, key, value)
}

// leave writes what a key of a table held before into history.
func (a *applier) leave(table byte, key, record []byte) error {
	a.journal = appendJournal(a.journal, table, key)
	a.key = appendHistoryKey(a.key[:0], table, key, a.height)
	return a.put(tableHistory, a.key, record)
}

// set writes or removes what a key of a table holds.
func (a *applier) set(table byte, key, value []byte) error {
	a.key = appendEntryKey(a.key[:0], table, key)
	return a.put(table, a.key, value)
}

func (a *applier) put(table byte, key, value []byte) error {
	if len(value) == 0 {
		return a.table(table, 0).Delete(key, nil)
	}
	return a.table(table, 0).Set(key, value, nil)
}
