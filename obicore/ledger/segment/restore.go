package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// restoringFile stands in a directory while a ledger is restored into it. What else
// is there is then of no worth.
const restoringFile = "restoring"

var _ ledger.Restorer = (*Module)(nil)

// Restore fills an empty directory; see [ledger.Restorer]. Chunks go into the database
// one by one, each verified; then the columns are written; the ledger is opened, which
// replays what lies above base.Height; and only when all that is durable the mark of
// the restoration goes.
func (m *Module) Restore(ctx context.Context, options ledger.Options, base *ledger.Base) error {
	if options.Directory == "" {
		return errors.New("segment: a ledger is restored into a directory: name one")
	}
	l, err := m.prepare(options)
	if err != nil {
		return err
	}
	r := &restoration{Ledger: l, base: base}
	if err := errors.Join(r.fill(ctx), l.release(false)); err != nil {
		return err
	}
	return m.finishRestore(ctx, options, base)
}

// restoration fills one ledger that is not open.
type restoration struct {
	*Ledger
	base *ledger.Base
}

func (r *restoration) fill(ctx context.Context) error {
	if err := r.beginRestore(); err != nil {
		return err
	}
	db, err := openDatabase(r.fs, r.fs.PathJoin(r.options.Directory, databaseFolder), r.options.Logf, r.trouble)
	if err != nil {
		return err
	}
	r.db = db
	if err := r.state(ctx); err != nil {
		return err
	}
	if err := r.chain(ctx); err != nil {
		return err
	}
	for _, c := range r.columns() {
		if err := errors.Join(c.sync(), c.close()); err != nil {
			return err
		}
	}
	if err := errors.Join(ctx.Err(), r.trouble.err(), flush(r.db, r.trouble)); err != nil {
		return err
	}
	identity := identityOf(&r.options)
	return writeFile(r.fs, r.fs.PathJoin(r.options.Directory, identityFile), identity.encode())
}

// beginRestore takes a directory, marks it, and removes what an earlier restoration
// has left.
func (r *restoration) beginRestore() (err error) {
	directory := r.options.Directory
	if err := r.fs.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	if err := r.lock(); err != nil {
		return err
	}
	mark := r.fs.PathJoin(directory, restoringFile)
	if _, err := r.fs.Stat(mark); isNotExist(err) {
		if err := r.refuseLedger(); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if err := writeFile(r.fs, mark, nil); err != nil {
		return err
	}
	if err := r.fs.Remove(r.fs.PathJoin(directory, identityFile)); err != nil && !isNotExist(err) {
		return err
	}
	for _, place := range []string{columnHeaders.String(), columnBodies.String(), columnResults.String(), databaseFolder} {
		if err := r.clear(place); err != nil {
			return err
		}
	}
	return r.makeFolders()
}

// refuseLedger refuses a directory that holds a ledger already.
func (r *restoration) refuseLedger() error {
	for _, name := range []string{identityFile, databaseFolder, columnHeaders.String(), columnBodies.String(), columnResults.String()} {
		place := r.fs.PathJoin(r.options.Directory, name)
		if _, err := r.fs.Stat(place); err == nil {
			return fmt.Errorf("%w: %s is there: restore into an empty directory", ledger.ErrMismatch, place)
		} else if !isNotExist(err) {
			return err
		}
	}
	return nil
}

// finishRestore opens what was restored, compares where it ends, and takes the mark
// away.
func (m *Module) finishRestore(ctx context.Context, options ledger.Options, base *ledger.Base) error {
	l, err := m.prepare(options)
	if err != nil {
		return err
	}
	l.restoring = true
	if err := l.open(ctx); err != nil {
		return l.abandon(err)
	}
	status := l.Status()
	if status.OldestState != base.Height || status.OldestBody != base.Height || status.Executed != status.Decided {
		return l.abandon(fmt.Errorf("%w: restored at height %d, the status is %+v", ledger.ErrCorrupt, base.Height, status))
	}
	if err := flush(l.db, l.trouble); err != nil {
		return l.abandon(err)
	}
	mark := l.fs.PathJoin(l.options.Directory, restoringFile)
	if err := errors.Join(l.fs.Remove(mark), syncDirectory(l.fs, l.options.Directory)); err != nil {
		return l.abandon(err)
	}
	return l.Close()
}

// checkRestored refuses a directory whose restoration did not come to its end.
func (l *Ledger) checkRestored() error {
	if l.restoring {
		return nil
	}
	if _, err := l.fs.Stat(l.fs.PathJoin(l.options.Directory, restoringFile)); err == nil {
		return fmt.Errorf("%w: %s: restore the snapshot again into the same directory", ledger.ErrUnfinished, l.options.Directory)
	} else if !isNotExist(err) {
		return err
	}
	return nil
}
