package segment_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// flipSegments is the size of their segments in bytes, so that there are several.
const flipSegments = 500

// stoppedLedgers are small ledgers of every past that a ledger can have, closed.
func stoppedLedgers(tb testing.TB) map[string]*damaged {
	tb.Helper()
	const heights = 4
	whole := func(seed uint64) (*damaged, ledger.Ledger) {
		d := &damaged{script: newScript(tb, seed, heights), fs: vfs.NewMem(), files: make(map[string][]byte)}
		l := open(tb, d.fs, d.options(), segment.WithSegmentSize(flipSegments))
		d.run(tb, l, heights)
		return d, l
	}
	all := map[string]*damaged{}
	keep := func(name string, d *damaged, l ledger.Ledger) {
		if err := l.Close(); err != nil {
			tb.Fatal(err)
		}
		d.collect(tb, true)
		d.files["data/ledger/identity"] = readAll(d.fs, "data/ledger/identity")
		all[name] = d
	}
	d, l := whole(310)
	keep("whole", d, l)

	d, l = whole(311)
	for _, err := range []error{l.(ledger.Pruner).Prune(tb.Context(), heights-1), l.(ledger.Maintainer).Compact(tb.Context(), func(float64) {})} {
		if err != nil {
			tb.Fatal(err)
		}
	}
	if l.Status().OldestBody == 0 {
		tb.Fatal("no file was dropped")
	}
	keep("pruned and compacted", d, l)

	from, full := whole(312)
	d = &damaged{script: from.script, fs: vfs.NewMem(), files: make(map[string][]byte)}
	if err := module(segment.WithFileSystem(d.fs), segment.WithSegmentSize(flipSegments)).Restore(tb.Context(), d.options(), d.base(tb, full, 1, 3, 4)); err != nil {
		tb.Fatal(err)
	}
	l = open(tb, d.fs, d.options(), segment.WithSegmentSize(flipSegments))
	d.run(tb, l, heights)
	keep("restored", d, l)
	return all
}

// Columns and identity are the truth: each flip in them is refused by Open or found by
// Inspect, which name the file. An index only saves walking over its segment, and Open
// makes it again when its checksum is wrong: a flip in it is harmless, which is shown by
// reading everything.
func TestEveryFlippedBitOfAStoppedLedgerIsNamedOrHarmless(t *testing.T) {
	stride := 97 // in bits
	switch {
	case testing.Short():
		stride = 997
	case os.Getenv("CREDIBLE_TEST_FULL") != "":
		stride = 1
	}
	for name, d := range stoppedLedgers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outcomes := map[string]int{}
			bit := 0
			for _, file := range slices.Sorted(maps.Keys(d.files)) {
				content := d.files[file]
				for bit %= 8 * len(content); bit < 8*len(content); bit += stride {
					flipped := slices.Clone(content)
					flipped[bit/8] ^= 1 << (bit % 8)
					fs := d.copy(t)
					replace(t, fs, file, flipped)
					outcomes[d.flipped(t, fs, file, bit)]++
				}
				bit -= 8 * len(content)
			}
			t.Log(outcomes)
		})
	}
}

// flipped opens a ledger with a flip in one file and says what came of it.
func (d *damaged) flipped(t *testing.T, fs *vfs.MemFS, file string, bit int) string {
	t.Helper()
	l, err := module(segment.WithFileSystem(fs), segment.WithSegmentSize(flipSegments)).Open(context.Background(), d.options())
	if err != nil {
		if !errors.Is(err, ledger.ErrCorrupt) && !errors.Is(err, ledger.ErrMismatch) || !strings.Contains(err.Error(), file) {
			t.Fatalf("%s, bit %d: open: %v", file, bit, err)
		}
		return "refused"
	}
	defer l.Close()
	found := faults(t, l)
	if slices.ContainsFunc(found, func(f ledger.Fault) bool {
		return strings.Contains(f.Place, file) && errors.Is(f.Err, ledger.ErrCorrupt)
	}) {
		return "found by Inspect"
	}
	last := uint64(len(d.blocks) - 1)
	if len(found) > 0 || !strings.HasSuffix(file, ".index") || l.Status().Executed != last {
		t.Fatalf("%s, bit %d: %+v, faults %+v", file, bit, l.Status(), found)
	}
	d.checkKept(t, l)
	return "harmless"
}

// checkKept compares all that a ledger says it keeps with the script.
func (d *damaged) checkKept(t *testing.T, l ledger.Ledger) {
	t.Helper()
	d.checkBlocks(t, l)
	status := l.Status()
	d.checkState(t, l, int(status.OldestState))
	d.checkState(t, l, int(status.Executed))
	for id, at := range d.last {
		if have, err := l.Locate(id, status.Executed+1); at.Height >= status.OldestBody && (err != nil || have != at) {
			t.Fatalf("transaction %s: %+v, %v; it is at %+v", id, have, err, at)
		}
	}
}
