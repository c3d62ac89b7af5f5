package segment_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

var errDisk = errors.New("input/output error")

// faulty is a file system whose column files fail to write or sync while broken.
type faulty struct {
	vfs.FS
	writes, syncs atomic.Bool
}

func (f *faulty) OpenReadWrite(name string, category vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	file, err := f.FS.OpenReadWrite(name, category, options...)
	if err != nil {
		return nil, err
	}
	return &faultyFile{File: file, fs: f}, nil
}

type faultyFile struct {
	vfs.File
	fs *faulty
}

func (f *faultyFile) WriteAt(b []byte, offset int64) (int, error) {
	if f.fs.writes.Load() {
		n, _ := f.File.WriteAt(b[:len(b)/2], offset) // as a full disk does
		return n, errDisk
	}
	return f.File.WriteAt(b, offset)
}

func (f *faultyFile) SyncData() error {
	if f.fs.syncs.Load() {
		return errDisk
	}
	return f.File.SyncData()
}

func TestAfterAFailedWriteOrSyncTheLedgerOnlyReadsUntilOpenedAgain(t *testing.T) {
	for _, kind := range []func(*faulty) *atomic.Bool{
		func(f *faulty) *atomic.Bool { return &f.writes },
		func(f *faulty) *atomic.Bool { return &f.syncs },
	} {
		for _, commit := range []bool{false, true} {
			s := newScript(t, 500, 12)
			fs := &faulty{FS: vfs.NewMem()}
			l := open(t, fs, s.options())
			s.run(t, l, 5)
			if err := l.Append(context.Background(), s.blocks[6]); err != nil {
				t.Fatal(err)
			}
			attempt := func() error {
				if commit {
					return s.commit(l, 6)
				}
				return l.Append(context.Background(), s.blocks[7])
			}
			kind(fs).Store(true)
			if err := attempt(); !errors.Is(err, errDisk) {
				t.Fatalf("error of the disk: %v", err)
			}
			kind(fs).Store(false)
			if err := attempt(); !errors.Is(err, errDisk) {
				t.Fatalf("a write after a failed one: %v", err)
			}
			if status := l.Status(); status.Decided != 6 || status.Executed != 5 {
				t.Fatalf("status %+v", status)
			}
			s.checkBlocks(t, l)
			s.checkState(t, l, 5)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, fs, s.options())
			s.run(t, l, 12)
			s.checkBlocks(t, l)
			s.checkState(t, l, 12)
			inspect(t, l)
		}
	}
}

func TestACancelledContextWritesNothing(t *testing.T) {
	s := newScript(t, 501, 3)
	l := open(t, vfs.NewMem(), s.options())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range []error{l.Append(ctx, s.blocks[1]), l.(ledger.Pruner).Prune(ctx, 0)} {
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	s.run(t, l, 3)
	inspect(t, l)
}

// full is a file system on which the database can make no files while it is full.
type full struct {
	vfs.FS
	now atomic.Bool
}

func (f *full) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if f.now.Load() && strings.HasSuffix(name, ".sst") {
		return nil, errDisk
	}
	return f.FS.Create(name, category)
}

func TestALedgerWhoseDatabaseCannotBeWrittenClosesAndOpensAgain(t *testing.T) {
	s := newScript(t, 502, 40)
	fs := &full{FS: vfs.NewMem()}
	options := s.options()
	options.RetainState = 1
	l := open(t, fs, options, segment.WithSegmentSize(2000))
	s.run(t, l, 30)
	fs.now.Store(true)
	if err := l.(ledger.Pruner).Prune(context.Background(), 25); !errors.Is(err, errDisk) {
		t.Fatalf("pruning, which flushes the database: %v", err)
	}
	if err := l.Append(context.Background(), s.blocks[31]); !errors.Is(err, errDisk) {
		t.Fatalf("a write after that: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	fs.now.Store(false)
	l = open(t, fs, options, segment.WithSegmentSize(2000))
	s.run(t, l, 32)
	fs.now.Store(true)
	if err := l.Close(); !errors.Is(err, errDisk) { // as for a node that stops on a full disk
		t.Fatalf("closing: %v", err)
	}
	fs.now.Store(false)
	l = open(t, fs, options, segment.WithSegmentSize(2000))
	s.run(t, l, 40)
	s.checkState(t, l, 40)
}
