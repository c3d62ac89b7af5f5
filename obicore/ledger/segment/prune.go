package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Prune drops history below a height, and the segment files of bodies and results
// that hold only heights below it; see [ledger.Pruner]. Files go as a whole, so
// Status().OldestBody may stay lower than asked for. Appends and commits go on
// between its steps.
func (l *Ledger) Prune(ctx context.Context, below uint64) error {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	l.pruneLock.Lock()
	defer l.pruneLock.Unlock()
	err := l.step(ctx, func() error {
		if executed := l.Status().Executed; below > executed {
			return fmt.Errorf("%w: cannot prune below %d, the last executed height is %d", ledger.ErrHeight, below, executed)
		}
		return nil
	})
	for err == nil && l.Status().OldestState < below {
		err = l.step(ctx, func() error { return l.pruneState(below) })
	}
	if err != nil {
		return err
	}
	return l.pruneColumns(ctx, below)
}

// step does something between two appends or commits.
func (l *Ledger) step(ctx context.Context, do func() error) error {
	l.appendLock.Lock()
	defer l.appendLock.Unlock()
	l.commitLock.Lock()
	defer l.commitLock.Unlock()
	if err := l.writable(ctx); err != nil {
		return err
	}
	return do()
}

// pruneState drops the history of some heights.
func (l *Ledger) pruneState(below uint64) error {
	oldest := l.Status().OldestState
	if oldest >= below {
		return nil
	}
	target := min(below, oldest+pruneAtOnce)
	batch := l.db.NewBatch()
	err := dropHistory(batch, l.db, oldest, target)
	if err == nil {
		err = l.change(batch, func(s *ledger.Status) { s.OldestState = target }, func() {})
	}
	if err = errors.Join(err, batch.Close()); err != nil {
		return l.fail(err)
	}
	return nil
}

// pruneColumns names the new oldest block at once; what lies below it nobody reads any
// more, so that it goes while the chain runs on.
func (l *Ledger) pruneColumns(ctx context.Context, below uint64) error {
	var first, oldest uint64
	err := l.step(ctx, func() error {
		first = l.Status().OldestBody
		if oldest = max(first, min(l.bodies.firstKept(below), l.results.firstKept(below))); oldest == first {
			return nil
		}
		if err := l.db.Set(keyBodies, number(oldest), pebble.NoSync); err != nil {
			return l.fail(err)
		}
		l.changeStatus(func(s *ledger.Status) { s.OldestBody = oldest })
		return l.events.Prune(oldest)
	})
	if err != nil || oldest == first {
		return err
	}
	// Whatever the caller's patience: opening the ledger again would have to finish it.
	if err := l.dropColumns(context.WithoutCancel(ctx), first, oldest); err != nil {
		return l.fail(err)
	}
	return nil
}

// dropColumns removes inclusions and files below a height that the database already
// names as the oldest. Open calls it again when a crash came between.
func (l *Ledger) dropColumns(ctx context.Context, from, to uint64) error {
	if err := l.dropInclusions(ctx, from, to); err != nil {
		return err
	}
	// Replay after a crash starts where the database ends on disk, so the database
	// must be past what is removed.
	if err := flush(l.db, l.trouble); err != nil {
		return err
	}
	return errors.Join(l.bodies.dropBelow(to), l.results.dropBelow(to))
}

// finishPruning takes up what a crash interrupted and returns the oldest height whose
// body and results are kept.
func (l *Ledger) finishPruning(ctx context.Context) (oldest uint64, err error) {
	if oldest, err = getNumber(l.db, keyBodies); err != nil {
		return 0, err
	}
	if first := max(l.bodies.oldest(), l.results.oldest()); first > oldest {
		return 0, l.lostState(oldest, first)
	}
	if l.bodies.firstKept(oldest) == l.bodies.oldest() && l.results.firstKept(oldest) == l.results.oldest() {
		return oldest, nil
	}
	l.options.Logf("ledger: finishing the pruning below height %d", oldest)
	return oldest, l.dropColumns(ctx, l.bodies.oldest(), oldest)
}

// firstKept returns the first height that remains when all files wholly below a
// height are dropped.
func (c *column) firstKept(below uint64) uint64 {
	c.lock.RLock()
	defer c.lock.RUnlock()
	if len(c.segments) == 0 {
		return 0
	}
	i := 0
	for i+1 < len(c.segments) && c.segments[i+1].first <= below {
		i++
	}
	return c.segments[i].first
}

func (l *Ledger) dropInclusions(ctx context.Context, from, to uint64) error {
	for height := from; height < to; height++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.dropInclusionsOf(height); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) dropInclusionsOf(height uint64) error {
	payload, err := l.bodies.read(height)
	if err != nil {
		return err
	}
	ids, err := decodeIDs(payload)
	if err != nil {
		return err
	}
	batch := l.db.NewBatch()
	for i := range ids {
		if err := batch.Delete(includeKey(ids[i], height), nil); err != nil {
			return errors.Join(err, batch.Close())
		}
	}
	return errors.Join(batch.Commit(pebble.NoSync), batch.Close())
}
