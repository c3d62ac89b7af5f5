package segment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

var columns = []string{"headers", "bodies", "results"}

// damaged is a closed ledger whose files tests break.
type damaged struct {
	*script
	fs    *vfs.MemFS
	files map[string][]byte // column files and sidecars
}

// newDamaged makes a ledger of a few small segments; without state, its database is
// lost, and without sidecars every file must be walked.
func newDamaged(tb testing.TB, heights int, state, sidecars bool) *damaged {
	tb.Helper()
	d := &damaged{script: newScript(tb, 300, heights), fs: vfs.NewMem(), files: make(map[string][]byte)}
	l := open(tb, d.fs, d.options(), segment.WithSegmentSize(1200))
	d.run(tb, l, heights)
	if err := l.Close(); err != nil {
		tb.Fatal(err)
	}
	if !state {
		if err := d.fs.RemoveAll("data/ledger/state"); err != nil {
			tb.Fatal(err)
		}
	}
	d.collect(tb, sidecars)
	return d
}

// collect reads the files of the columns, and removes their sidecars when they are not to
// stay.
func (d *damaged) collect(tb testing.TB, sidecars bool) {
	tb.Helper()
	for _, column := range columns {
		names, err := d.fs.List("data/ledger/" + column)
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range names {
			name = "data/ledger/" + column + "/" + name
			if strings.HasSuffix(name, ".index") && !sidecars {
				if err := d.fs.Remove(name); err != nil {
					tb.Fatal(err)
				}
				continue
			}
			d.files[name] = readAll(d.fs, name)
		}
	}
}

// copy returns a file system with the same files.
func (d *damaged) copy(tb testing.TB) *vfs.MemFS {
	tb.Helper()
	fs := vfs.NewMem()
	if _, err := vfs.Clone(d.fs, fs, "data", "data"); err != nil {
		tb.Fatal(err)
	}
	return fs
}

// judge opens what is left after damage to one file. Either corruption is named with
// the file, or what opens is a true beginning of the chain, or Inspect names the place.
func (d *damaged) judge(tb testing.TB, fs *vfs.MemFS, file, what string) (outcome string) {
	tb.Helper()
	l, err := module(segment.WithFileSystem(fs), segment.WithSegmentSize(1200)).Open(context.Background(), d.options())
	if err != nil {
		named := strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "headers end before") || strings.Contains(err.Error(), "results")
		if !errors.Is(err, ledger.ErrCorrupt) && !errors.Is(err, ledger.ErrMismatch) || !named {
			tb.Fatalf("%s: open: %v", what, err)
		}
		return "refused"
	}
	defer l.Close()
	found := faults(tb, l)
	for _, fault := range found {
		if !errors.Is(fault.Err, ledger.ErrCorrupt) {
			tb.Fatalf("%s: fault of another kind: %+v", what, fault)
		}
	}
	if len(found) > 0 {
		return "found by Inspect"
	}
	d.checkBlocks(tb, l)
	if int(l.Status().Decided) == len(d.blocks)-1 && int(l.Status().Executed) == len(d.blocks)-1 {
		return "harmless"
	}
	return "cut"
}

// names returns the damaged ledger's files in a fixed order.
func (d *damaged) names() []string {
	var names []string
	for _, column := range columns {
		for n := range 100 {
			for _, suffix := range []string{"segment", "index"} {
				name := fmt.Sprintf("data/ledger/%s/%08d.%s", column, n, suffix)
				if _, found := d.files[name]; found {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

func TestEveryCutAndEveryFlippedBitIsRepairedOrNamed(t *testing.T) {
	stride := 11
	if testing.Short() {
		stride = 101
	}
	for _, state := range []bool{true, false} {
		for _, sidecars := range []bool{true, false} {
			d := newDamaged(t, 6, state, sidecars)
			outcomes := make(map[string]int)
			turn := 0
			for _, name := range d.names() {
				content := d.files[name]
				for at := turn % stride; at < len(content); at += stride {
					fs := d.copy(t)
					broken := append([]byte(nil), content...)
					if turn%2 == 0 {
						broken = broken[:at]
					} else {
						broken[at] ^= 1 << (at % 8)
					}
					turn++
					replace(t, fs, name, broken)
					what := fmt.Sprintf("state %v, sidecars %v, %s broken at %d", state, sidecars, name, at)
					outcome := d.judge(t, fs, name, what)
					if outcome == "cut" && state {
						t.Fatalf("%s: acknowledged heights were dropped", what)
					}
					outcomes[outcome]++
				}
			}
			t.Logf("state %v, sidecars %v: %v", state, sidecars, outcomes)
		}
	}
}

// FuzzRecovery breaks one file of a ledger at any place.
func FuzzRecovery(f *testing.F) {
	d := newDamaged(f, 4, false, false)
	names := d.names()
	f.Add(0, 100, byte(0), []byte(nil))
	f.Add(1, 70, byte(1), []byte(nil))
	f.Add(2, 80, byte(0), []byte("put in place"))
	f.Fuzz(func(t *testing.T, file, at int, flip byte, patch []byte) {
		name := names[uint(file)%uint(len(names))]
		broken := append([]byte(nil), d.files[name]...)
		at = int(uint(at) % uint(len(broken)))
		switch {
		case len(patch) > 0:
			broken = append(broken[:at], patch...)
		case flip == 0:
			broken = broken[:at]
		default:
			broken[at] ^= flip
		}
		fs := d.copy(t)
		replace(t, fs, name, broken)
		d.judge(t, fs, name, fmt.Sprintf("%s at %d", name, at))
	})
}

// anyKey returns a key of the last state.
func anyKey(s *script) chain.StateKey { return s.states[len(s.states)-1].writes()[0].Key }

func TestBrokenStateIsFoundByInspect(t *testing.T) {
	s := newScript(t, 301, 10)
	for what, write := range map[string]func(l ledger.Ledger) error{
		"flat state":       func(l ledger.Ledger) error { return segment.Overwrite(l, append([]byte("S"), anyKey(s).Encode()...)) },
		"commitment nodes": func(l ledger.Ledger) error { return segment.Overwrite(l, []byte("C\x00")) },
		"block index": func(l ledger.Ledger) error {
			h := s.blocks[4].Block.Header.Hash(hasher)
			return segment.Overwrite(l, append([]byte("B"), h[:]...))
		},
		"transaction index": func(l ledger.Ledger) error { return segment.DropInclusions(l) },
	} {
		l := open(t, vfs.NewMem(), s.options())
		s.run(t, l, 10)
		if err := write(l); err != nil {
			t.Fatal(err)
		}
		found := faults(t, l)
		if len(found) == 0 || found[0].Place != what || !errors.Is(found[0].Err, ledger.ErrCorrupt) {
			t.Errorf("%s: %v", what, found)
		}
	}
}
