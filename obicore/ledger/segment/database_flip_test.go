package segment_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// databaseFiles returns what stands in the database's folder.
func (d *damaged) databaseFiles(tb testing.TB) map[string][]byte {
	tb.Helper()
	names, err := d.fs.List("data/ledger/state")
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		name = "data/ledger/state/" + name
		files[name] = readAll(d.fs, name)
	}
	return files
}

// A flip in the database is refused by Open or found by Inspect, or it is where the
// database keeps nothing – a file that it has let go of, its options, what a filter saves –
// and then everything reads as without it: no read fails or is wrong that Inspect has let
// pass.
func TestAFlippedBitOfTheDatabaseIsFoundOrChangesNoRead(t *testing.T) {
	flips := 12
	switch {
	case testing.Short():
		flips = 3
	case os.Getenv("CREDIBLE_TEST_FULL") != "":
		flips = 300
	}
	d := &damaged{script: newScript(t, 320, 60), fs: vfs.NewMem()}
	l := open(t, d.fs, d.options())
	d.run(t, l, 60)
	if err := errors.Join(l.(ledger.Maintainer).Compact(t.Context(), func(float64) {}), l.Close()); err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]int{}
	random := rand.New(rand.NewPCG(320, 1))
	files := d.databaseFiles(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := files[name]
		for range min(flips, 8*len(content)) {
			bit := random.IntN(8 * len(content))
			flipped := slices.Clone(content)
			flipped[bit/8] ^= 1 << (bit % 8)
			fs := d.copy(t)
			replace(t, fs, name, flipped)
			outcomes[d.readAfter(t, fs, fmt.Sprintf("%s, bit %d", name, bit))]++
		}
	}
	t.Log(outcomes)
}

func (d *damaged) readAfter(t *testing.T, fs *vfs.MemFS, what string) string {
	t.Helper()
	l, err := module(segment.WithFileSystem(fs)).Open(context.Background(), d.options())
	if err != nil {
		return "refused"
	}
	defer l.Close()
	found := 0
	if err := l.(ledger.Inspector).Inspect(t.Context(), func(ledger.Fault) { found++ }, nil); err != nil || found > 0 {
		return "found by Inspect"
	}
	d.checkKept(t, l)
	for height := l.Status().OldestState; height <= l.Status().Executed; height++ {
		view, err := l.View(height)
		if err != nil {
			t.Fatal(what, err)
		}
		for key := range d.keys() {
			if value, err := view.Get(key); err != nil || string(value) != d.states[height][key] {
				t.Fatalf("%s: height %d, %v: %x, %v", what, height, key, value, err)
			}
		}
		if err := view.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err = l.(ledger.EventIndexer).Candidates(t.Context(), ledger.EventQuery{Emitters: []chain.Address{{1}}}, 0, 60, func(uint64) bool { return true })
	if err != nil {
		t.Fatal(what, err)
	}
	return "harmless"
}
