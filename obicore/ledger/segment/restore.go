package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2/vfs"

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
	if err := clearLedger(r.fs, directory); err != nil {
		return err
	}
	return r.makeFolders()
}

// ledgerNames are the names in a directory that make it a ledger's, the identity first.
var ledgerNames = []string{identityFile, columnHeaders.String(), columnBodies.String(), columnResults.String(), databaseFolder}

// clearLedger removes a ledger from a directory.
func clearLedger(fs vfs.FS, directory string) error {
	for _, name := range ledgerNames {
		if err := fs.RemoveAll(fs.PathJoin(directory, name)); err != nil && !isNotExist(err) {
			return err
		}
	}
	return nil
}

// findLedger returns what in a directory says that it holds a ledger, empty when nothing
// does.
func findLedger(fs vfs.FS, directory string) (string, error) {
	for _, name := range ledgerNames {
		place := fs.PathJoin(directory, name)
		if _, err := fs.Stat(place); err == nil {
			return place, nil
		} else if !isNotExist(err) {
			return "", err
		}
	}
	return "", nil
}

// refuseLedger refuses a directory that holds a ledger already.
func (r *restoration) refuseLedger() error {
	place, err := findLedger(r.fs, r.options.Directory)
	if err == nil && place != "" {
		err = fmt.Errorf("%w: %s is there: restore into an empty directory", ledger.ErrMismatch, place)
	}
	return err
}

// Vacate removes an unfinished restoration; see [ledger.Restorer]. The mark goes last, so
// that one that is cut short is begun again.
func (m *Module) Vacate(directory string) (vacant bool, err error) {
	fs := m.fs
	if fs == nil {
		fs = vfs.Default
	}
	mark := fs.PathJoin(directory, restoringFile)
	if _, err := fs.Stat(mark); isNotExist(err) {
		place, err := findLedger(fs, directory)
		return err == nil && place == "", err
	} else if err != nil {
		return false, err
	}
	lock, err := fs.Lock(fs.PathJoin(directory, lockFile))
	if err != nil {
		return false, fmt.Errorf("segment: %s is in use by another process: stop that or choose another directory: %w", directory, err)
	}
	err = clearLedger(fs, directory)
	if err == nil {
		err = errors.Join(syncDirectory(fs, directory), fs.Remove(mark), syncDirectory(fs, directory))
	}
	return err == nil, errors.Join(err, lock.Close())
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
