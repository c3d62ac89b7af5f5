package eventindex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// First bytes of the keys.
const (
	tableList = 'L'
	tableOpen = 'O'
	tableRun  = 'R'
)

// span is the heights of a run: from first up to, without, next.
type span struct{ first, next uint64 }

func runKey(first uint64) []byte { return binary.BigEndian.AppendUint64([]byte{tableRun}, first) }

func listPrefix(first uint64) []byte { return binary.BigEndian.AppendUint64([]byte{tableList}, first) }

func listKey(first uint64, n name) []byte {
	return binary.BigEndian.AppendUint64(listPrefix(first), uint64(n))
}

// entry says that a name stands in the block that is so many heights above the first of
// its run.
type entry struct {
	name   name
	offset uint32
}

func (e entry) compare(other entry) int {
	switch {
	case e.name < other.name:
		return -1
	case e.name > other.name:
		return 1
	}
	return int(int64(e.offset) - int64(other.offset))
}

// batchBytes bounds one write.
const batchBytes = 1 << 20

// writeRun writes a closed run. What is written before its record is there does not
// count, and is overwritten by the next attempt.
func writeRun(db *pebble.DB, s span, entries []entry) error {
	slices.SortFunc(entries, entry.compare)
	w := runWriter{db: db, batch: db.NewBatch()}
	var list []byte
	for i := 0; i < len(entries); {
		list = list[:0]
		at, before := entries[i].name, uint32(0)
		for ; i < len(entries) && entries[i].name == at; i++ {
			list = binary.AppendUvarint(list, uint64(entries[i].offset-before))
			before = entries[i].offset
		}
		w.set(listKey(s.first, at), list)
	}
	w.set(runKey(s.first), binary.BigEndian.AppendUint64(nil, s.next))
	return w.close()
}

type runWriter struct {
	db    *pebble.DB
	batch *pebble.Batch
	fault error
}

func (w *runWriter) set(key, value []byte) {
	if w.fault != nil {
		return
	}
	if w.batch.Len() > batchBytes {
		if w.fault = errors.Join(w.batch.Commit(pebble.NoSync), w.batch.Close()); w.fault != nil {
			return
		}
		w.batch = w.db.NewBatch()
	}
	w.fault = w.batch.Set(key, value, nil)
}

func (w *runWriter) close() error {
	if w.fault == nil {
		w.fault = w.batch.Commit(pebble.NoSync)
	}
	return errors.Join(w.fault, w.batch.Close())
}

// removeRun takes a run out: its record first in the order of the batch.
func removeRun(db *pebble.DB, s span) error {
	batch := db.NewBatch()
	defer batch.Close()
	return errors.Join(batch.Delete(runKey(s.first), nil),
		batch.DeleteRange(listPrefix(s.first), listPrefix(s.first+1), nil), batch.Commit(pebble.NoSync))
}

// readRuns returns the runs that exist, ascending.
func readRuns(db *pebble.DB) (runs []span, err error) {
	iterator, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte{tableRun}, UpperBound: []byte{tableRun + 1}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, iterator.Close()) }()
	for iterator.First(); iterator.Valid(); iterator.Next() {
		value, err := iterator.ValueAndErr()
		if err != nil {
			return nil, err
		}
		key := iterator.Key()
		if len(key) != 9 || len(value) != 8 {
			return nil, fmt.Errorf("%w: record of a run of the event index", ledger.ErrCorrupt)
		}
		runs = append(runs, span{binary.BigEndian.Uint64(key[1:]), binary.BigEndian.Uint64(value)})
	}
	return runs, iterator.Error()
}

// readList returns the offsets of a name in a run.
func readList(db *pebble.DB, first uint64, n name) (offsets []uint32, err error) {
	value, closer, err := db.Get(listKey(first, n))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	offset := uint64(0)
	for len(value) > 0 {
		difference, size := binary.Uvarint(value)
		if offset += difference; size <= 0 || offset > RunHeights {
			return nil, fmt.Errorf("%w: list of the event index at height %d", ledger.ErrCorrupt, first)
		}
		offsets, value = append(offsets, uint32(offset)), value[size:]
	}
	return offsets, nil
}
