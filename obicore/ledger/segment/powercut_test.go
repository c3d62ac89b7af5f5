package segment_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// outlet is a file system that calls before ahead of every sync: the moments that
// lie between two of them differ only in unsynced bytes.
type outlet struct {
	vfs.FS
	before func()
}

func (o *outlet) wrap(file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &outletFile{File: file, before: o.before}, nil
}

func (o *outlet) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return o.wrap(o.FS.Create(name, c))
}

func (o *outlet) OpenReadWrite(name string, c vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	return o.wrap(o.FS.OpenReadWrite(name, c, options...))
}

func (o *outlet) OpenDir(name string) (vfs.File, error) { return o.wrap(o.FS.OpenDir(name)) }

func (o *outlet) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return o.wrap(o.FS.ReuseForWrite(from, to, c))
}

type outletFile struct {
	vfs.File
	before func()
}

func (f *outletFile) Sync() error { f.before(); return f.File.Sync() }

func (f *outletFile) SyncData() error { f.before(); return f.File.SyncData() }

// powerCut runs a script and cuts the power at every sync.
type powerCut struct {
	*script
	tb       testing.TB
	disk     *vfs.MemFS
	random   *rand.Rand
	lock     sync.Mutex
	decided  atomic.Uint64 // acknowledged
	executed atomic.Uint64
	begun    atomic.Bool // the first open has returned
	cuts     int
	every    int // how many syncs there are for one cut

	maintained bool
}

func (p *powerCut) options() ledger.Options {
	options := p.script.options()
	options.RetainState = 12
	return options
}

func (p *powerCut) cut() {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.cuts++; p.cuts%p.every != 0 {
		return
	}
	for _, percent := range []int{0, 50, 100} {
		lost, promised := p.clone(percent)
		p.check(lost, fmt.Sprintf("cut %d, %d%% of unsynced data", p.cuts, percent), promised)
	}
	torn, promised := p.clone(100)
	// After that, for others go on writing: what is not synced now was not synced then.
	synced := p.disk.CrashClone(vfs.CrashCloneCfg{})
	if tear(p.tb, torn, synced, p.random) {
		p.check(torn, fmt.Sprintf("cut %d, torn", p.cuts), promised)
	}
}

// promised is what a disk must have, and what it may have at most: others write while it is
// cloned, one height more than they have acknowledged.
type promised struct {
	begun                     bool
	decided, executed         uint64
	mostDecided, mostExecuted uint64
}

func (p *powerCut) clone(percent int) (*vfs.MemFS, promised) {
	promised := promised{begun: p.begun.Load(), decided: p.decided.Load(), executed: p.executed.Load()}
	clone := p.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: p.random})
	promised.mostDecided, promised.mostExecuted = p.decided.Load()+1, p.executed.Load()+1
	return clone, promised
}

// tear cuts or garbles every column file somewhere in its unsynced bytes. It reports
// whether there were any.
func tear(tb testing.TB, torn, synced *vfs.MemFS, random *rand.Rand) (any bool) {
	for _, column := range []string{"headers", "bodies", "results"} {
		folder := "data/ledger/" + column
		names, err := torn.List(folder)
		if err != nil {
			continue
		}
		for _, name := range names {
			if !strings.HasSuffix(name, ".segment") {
				continue
			}
			name = folder + "/" + name
			content, safe := readAll(torn, name), len(readAll(synced, name))
			if safe >= len(content) {
				continue
			}
			any = true
			at := safe + random.IntN(len(content)-safe)
			if random.IntN(2) == 0 {
				content = content[:at]
			} else {
				clear(content[at:min(len(content), at+1+random.IntN(64))])
			}
			replace(tb, torn, name, content)
		}
	}
	return any
}

