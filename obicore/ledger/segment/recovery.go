package segment

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

const (
	lockFile        = "lock"
	databaseFolder  = "state"
	inspectionPlace = "inspection"
)

// open brings the ledger to the last acknowledged point: it repairs torn tails,
// indexes and replays what the database lost, and writes genesis into an empty
// ledger.
func (l *Ledger) open(ctx context.Context) error {
	if err := l.openDirectory(); err != nil {
		return err
	}
	if err := l.openFiles(); err != nil {
		return err
	}
	if err := l.convert(ctx); err != nil {
		return err
	}
	if err := l.alignColumns(); err != nil {
		return err
	}
	if l.headers.next() == 0 {
		if err := l.createGenesis(); err != nil {
			return err
		}
	}
	if err := l.catchUp(ctx); err != nil {
		return err
	}
	if err := l.checkGenesis(); err != nil {
		return err
	}
	return l.openEvents()
}

func (l *Ledger) openDirectory() error {
	directory := l.options.Directory
	if err := l.fs.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	if err := l.lock(); err != nil {
		return err
	}
	if err := l.checkRestored(); err != nil {
		return err
	}
	var err error
	if l.version, err = claim(l.fs, directory, identityOf(&l.options)); err != nil {
		return err
	}
	if err := errors.Join(l.clear(inspectionPlace), l.clear(snapshotPlace)); err != nil {
		return err
	}
	return l.makeFolders()
}

// lock keeps other processes out of the directory.
func (l *Ledger) lock() (err error) {
	directory := l.options.Directory
	if l.directoryLock, err = l.fs.Lock(l.fs.PathJoin(directory, lockFile)); err != nil {
		return fmt.Errorf("segment: %s is in use by another process: stop that or choose another directory: %w", directory, err)
	}
	return nil
}

// makeFolders makes the columns' folders and every name above them durable.
func (l *Ledger) makeFolders() error {
	directory := l.options.Directory
	for _, c := range l.columns() {
		if err := l.fs.MkdirAll(c.folder, 0o755); err != nil {
			return err
		}
	}
	if err := syncDirectory(l.fs, directory); err != nil {
		return err
	}
	// The directory's own name must last too. A parent that cannot be opened is
	// not ours to sync.
	for parent := l.fs.PathDir(directory); ; parent = l.fs.PathDir(parent) {
		if syncDirectory(l.fs, parent) != nil || parent == l.fs.PathDir(parent) {
			return nil
		}
	}
}

// openFiles opens the columns and the database side by side.
func (l *Ledger) openFiles() error {
	var opened sync.WaitGroup
	var databaseFault error
	opened.Go(func() {
		l.db, databaseFault = openDatabase(l.fs, l.fs.PathJoin(l.options.Directory, databaseFolder), l.options.Logf, l.trouble)
	})
	var faults []error
	for _, c := range l.columns() {
		faults = append(faults, c.open())
	}
	opened.Wait()
	return errors.Join(append(faults, databaseFault)...)
}

