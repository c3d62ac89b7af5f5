package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

// Join says how a node without a ledger begins with a snapshot of its peers.
type Join struct {
	// Mesh is not started. It has the node's identity, and is closed before the chain's
	// own begins.
	Mesh network.Mesh
	// Trusted is a header that is trusted by its hash, where no trail leads from genesis;
	// nil proves from genesis.
	Trusted *snapshot.Checkpoint
}

// joiningFolder holds what has been fetched until it is restored, in the data directory.
const joiningFolder = "joining"

// joining is the way from an empty directory to a ledger.
type joining struct {
	*Chain
	rules    *snapshot.Rules
	restorer ledger.Restorer
	tried    []error // why offers were refused
}

// join fills an empty directory with a snapshot that peers offer. Where nobody offers one
// that holds, it leaves the directory empty, for block sync to fill it from genesis. What
// ends it early – the context, a full disk – leaves what was fetched for the next time.
func (c *Chain) join(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, c.options.Join.Mesh.Close()) }()
	if c.options.Directory == "" || c.options.Network == nil {
		return errors.New("node: a chain joins into a directory and from a network: give both, or do not join")
	}
	j := &joining{Chain: c}
	if j.restorer, err = snapshot.RestorerOf(c.registry, c.options.Ledger); err != nil {
		return err
	}
	vacant, err := j.restorer.Vacate(c.options.Directory)
	if err != nil {
		return err
	}
	if !vacant {
		return os.RemoveAll(j.folder()) // of a life that ended between the ledger and here
	}
	if j.rules, err = snapshot.RulesOf(c.registry, c.genesis); err != nil {
		return err
	}
	joined, err := j.run(ctx)
	if err != nil {
		return err
	}
	if !joined {
		c.log.Warn("no peer offers a snapshot that holds: this node begins at genesis and fetches all blocks",
			"refused", len(j.tried), "reason", errors.Join(j.tried...))
	}
	return os.RemoveAll(j.folder())
}

// tell says what this node does before it is open.
func (j *joining) tell(format string, args ...any) {
	if j.options.Opening != nil {
		j.options.Opening(fmt.Sprintf(format, args...))
	}
}

func (j *joining) folder() string { return filepath.Join(j.options.Directory, joiningFolder) }

// run restores what was fetched whole before, or fetches a snapshot that can be restored.
func (j *joining) run(ctx context.Context) (joined bool, err error) {
	begun, err := j.begun()
	if err != nil {
		return false, err
	}
	if begun != 0 {
		if snapshot.Complete(j.folderOf(begun)) {
			joined, err := j.restore(ctx, j.folderOf(begun))
			if joined || err != nil {
				return joined, err
			}
			begun = 0
		}
	}
	f := newFetching(j, begun)
	if err := f.start(ctx); err != nil {
		return false, err
	}
	defer f.stop()
	return f.run(ctx)
}

// restore makes a ledger of a snapshot that has been fetched. Without an error it says
// whether the snapshot held; one that does not is removed.
func (j *joining) restore(ctx context.Context, folder string) (held bool, err error) {
	s, err := snapshot.Open(j.registry, folder)
	if err == nil {
		err = s.Fits(j.identity)
	}
	if err == nil {
		j.log.Info("a snapshot is being restored", "height", s.Manifest.Height, "bytes", s.Manifest.Bytes())
		j.tell("it restores the snapshot of height %d", s.Manifest.Height)
		target := snapshot.Target{
			Directory: j.options.Directory, Restorer: j.restorer,
			Logf: func(format string, args ...any) { j.log.Info(fmt.Sprintf(format, args...), "room", "ledger") },
		}
		err = s.Restore(ctx, target, j.options.Join.Trusted, j.progress())
	}
	if err == nil {
		j.log.Info("this node has joined by a snapshot and goes on with the blocks above it", "height", s.Manifest.Height)
		j.following.Store(true)
		return true, j.keep(folder, s.Manifest.Height)
	}
	if err := j.refusal(ctx, err); err != nil {
		return false, err
	}
	_, fault := j.restorer.Vacate(j.options.Directory)
	return false, errors.Join(fault, os.RemoveAll(folder))
}

// keep makes the snapshot one of this node's own when it takes some: it can be given to
// others at once, and its trail goes on in the next one.
func (j *joining) keep(folder string, height uint64) error {
	if j.options.Snapshots.Interval == 0 {
		return nil
	}
	shelf := filepath.Join(j.options.Directory, snapshotsFolder)
	kept := snapshot.FolderOf(shelf, height)
	return errors.Join(os.MkdirAll(shelf, 0o750), os.RemoveAll(kept), os.Rename(folder, kept))
}

// refusal notes why a snapshot does not hold. It returns the error when that is not the
// snapshot's fault but this machine's, or the wish of who waits.
func (j *joining) refusal(ctx context.Context, err error) error {
	var path *fs.PathError
	var number syscall.Errno
	if ctx.Err() != nil || errors.As(err, &path) || errors.As(err, &number) {
		return fmt.Errorf("node: joining by a snapshot has stopped; the next start goes on with what is in %s: %w", j.folder(), err)
	}
	j.log.Warn("a snapshot that peers offer is refused", "reason", err)
	if len(j.tried) < statesync.MaxOffers {
		j.tried = append(j.tried, err)
	}
	return nil
}

// progress tells every tenth of a restoration.
func (j *joining) progress() func(share float64) {
	next := 0.1
	return func(share float64) {
		if share >= next {
			next = share + 0.1
			j.log.Info("the snapshot is being restored", "percent", int(share*100))
		}
	}
}