func readAll(fs vfs.FS, name string) []byte {
	file, err := fs.Open(name)
	if err != nil {
		return nil
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil {
		return nil
	}
	return content
}

func replace(tb testing.TB, fs vfs.FS, name string, content []byte) {
	tb.Helper()
	file, err := fs.Create(name, "test")
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := file.Write(append([]byte(nil), content...)); err != nil {
		tb.Fatal(err)
	}
	if err := file.Sync(); err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
	directory, err := fs.OpenDir(fs.PathDir(name))
	if err != nil {
		tb.Fatal(err)
	}
	if err := directory.Sync(); err != nil {
		tb.Fatal(err)
	}
	if err := directory.Close(); err != nil {
		tb.Fatal(err)
	}
}

// check opens what a power cut left and compares it with what was acknowledged.
func (p *powerCut) check(disk *vfs.MemFS, what string, promised promised) {
	p.tb.Helper()
	l, err := module(segment.WithFileSystem(disk), segment.WithSegmentSize(2000)).Open(context.Background(), p.options())
	if err != nil {
		p.tb.Errorf("%s: open: %v", what, err)
		return
	}
	defer func() {
		if err := l.Close(); err != nil {
			p.tb.Errorf("%s: close: %v", what, err)
		}
	}()
	status := l.Status()
	if promised.begun && (status.Decided < promised.decided || status.Executed < promised.executed) || status.Decided > promised.mostDecided || status.Executed > promised.mostExecuted {
		p.tb.Errorf("%s: recovered %+v, promised %+v", what, status, promised)
		return
	}
	p.checkBlocks(p.tb, l)
	p.checkRoots(l, what)
	for _, fault := range faults(p.tb, l) {
		p.tb.Errorf("%s: height %d, %s: %v", what, fault.Height, fault.Place, fault.Err)
	}
	if p.cuts%7 == 0 { // the recovered ledger goes on
		p.run(p.tb, l, min(int(status.Decided)+3, len(p.blocks)-1))
		p.checkRoots(l, what)
	}
}

// checkRoots proves one entry at the oldest and the last state.
func (p *powerCut) checkRoots(l ledger.Ledger, what string) {
	p.tb.Helper()
	status := l.Status()
	for _, h := range []uint64{status.OldestState, status.Executed} {
		v, err := l.View(h)
		if err != nil {
			p.tb.Errorf("%s: view %d: %v", what, h, err)
			return
		}
		p.checkScans(p.tb, v, p.states[h])
		if err := v.Close(); err != nil {
			p.tb.Error(err)
		}
	}
}

func TestNothingAcknowledgedIsLostInAPowerCutAtAnySync(t *testing.T) {
	heights, every := 30, 1
	if testing.Short() {
		heights, every = 12, 3
	}
	for seed := range uint64(2) {
		p := &powerCut{script: newScript(t, 100+seed, heights+5), tb: t, every: every, maintained: seed%2 == 1, disk: vfs.NewCrashableMem(), random: rand.New(rand.NewPCG(seed, 2))}
		fs := &outlet{FS: p.disk, before: p.cut}
		for _, stop := range []int{heights / 3, 2 * heights / 3, heights} {
			l, err := module(segment.WithFileSystem(fs), segment.WithSegmentSize(2000)).Open(t.Context(), p.options())
			if err != nil {
				t.Fatal(err)
			}
			p.begun.Store(true)
			p.load(l, stop)
			if err := l.(ledger.Pruner).Prune(t.Context(), uint64(stop-3)); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			p.cut()
		}
		t.Logf("seed %d: %d power cuts, each with 3 or 4 outcomes", seed, p.cuts/every)
	}
}

// load appends up to two blocks ahead of the executed height and notes what is
// acknowledged.
func (p *powerCut) load(l ledger.Ledger, to int) {
	for h := int(l.Status().Executed) + 1; h <= to; h++ {
		for ahead := int(l.Status().Decided) + 1; ahead <= min(h+int(p.random.IntN(3)), to); ahead++ {
			if err := l.Append(context.Background(), p.blocks[ahead]); err != nil {
				p.tb.Fatal(err)
			}
			p.decided.Store(uint64(ahead))
		}
		if err := p.commit(l, h); err != nil {
			p.tb.Fatal(err)
		}
		p.executed.Store(uint64(h))
		if p.maintained {
			p.maintain(l, h)
		}
	}
}

// maintain does between two blocks what a ledger goes through in its life: it is pruned,
// compacted, and gives a snapshot.
func (p *powerCut) maintain(l ledger.Ledger, h int) {
	p.tb.Helper()
	var err error
	switch h % 4 {
	case 1:
		err = l.(ledger.Pruner).Prune(context.Background(), uint64(max(h, 5)-5))
	case 2:
		have := state{}
		err = l.(ledger.Snapshotter).Snapshot(context.Background(), uint64(h), func(c *ledger.Chunk) error {
			for _, entry := range c.Entries {
				have[entry.Key] = string(entry.Value)
			}
			return nil
		})
		if root := have.root(p.tb); root != p.results[h].StateRoot {
			p.tb.Errorf("the snapshot of height %d leads to root %s", h, root)
		}
	case 3:
		err = l.(ledger.Maintainer).Compact(context.Background(), func(float64) {})
	}
	if err != nil {
		p.tb.Fatalf("height %d: %v", h, err)
	}
}

// Opening creates the database's own files, whose names a file system may keep or
// lose in any combination.
func TestLedgerOpensAfterAPowerCutWhileItWasOpened(t *testing.T) {
	p := &powerCut{script: newScript(t, 200, 3), tb: t, disk: vfs.NewCrashableMem(), random: rand.New(rand.NewPCG(7, 2))}
	p.run(t, open(t, p.disk, p.options()), 3)
	fs := &outlet{FS: p.disk.CrashClone(vfs.CrashCloneCfg{})}
	p.disk = fs.FS.(*vfs.MemFS)
	outcomes := 0
	fs.before = func() {
		p.lock.Lock()
		defer p.lock.Unlock()
		for range 25 {
			lost := p.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: p.random})
			l, err := module(segment.WithFileSystem(lost)).Open(context.Background(), p.options())
			if err != nil {
				t.Errorf("open: %v", err)
				continue
			}
			if status := l.Status(); status.Executed != 3 {
				t.Errorf("recovered %+v", status)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			outcomes++
		}
	}
	for range 2 {
		if err := open(t, fs, p.options()).Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d outcomes", outcomes)
}