// alignColumns drops a block that a crash left in one column only. Nothing that was
// acknowledged can be missing: results and database tell what was.
func (l *Ledger) alignColumns() error {
	applied, err := getNumber(l.db, keyApplied)
	if err != nil {
		return err
	}
	indexed, err := getNumber(l.db, keyIndexed)
	if err != nil {
		return err
	}
	headers, bodies, results := l.headers.next(), l.bodies.next(), l.results.next()
	decided := min(headers, bodies)
	if headers-decided > 1 || bodies-decided > 1 {
		return fmt.Errorf("%w: headers end before height %d, bodies before %d: restore the shorter column's last files from a copy",
			ledger.ErrCorrupt, headers, bodies)
	}
	if acknowledged := max(applied, indexed, results); decided < acknowledged {
		return fmt.Errorf("%w: block %d was acknowledged, but headers end before height %d and bodies before %d: restore their last files from a copy",
			ledger.ErrCorrupt, acknowledged-1, headers, bodies)
	}
	if results < applied {
		return fmt.Errorf("%w: results of height %d were acknowledged, but %s ends before height %d: restore its last file from a copy",
			ledger.ErrCorrupt, applied-1, l.results.folder, results)
	}
	for _, c := range []*column{l.headers, l.bodies} {
		if c.next() > decided {
			l.options.Logf("ledger: dropped block %d, which a crash left in %s only", decided, c.folder)
			if err := c.truncate(decided, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// createGenesis writes block 0 into an empty ledger. Its results follow in catchUp.
func (l *Ledger) createGenesis() error {
	genesis := l.options.Genesis
	if genesis == nil {
		return fmt.Errorf("%w: %s holds no ledger: give the chain's genesis to create one", ledger.ErrNotFound, l.options.Directory)
	}
	if err := checkGenesisBlock(genesis, l.options.Identity); err != nil {
		return err
	}
	return l.append(ledger.Decided{Block: genesis.Block})
}

func checkGenesisBlock(genesis *ledger.Genesis, identity chain.Hash) error {
	switch {
	case genesis.Block == nil || genesis.Block.Header == nil || genesis.Results == nil:
		return fmt.Errorf("%w: genesis without header or results", chain.ErrMalformed)
	case genesis.Block.Header.Height != 0 || len(genesis.Block.Body.Batches) != 0:
		return fmt.Errorf("%w: genesis must have height 0 and no transactions", chain.ErrMalformed)
	case genesis.Block.Header.Chain != identity:
		return fmt.Errorf("%w: genesis of chain %s in the ledger of %s", ledger.ErrMismatch, genesis.Block.Header.Chain, identity)
	}
	return nil
}

// catchUp indexes and replays what stands in the columns above the database.
func (l *Ledger) catchUp(ctx context.Context) error {
	l.changeStatus(func(s *ledger.Status) { s.Decided, s.OldestHeader = l.headers.next()-1, l.headers.oldest() })
	oldest, err := l.finishPruning(ctx)
	if err != nil {
		return err
	}
	l.changeStatus(func(s *ledger.Status) { s.OldestBody = oldest })
	if err := l.reindex(ctx); err != nil {
		return err
	}
	if l.results.next() == 0 {
		if err := l.commitGenesis(); err != nil {
			return err
		}
	}
	if err := l.replay(ctx); err != nil {
		return err
	}
	oldestState, err := getNumber(l.db, keyOldest)
	if err != nil {
		return err
	}
	l.changeStatus(func(s *ledger.Status) {
		s.Executed = l.results.next() - 1
		s.OldestState = oldestState
	})
	l.forgetLatest()
	return nil
}

func (l *Ledger) reindex(ctx context.Context) error {
	indexed, err := getNumber(l.db, keyIndexed)
	if err != nil {
		return err
	}
	if oldest := l.bodies.oldest(); indexed < oldest {
		return l.lostState(indexed, oldest)
	}
	for height := indexed; height < l.headers.next(); height++ {
		if err := ctx.Err(); err != nil {
			return err
		}
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
		if err := l.index(height, s.hash, ids); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) lostState(have, oldest uint64) error {
	return fmt.Errorf("%w: %s ends before height %d, and what would rebuild it is pruned below %d: restore it from a copy or join again from a snapshot",
		ledger.ErrCorrupt, l.fs.PathJoin(l.options.Directory, databaseFolder), have, oldest)
}

// commitGenesis stores the results of block 0 when a crash or creation left none.
func (l *Ledger) commitGenesis() error {
	genesis := l.options.Genesis
	if genesis == nil {
		return fmt.Errorf("%w: genesis results: give the chain's genesis to finish creation", ledger.ErrNotFound)
	}
	if err := checkGenesisBlock(genesis, l.options.Identity); err != nil {
		return err
	}
	s, err := l.stage(0, genesis.Results.Writes())
	if err != nil {
		return err
	}
	if s.change.Root != genesis.Results.StateRoot {
		return fmt.Errorf("%w: genesis says %s, its writes lead to %s", ErrResults, genesis.Results.StateRoot, s.change.Root)
	}
	return l.commit(s, genesis.Results, genesis.Results.Encode())
}

// replay applies the results above the database and checks each root.
func (l *Ledger) replay(ctx context.Context) error {
	applied, err := getNumber(l.db, keyApplied)
	if err != nil {
		return err
	}
	if oldest := l.results.oldest(); applied < oldest {
		return l.lostState(applied, oldest)
	}
	if behind := l.results.next() - applied; behind > 0 {
		l.options.Logf("ledger: replaying %d heights from %d", behind, applied)
	}
	for height := applied; height < l.results.next(); height++ {
		if err := errors.Join(ctx.Err(), l.trouble.err()); err != nil {
			return err
		}
		if err := l.replayHeight(height); err != nil {
			return fmt.Errorf("replay of height %d: %w", height, err)
		}
	}
	return nil
}

func (l *Ledger) replayHeight(height uint64) error {
	payload, err := l.results.read(height)
	if err != nil {
		return err
	}
	results, err := decodeResults(payload)
	if err != nil {
		return err
	}
	s, err := l.stage(height, results.Writes())
	if err != nil {
		return err
	}
	if s.change.Root != results.StateRoot {
		return fmt.Errorf("%w: results say state root %s, their writes lead to %s", ledger.ErrCorrupt, results.StateRoot, s.change.Root)
	}
	p, err := l.prepare(s)
	if err != nil {
		p.close()
		return err
	}
	return l.advance(s, p)
}

// checkGenesis compares block 0 with the genesis that the caller gave.
func (l *Ledger) checkGenesis() error {
	genesis := l.options.Genesis
	if genesis == nil {
		return nil
	}
	if err := checkGenesisBlock(genesis, l.options.Identity); err != nil {
		return err
	}
	if l.headers.oldest() > 0 {
		return nil // restored: the identity, which genesis is hashed to, is all that is kept of it
	}
	s, err := l.sealed(0)
	if err != nil {
		return err
	}
	if want := genesis.Block.Header.Hash(l.options.Hasher); s.hash != want {
		return fmt.Errorf("%w: block 0 is %s, genesis makes %s: use that chain's genesis file", ledger.ErrMismatch, s.hash, want)
	}
	return nil
}
