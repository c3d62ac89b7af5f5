package segment_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// base is what a ledger is restored from at a height, with links from another on and
// blocks up to a third.
func (s *script) base(tb testing.TB, l ledger.Ledger, from, height, to int) *ledger.Base {
	tb.Helper()
	var chunks []*ledger.Chunk
	err := l.(ledger.Snapshotter).Snapshot(context.Background(), uint64(height), func(c *ledger.Chunk) error {
		chunks = append(chunks, c)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	var links []*ledger.Link
	for _, b := range s.blocks[from:height] {
		links = append(links, &ledger.Link{Header: b.Block.Header, Proof: b.Proof, IDs: b.IDs})
	}
	var blocks []*ledger.Executed
	for h := height; h <= to; h++ {
		blocks = append(blocks, &ledger.Executed{Decided: s.blocks[h], Results: s.results[h]})
	}
	return &ledger.Base{Height: uint64(height), Root: s.results[height].StateRoot, Chunks: values(chunks), Links: values(links), Blocks: values(blocks)}
}

func values[V any](all []V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func TestARestoredLedgerIsInspectedPrunedAndGrows(t *testing.T) {
	for _, delay := range []int{0, 2} {
		s := newDelayedScript(t, 600+uint64(delay), 60, delay)
		full := open(t, vfs.NewMem(), s.options(), segment.WithSegmentSize(2000))
		s.run(t, full, 60)
		fs := vfs.NewMem()
		if err := module(segment.WithFileSystem(fs), segment.WithSegmentSize(2000)).Restore(t.Context(), s.options(), s.base(t, full, 5, 30, 30+delay)); err != nil {
			t.Fatal(err)
		}
		l := open(t, fs, s.options(), segment.WithSegmentSize(2000))
		inspect(t, l)
		s.run(t, l, 50)
		for h := 30; h <= 50; h++ {
			s.checkState(t, l, h)
		}
		inspect(t, l)
		if err := l.(ledger.Pruner).Prune(t.Context(), 45); err != nil {
			t.Fatal(err)
		}
		inspect(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, fs, s.options(), segment.WithSegmentSize(2000))
		s.run(t, l, 60)
		s.checkState(t, l, 60)
		inspect(t, l)
	}
}

// A power cut at any sync of a restoration leaves a directory that can be restored into
// again, or the whole ledger.
func TestARestorationSurvivesAPowerCutAtAnySync(t *testing.T) {
	s := newScript(t, 610, 24)
	full := open(t, vfs.NewMem(), s.options())
	s.run(t, full, 24)
	base := s.base(t, full, 4, 20, 22)
	disk, random := vfs.NewCrashableMem(), rand.New(rand.NewPCG(9, 2))
	var lock sync.Mutex
	cuts, whole := 0, 0
	check := func(lost *vfs.MemFS) {
		m := module(segment.WithFileSystem(lost), segment.WithSegmentSize(2000))
		err := m.Restore(context.Background(), s.options(), base)
		if errors.Is(err, ledger.ErrMismatch) { // a ledger is there
			whole++
			err = nil
		}
		var l ledger.Ledger
		if err == nil {
			l, err = m.Open(context.Background(), s.options())
		}
		if err != nil {
			t.Errorf("cut %d: %v", cuts, err)
			return
		}
		if status := l.Status(); status != (ledger.Status{Decided: 22, Executed: 22, OldestBody: 20, OldestState: 20, OldestHeader: 4}) {
			t.Errorf("cut %d: %+v", cuts, status)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	cut := func() {
		lock.Lock()
		defer lock.Unlock()
		for _, percent := range []int{0, 50, 100} {
			check(disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: random}))
		}
		cuts++
	}
	if err := module(segment.WithFileSystem(&outlet{FS: disk, before: cut}), segment.WithSegmentSize(2000)).Restore(t.Context(), s.options(), base); err != nil {
		t.Fatal(err)
	}
	before := whole
	check(disk.CrashClone(vfs.CrashCloneCfg{}))
	if whole != before+1 {
		t.Error("what Restore has acknowledged is lost in a power cut")
	}
	t.Logf("%d power cuts, each with 3 outcomes, %d of them whole", cuts, before)
}

func TestARestorationOnAFullDiskEndsAndCanBeginAgain(t *testing.T) {
	s := newScript(t, 620, 24)
	l := open(t, vfs.NewMem(), s.options())
	s.run(t, l, 24)
	fs := &full{FS: vfs.NewMem()}
	fs.now.Store(true)
	m := module(segment.WithFileSystem(fs))
	if err := m.Restore(t.Context(), s.options(), s.base(t, l, 4, 20, 22)); !errors.Is(err, errDisk) {
		t.Fatalf("restoring on a full disk: %v", err)
	}
	if _, err := m.Open(t.Context(), s.options()); !errors.Is(err, ledger.ErrUnfinished) {
		t.Fatal(err)
	}
	fs.now.Store(false)
	if err := m.Restore(t.Context(), s.options(), s.base(t, l, 4, 20, 22)); err != nil {
		t.Fatal(err)
	}
	inspect(t, open(t, fs, s.options()))
}

func TestASnapshotShowsOneMomentWhileBlocksAreAppendedPrunedAndCompacted(t *testing.T) {
	s := newScript(t, 630, 60)
	l := open(t, vfs.NewMem(), s.options(), segment.WithSegmentSize(2000))
	s.run(t, l, 20)
	var done atomic.Bool
	var writer sync.WaitGroup
	writer.Go(func() {
		for h := 21; h <= 60; h++ {
			if err := errors.Join(l.Append(context.Background(), s.blocks[h]), s.commit(l, h), l.(ledger.Pruner).Prune(context.Background(), uint64(h-5))); err != nil {
				t.Error(err)
				return
			}
		}
		done.Store(true)
	})
	for turn := 0; !done.Load() && !t.Failed(); turn++ {
		if turn%4 == 3 {
			if err := l.(ledger.Maintainer).Compact(t.Context(), func(float64) {}); err != nil {
				t.Fatal(err)
			}
		}
		height := l.Status().Executed
		have := state{}
		err := l.(ledger.Snapshotter).Snapshot(t.Context(), height, func(c *ledger.Chunk) error {
			for _, entry := range c.Entries {
				have[entry.Key] = string(entry.Value)
			}
			return nil
		})
		if errors.Is(err, ledger.ErrPruned) {
			continue
		}
		if err != nil || have.root(t) != s.results[height].StateRoot {
			t.Fatalf("height %d: %v", height, err)
		}
	}
	writer.Wait()
}

func TestSortingNeedsNoMoreMemoryThanItIsGiven(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	tree := binarytree.New(hasher).(ledger.Ranger)
	for _, memory := range []int64{0, 100_000, 1 << 30} {
		var entries []chain.Write
		for n := range 3000 {
			key := chain.StateKey{Owner: chain.Address{byte(n), byte(n >> 8)}, Space: chain.SpaceModule}
			entries = append(entries, chain.Write{Key: key, Value: make([]byte, 1+random.IntN(4000))})
		}
		entries = append(entries, chain.Write{Key: chain.AccountKey(chain.Address{7}), Value: make([]byte, 3<<20)})
		var next chain.Hash
		more, seen := true, 0
		err := segment.Sort(vfs.NewMem(), memory, tree, entries, func(within ledger.Range, part []chain.Write) error {
			if !more || within.Prefix != next {
				return fmt.Errorf("range %+v where place %s comes next", within, next)
			}
			next, more = within.After()
			size := 0
			for i := range part {
				size += len(part[i].Value)
				if place := tree.Place(part[i].Key); !within.Contains(place) {
					return fmt.Errorf("place %s in range %+v", place, within)
				}
			}
			if seen += len(part); size > ledger.ChunkBytes && len(part) > 1 {
				return fmt.Errorf("%d entries of %d bytes in one chunk", len(part), size)
			}
			return nil
		})
		if err != nil || more || seen != len(entries) {
			t.Fatalf("%d of %d entries with %d bytes of memory: %v", seen, len(entries), memory, err)
		}
	}
}

func TestIDsAreThoseThatWereAppended(t *testing.T) {
	s := newScript(t, 640, 12)
	l := open(t, vfs.NewMem(), s.options())
	s.run(t, l, 12)
	for h := range 13 {
		if ids, err := l.(ledger.Snapshotter).IDs(uint64(h)); err != nil || !slices.Equal(ids, s.blocks[h].IDs) {
			t.Fatalf("height %d: %v", h, err)
		}
	}
	if _, err := l.(ledger.Snapshotter).IDs(13); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestADirectoryThatIsHeldIsNamed(t *testing.T) {
	s := newScript(t, 650, 3)
	fs := vfs.NewMem()
	l := open(t, fs, s.options())
	err := module(segment.WithFileSystem(fs)).Restore(t.Context(), s.options(), s.base(t, l, 0, 0, 0))
	if err == nil || !strings.Contains(err.Error(), s.options().Directory) {
		t.Fatal(err)
	}
}

func TestADirectoryIsVacatedOfWhatAnUnfinishedRestorationHasLeftAndOfNothingElse(t *testing.T) {
	s := newScript(t, 640, 12)
	full := open(t, vfs.NewMem(), s.options())
	s.run(t, full, 12)
	fs := vfs.NewMem()
	m, directory := module(segment.WithFileSystem(fs)), s.options().Directory
	vacant := func(want bool) {
		t.Helper()
		if have, err := m.Vacate(directory); err != nil || have != want {
			t.Fatalf("%v, %v", have, err)
		}
	}
	vacant(true) // there is not even a directory
	base, fault := s.base(t, full, 2, 8, 8), errors.New("the disk that it came from has gone")
	base.Links = func(yield func(*ledger.Link, error) bool) { yield(nil, fault) }
	if err := m.Restore(t.Context(), s.options(), base); !errors.Is(err, fault) {
		t.Fatal(err)
	}
	if _, err := m.Open(t.Context(), s.options()); !errors.Is(err, ledger.ErrUnfinished) {
		t.Fatal(err)
	}
	vacant(true)
	l := open(t, fs, s.options())
	s.run(t, l, 3)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	vacant(false)
	s.checkState(t, open(t, fs, s.options()), 3)
}
