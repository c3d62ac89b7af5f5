package segment_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

func TestInspectChecksRootsThatHeadersCarryLater(t *testing.T) {
	for _, delay := range []int{0, 1, 2, 16} {
		s := newDelayedScript(t, 600, 25, delay)
		l := open(t, vfs.NewMem(), s.options())
		s.run(t, l, 25)
		inspect(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		// The last block's proposer lies about both roots; the links stay whole.
		header := s.blocks[25].Block.Header
		header.StateRoot, header.ResultRoot = chain.Hash{1}, chain.Hash{2}
		l = open(t, vfs.NewMem(), s.options())
		s.run(t, l, 25)
		found := map[string]uint64{}
		for _, fault := range faults(t, l) {
			if !errors.Is(fault.Err, ledger.ErrCorrupt) {
				t.Fatalf("%+v", fault)
			}
			found[fault.Place] = fault.Height
		}
		at := uint64(25 - delay)
		if len(found) != 2 || found["state root"] != at || found["result root"] != at {
			t.Fatalf("delay %d: found %v, both roots of height %d are wrong", delay, found, at)
		}
	}
}

// counting counts the bytes that are read from segment files of headers and bodies.
// Results are read in the background too, for the open run of the event index.
type counting struct {
	vfs.FS
	read atomic.Int64
}

func (c *counting) wrap(name string, file vfs.File, err error) (vfs.File, error) {
	if err != nil || !strings.HasSuffix(name, ".segment") || strings.Contains(name, "/results/") {
		return file, err
	}
	return &countingFile{File: file, fs: c}, nil
}

func (c *counting) Open(name string, options ...vfs.OpenOption) (vfs.File, error) {
	file, err := c.FS.Open(name, options...)
	return c.wrap(name, file, err)
}

func (c *counting) OpenReadWrite(name string, category vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	file, err := c.FS.OpenReadWrite(name, category, options...)
	return c.wrap(name, file, err)
}

type countingFile struct {
	vfs.File
	fs *counting
}

func (f *countingFile) ReadAt(b []byte, offset int64) (int, error) {
	n, err := f.File.ReadAt(b, offset)
	f.fs.read.Add(int64(n))
	return n, err
}

// After a crash only the last file of each column is walked; after closing, none.
func TestOpeningDoesNotWalkOverTheWholeLedger(t *testing.T) {
	const size = 4000
	s := newScript(t, 601, 150)
	disk := vfs.NewCrashableMem()
	l := open(t, disk, s.options(), segment.WithSegmentSize(size))
	s.run(t, l, 150)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	read := func(what string) int64 {
		fs := &counting{FS: disk}
		l := open(t, fs, s.options(), segment.WithSegmentSize(size))
		defer l.Close()
		if status := l.Status(); status.Executed != 150 {
			t.Fatalf("%s: %+v", what, status)
		}
		return fs.read.Load()
	}
	var files, bytes int64
	for _, column := range []string{"headers", "bodies"} {
		names, err := disk.List("data/ledger/" + column)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, ".segment") {
				files++
				bytes += int64(len(readAll(disk, "data/ledger/"+column+"/"+name)))
			}
		}
	}
	closed := read("closed")
	if limit := 64*files + 2000; closed > limit || bytes < 10*limit {
		t.Fatalf("opening after closing read %d bytes of segment files, at most %d belong", closed, limit)
	}
	// Without the sidecars of the last files, as after a crash.
	for _, column := range columns {
		names, err := disk.List("data/ledger/" + column)
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for _, name := range names {
			if strings.HasSuffix(name, ".index") && name > last {
				last = name
			}
		}
		if err := disk.Remove("data/ledger/" + column + "/" + last); err != nil {
			t.Fatal(err)
		}
	}
	crashed := read("crashed")
	if limit := 64*files + 2*size + 2000; crashed > limit {
		t.Fatalf("opening after a crash read %d bytes of segment files, at most %d belong", crashed, limit)
	}
	t.Logf("%d files of %d bytes: %d bytes read after closing, %d after a crash", files, bytes, closed, crashed)
}
