package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// memoryLedger is a ledger in memory, which alone can be rewound.
type memoryLedger struct{ *Ledger }

// Rewind takes the ledger back to an executed height whose state is kept; see
// [ledger.Rewinder]. Open views keep showing what they showed.
func (l *memoryLedger) Rewind(ctx context.Context, height uint64) error {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	l.appendLock.Lock()
	defer l.appendLock.Unlock()
	l.commitLock.Lock()
	defer l.commitLock.Unlock()
	if err := l.writable(ctx); err != nil {
		return err
	}
	status := l.Status()
	switch {
	case height > status.Executed:
		return fmt.Errorf("%w: cannot rewind to %d, the last executed height is %d", ledger.ErrHeight, height, status.Executed)
	case height < max(status.OldestState, status.OldestBody):
		return fmt.Errorf("%w: cannot rewind to %d, the oldest kept state is %d", ledger.ErrPruned, height, status.OldestState)
	}
	if err := l.rewind(status, height); err != nil {
		return l.fail(err)
	}
	return nil
}

func (l *Ledger) rewind(status ledger.Status, height uint64) error {
	if err := l.rewindState(status, height); err != nil {
		return err
	}
	l.generation++
	if err := l.events.Rewind(height); err != nil {
		return err
	}
	for _, c := range l.columns() {
		if err := c.truncate(height+1, false); err != nil {
			return err
		}
	}
	// Last, so that nobody who still read a dropped header can cache it after this.
	l.decoded.clear()
	return nil
}

func (l *Ledger) rewindState(status ledger.Status, height uint64) error {
	l.stateLock.Lock()
	defer l.stateLock.Unlock()
	for h := status.Decided; h > height; h-- {
		if err := l.rewindHeight(h, h <= status.Executed); err != nil {
			return err
		}
	}
	l.changeStatus(func(s *ledger.Status) { s.Decided, s.Executed = height, height })
	l.forgetLatest()
	return nil
}

// rewindHeight takes one block out of the index and, when it was executed, its
// changes out of the state.
func (l *Ledger) rewindHeight(height uint64, executed bool) error {
	batch := l.db.NewBatch()
	defer batch.Close()
	if err := l.unindex(batch, height); err != nil {
		return err
	}
	if executed {
		if err := l.undo(batch, height); err != nil {
			return err
		}
	}
	return batch.Commit(pebble.NoSync)
}

func (l *Ledger) unindex(batch *pebble.Batch, height uint64) error {
	s, err := l.sealed(height)
	if err != nil {
		return err
	}
	payload, err := l.bodies.read(height)
	if err != nil {
		return err
	}
	ids, err := decodeIDs(payload)
	if err != nil {
		return err
	}
	for i := range ids {
		if err := batch.Delete(includeKey(ids[i], height), nil); err != nil {
			return err
		}
	}
	return errors.Join(batch.Delete(blockKey(s.hash), nil), batch.Set(keyIndexed, number(height), nil))
}

// undo puts the previous values of a height back.
func (l *Ledger) undo(batch *pebble.Batch, height uint64) error {
	journal, err := get(l.db, journalKey(height))
	if err != nil {
		return err
	}
	a := newApplier(l.db, batch, height, false)
	err = eachJournal(journal, func(table byte, key []byte) error {
		place := historyKey(table, key, height)
		record, err := get(l.db, place)
		if err != nil {
			return err
		}
		before, err := decodeHistory(record)
		if err != nil {
			return err
		}
		return errors.Join(l.restore(a, table, key, before), batch.Delete(place, nil))
	})
	if err = errors.Join(err, a.finish()); err != nil {
		return err
	}
	// The root is only for people who look at the database: it is left out here.
	return errors.Join(batch.Delete(journalKey(height), nil), batch.Set(keyApplied, number(height), nil))
}

// restore makes what a key of a table holds what it was before.
func (l *Ledger) restore(a *applier, table byte, key []byte, before past) error {
	if table != historyNode {
		return a.set(table, key, before.previous)
	}
	was := before.previous
	if before.patch {
		now, err := nodesNow{l.db}.node(key)
		if err != nil {
			return err
		}
		if was, err = patched(now.value, before.previous); err != nil {
			return err
		}
	}
	_, err := a.setNode(key, was)
	return err
}
