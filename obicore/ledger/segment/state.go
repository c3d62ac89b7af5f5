package segment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Errors of committing.
var (
	// ErrStaged reports a staged state that is not this ledger's next one.
	ErrStaged = errors.New("segment: staged state does not follow the executed height")
	// ErrResults reports results that do not account for the staged state.
	ErrResults = errors.New("segment: results do not lead to the staged state")
)

// pruneAtOnce bounds the heights whose history one commit drops, so that a smaller
// retention window does not stop the chain while it takes effect.
const pruneAtOnce = 64

// staged is a state change that waits for its commit.
type staged struct {
	owner  *Ledger
	height uint64 // that it leads to
	base   uint64 // the owner's generation that it was computed from
	writes []chain.Write
	change ledger.Change
	nodes  *remembered // as they were before
}

// Root returns the state root after the change.
func (s *staged) Root() chain.Hash { return s.change.Root }

// Stage computes the root after writes; see [ledger.State].
func (l *Ledger) Stage(writes []chain.Write) (ledger.Staged, error) {
	if err := l.gate.enter(); err != nil {
		return nil, err
	}
	defer l.gate.leave()
	l.commitLock.Lock()
	defer l.commitLock.Unlock()
	for i := range writes {
		if i > 0 && writes[i-1].Key.Compare(writes[i].Key) >= 0 {
			return nil, fmt.Errorf("%w: writes out of order at item %d", chain.ErrMalformed, i)
		}
		if len(writes[i].Key.Subkey) > chain.MaxSubkey || len(writes[i].Value) > chain.MaxValue {
			return nil, fmt.Errorf("%w: write %d", chain.ErrTooLarge, i)
		}
	}
	return l.stage(l.Status().Executed+1, writes)
}

func (l *Ledger) stage(height uint64, writes []chain.Write) (*staged, error) {
	nodes := remember(l.db)
	nodes.latest, nodes.mark = l.latestNodes, l.mark
	change, err := l.commitment.Update(nodes, writes)
	if err != nil {
		return nil, err
	}
	return &staged{owner: l, height: height, base: l.generation, writes: writes, change: change, nodes: nodes}, nil
}

// Commit stores results and state of the next executed height; see [ledger.State].
func (l *Ledger) Commit(ctx context.Context, results *chain.Results, next ledger.Staged) error {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	l.commitLock.Lock()
	defer l.commitLock.Unlock()
	if err := l.writable(ctx); err != nil {
		return err
	}
	status := l.Status()
	s, ours := next.(*staged)
	switch {
	case !ours || s.owner != l || s.base != l.generation || s.height != status.Executed+1:
		return ErrStaged
	case s.height > status.Decided:
		return fmt.Errorf("%w: results of height %d, the tip is %d", ledger.ErrHeight, s.height, status.Decided)
	case results == nil || results.StateRoot != s.change.Root:
		return fmt.Errorf("%w: state root", ErrResults)
	}
	encoded := make(chan []byte, 1)
	go func() { encoded <- results.Encode() }()
	same := slices.EqualFunc(results.Writes(), s.writes, sameWrite)
	record := <-encoded
	if !same { // replay after a crash has nothing but the results
		return fmt.Errorf("%w: their write sets differ", ErrResults)
	}
	return l.commit(s, results, record)
}

func sameWrite(a, b chain.Write) bool {
	return a.Key == b.Key && string(a.Value) == string(b.Value)
}

func (l *Ledger) commit(s *staged, results *chain.Results, record []byte) error {
	if err := l.results.write(s.height, record); err != nil {
		return l.fail(err)
	}
	synced := make(chan error, 1)
	go func() { synced <- l.results.sync() }()
	p, err := l.prepare(s) // while the disk is at work
	if err := errors.Join(<-synced, err); err != nil {
		p.close()
		return l.fail(err)
	}
	l.results.publish()
	if err := l.advance(s, p); err != nil {
		return l.fail(err)
	}
	l.generation++
	if l.events != nil {
		l.events.Executed(s.height, results)
	}
	return nil
}

// prepared is a change that is ready for the database.
type prepared struct {
	batch  *pebble.Batch
	kept   []node // how the changed nodes are kept
	oldest uint64 // height whose state can be read afterwards
}

// prepare makes the batch of a staged change, which also drops history that leaves the
// window.
func (l *Ledger) prepare(s *staged) (p prepared, err error) {
	p.batch = l.db.NewBatch(pebble.WithInitialSizeBytes(512 * (len(s.writes) + 8)))
	if p.kept, err = apply(l.db, p.batch, s.nodes, s.height, s.writes, s.change, s.height > 0, l.latest); err != nil {
		return p, err
	}
	p.oldest, err = l.leave(p.batch, s.height)
	return p, err
}

func (p *prepared) close() { _ = p.batch.Close() } // an error would be one of its use

// advance puts a staged change into the database.
func (l *Ledger) advance(s *staged, p prepared) error {
	defer p.close()
	return l.change(p.batch, func(status *ledger.Status) { status.Executed, status.OldestState = s.height, p.oldest }, func() {
		l.mark++
		l.latest.advance(l.mark, len(s.writes), func(n int) (chain.StateKey, []byte) {
			if len(s.writes[n].Value) == 0 {
				return s.writes[n].Key, nil
			}
			return s.writes[n].Key, s.writes[n].Value
		})
		l.latestNodes.advance(l.mark, len(p.kept), func(n int) (string, node) { return string(s.change.Nodes[n].Name), p.kept[n] })
	})
}

// forgetLatest is called when the state has become another one in another way than by
// the next block.
func (l *Ledger) forgetLatest() {
	l.mark++
	l.latest.forget(l.mark)
	l.latestNodes.forget(l.mark)
}

// change changes the database, the status and what else follows the state, as one for
// whoever opens a view.
func (l *Ledger) change(batch *pebble.Batch, status func(*ledger.Status), follow func()) error {
	l.stateLock.Lock()
	defer l.stateLock.Unlock()
	if err := batch.Commit(pebble.NoSync); err != nil {
		return err
	}
	l.changeStatus(status)
	follow()
	return nil
}

// leave drops history that has left the window, and returns the oldest height whose
// state can still be read.
func (l *Ledger) leave(batch *pebble.Batch, height uint64) (oldest uint64, err error) {
	if oldest, err = getNumber(l.db, keyOldest); err != nil {
		return 0, err
	}
	retain := l.options.RetainState
	if retain > 0 && height > retain && height-retain > oldest {
		target := min(height-retain, oldest+pruneAtOnce)
		if err := dropHistory(batch, l.db, oldest, target); err != nil {
			return 0, err
		}
		oldest = target
	}
	return oldest, nil
}

// dropHistory removes the history that only states below to need.
func dropHistory(batch *pebble.Batch, reader pebble.Reader, from, to uint64) error {
	for height := from + 1; height <= to; height++ {
		journal, err := get(reader, journalKey(height))
		if err != nil {
			return err
		}
		err = eachJournal(journal, func(table byte, key []byte) error {
			return batch.Delete(historyKey(table, key, height), nil)
		})
		if err != nil {
			return err
		}
		if err := batch.Delete(journalKey(height), nil); err != nil {
			return err
		}
	}
	return batch.Set(keyOldest, number(to), nil)
}
