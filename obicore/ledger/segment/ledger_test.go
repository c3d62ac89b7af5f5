package segment_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

func TestEveryHeightReadsAndProvesAsTheModelSays(t *testing.T) {
	for seed := range uint64(6) {
		s := newScript(t, seed, 40)
		l := open(t, vfs.NewMem(), s.options(), segment.WithSegmentSize(2000))
		s.run(t, l, 40)
		for h := range 41 {
			s.checkState(t, l, h)
		}
		s.checkBlocks(t, l)
		inspect(t, l)
		for id, want := range s.last {
			if at, err := l.Locate(id, math.MaxUint64); err != nil || at != want {
				t.Fatalf("locate %s: %v, %v; last included at %v", id, at, err, want)
			}
		}
	}
}

func TestReopenedLedgerIsTheSame(t *testing.T) {
	s := newScript(t, 7, 60)
	fs := vfs.NewMem()
	for h := 0; h <= 60; h += 6 {
		l := open(t, fs, s.options(), segment.WithSegmentSize(3000))
		if h > 0 && l.Status().Executed != uint64(h-6) {
			t.Fatalf("reopened at %+v, want %d", l.Status(), h-6)
		}
		s.run(t, l, h)
		s.checkBlocks(t, l)
		s.checkState(t, l, h)
		s.checkState(t, l, h/2)
		inspect(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBlocksDecidedAheadSurviveReopening(t *testing.T) {
	s := newScript(t, 8, 10)
	fs := vfs.NewMem()
	l := open(t, fs, s.options())
	s.run(t, l, 4)
	for h := 5; h <= 7; h++ {
		if err := l.Append(context.Background(), s.blocks[h]); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, fs, s.options())
	if status := l.Status(); status.Decided != 7 || status.Executed != 4 {
		t.Fatalf("reopened at %+v", status)
	}
	s.checkBlocks(t, l)
	s.run(t, l, 10)
	s.checkState(t, l, 10)
	inspect(t, l)
}

func TestALostDatabaseIsMadeAgainFromTheColumns(t *testing.T) {
	s := newScript(t, 9, 30)
	fs := vfs.NewMem()
	l := open(t, fs, s.options(), segment.WithSegmentSize(2000))
	s.run(t, l, 30)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := fs.RemoveAll("data/ledger/state"); err != nil {
		t.Fatal(err)
	}
	l = open(t, fs, s.options(), segment.WithSegmentSize(2000))
	s.checkBlocks(t, l)
	for h := range 31 {
		s.checkState(t, l, h)
	}
	inspect(t, l)
}

func TestOnDiskLedgerKeepsItsBlocks(t *testing.T) {
	s := newScript(t, 10, 12)
	options := s.options()
	options.Directory = t.TempDir() + "/a/b"
	for h := 4; h <= 12; h += 4 {
		l, err := module().Open(context.Background(), options)
		if err != nil {
			t.Fatal(err)
		}
		if _, rewinds := l.(ledger.Rewinder); rewinds {
			t.Fatal("a ledger on disk offers to rewind")
		}
		s.run(t, l, h)
		s.checkBlocks(t, l)
		inspect(t, l)
		if _, err := module().Open(context.Background(), options); err == nil {
			t.Fatal("a second ledger opened in the same directory")
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOtherChainsDirectoryIsRefusedWithAWayOut(t *testing.T) {
	s, other := newScript(t, 11, 1), newScript(t, 12, 1)
	fs := vfs.NewMem()
	if err := open(t, fs, s.options()).Close(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*ledger.Options){
		"identity": func(o *ledger.Options) { o.Identity[0] ^= 1 },
		"genesis":  func(o *ledger.Options) { o.Genesis = other.genesis() },
		"hasher":   func(o *ledger.Options) { o.Hasher = otherHasher{} },
		"unknown":  func(o *ledger.Options) { o.Commitment = "none" },
	} {
		options := s.options()
		change(&options)
		_, err := module(segment.WithFileSystem(fs)).Open(context.Background(), options)
		if !errors.Is(err, ledger.ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
		if name != "unknown" && !strings.Contains(err.Error(), "use ") && !strings.Contains(err.Error(), "choose ") {
			t.Errorf("%s: the error does not say what to do: %v", name, err)
		}
	}
}

type otherHasher struct{}

func (otherHasher) Sum(parts ...[]byte) chain.Hash {
	return hasher.Sum(append([][]byte{{1}}, parts...)...)
}

func TestWritesOutOfTurnAreRefused(t *testing.T) {
	s := newScript(t, 13, 5)
	l := open(t, vfs.NewMem(), s.options())
	ctx := context.Background()
	if err := l.Append(ctx, s.blocks[2]); !errors.Is(err, ledger.ErrHeight) {
		t.Fatalf("gap: %v", err)
	}
	if err := l.Append(ctx, s.blocks[0]); !errors.Is(err, ledger.ErrHeight) {
		t.Fatalf("again: %v", err)
	}
	next, err := l.Stage(s.results[1].Writes())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(ctx, s.results[1], next); !errors.Is(err, ledger.ErrHeight) {
		t.Fatalf("commit before append: %v", err)
	}
	if err := l.Append(ctx, s.blocks[1]); err != nil {
		t.Fatal(err)
	}
	wrong := *s.results[1]
	wrong.StateRoot[0] ^= 1
	if err := l.Commit(ctx, &wrong, next); !errors.Is(err, segment.ErrResults) {
		t.Fatalf("wrong root: %v", err)
	}
	if err := l.Commit(ctx, s.results[1], next); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(ctx, s.blocks[2]); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(ctx, s.results[1], next); !errors.Is(err, segment.ErrStaged) {
		t.Fatalf("staged twice: %v", err)
	}
	s.run(t, l, 5)
	inspect(t, l)
}

func TestStateOutsideTheWindowIsPruned(t *testing.T) {
	s := newScript(t, 14, 50)
	options := s.options()
	options.RetainState = 8
	l := open(t, vfs.NewMem(), options)
	s.run(t, l, 50)
	if status := l.Status(); status.OldestState != 42 {
		t.Fatalf("status %+v", status)
	}
	for h := range 42 {
		if _, err := l.View(uint64(h)); !errors.Is(err, ledger.ErrPruned) {
			t.Fatalf("view %d: %v", h, err)
		}
	}
	for h := 42; h <= 50; h++ {
		s.checkState(t, l, h)
	}
	inspect(t, l)
}

func TestPrunedLedgerKeepsHeadersAndTheRest(t *testing.T) {
	s := newScript(t, 15, 60)
	fs := vfs.NewMem()
	l := open(t, fs, s.options(), segment.WithSegmentSize(1500))
	s.run(t, l, 50)
	if err := l.(ledger.Pruner).Prune(context.Background(), 30); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		status := l.Status()
		if status.OldestState != 30 || status.OldestBody == 0 || status.OldestBody > 30 {
			t.Fatalf("status %+v", status)
		}
		if _, err := l.Body(status.OldestBody - 1); !errors.Is(err, ledger.ErrPruned) {
			t.Fatalf("body: %v", err)
		}
		for h := 30; h <= 50; h++ {
			s.checkState(t, l, h)
		}
		s.checkBlocks(t, l)
		inspect(t, l)
		for id, want := range s.last {
			if want.Height > 50 || want.Height < status.OldestBody {
				continue
			}
			if at, err := l.Locate(id, math.MaxUint64); err != nil || at != want {
				t.Fatalf("locate: %v, %v, want %v", at, err, want)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, fs, s.options(), segment.WithSegmentSize(1500))
	}
	s.run(t, l, 60)
	s.checkState(t, l, 60)
	inspect(t, l)
}

func TestRewoundLedgerTakesAnotherBranch(t *testing.T) {
	trunk := newScript(t, 16, 40)
	options := trunk.options()
	options.Directory = ""
	l := open(t, nil, options, segment.WithSegmentSize(1500))
	for round, to := range []uint64{39, 25, 24, 3, 0} {
		trunk.run(t, l, 40)
		old, err := l.View(40)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.(ledger.Rewinder).Rewind(context.Background(), to); err != nil {
			t.Fatal(err)
		}
		trunk.checkScans(t, old, trunk.states[40])
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		if status := l.Status(); status.Decided != to || status.Executed != to {
			t.Fatalf("round %d: %+v", round, status)
		}
		for h := uint64(0); h <= to; h++ {
			trunk.checkState(t, l, int(h))
		}
		trunk.checkBlocks(t, l)
		if _, err := l.HeightOf(trunk.blocks[to+1].Block.Header.Hash(hasher)); !errors.Is(err, ledger.ErrNotFound) {
			t.Fatalf("a dropped block is still found: %v", err)
		}
		inspect(t, l)
	}
}

// A view of what was rewound and the branch that comes to its height know nothing of each other.
func TestAViewOfARewoundHeightIsNotThatOfAnotherBranch(t *testing.T) {
	const to, tip = 20, 30
	trunk := newScript(t, 18, tip)
	branch := &script{delay: trunk.delay, last: maps.Clone(trunk.last)}
	branch.blocks, branch.results, branch.states = slices.Clone(trunk.blocks[:to+1]), slices.Clone(trunk.results[:to+1]), slices.Clone(trunk.states[:to+1])
	random := rand.New(rand.NewPCG(19, 1))
	for h := uint64(to + 1); h <= tip; h++ {
		branch.add(t, h, random)
	}
	options := trunk.options()
	options.Directory = ""
	l := open(t, nil, options)
	trunk.run(t, l, tip)
	old, err := l.View(tip)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := l.(ledger.Rewinder).Rewind(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	branch.run(t, l, tip)
	differ := 0
	for key := range trunk.keys() {
		value, err := old.Get(key)
		if err != nil || string(value) != trunk.states[tip][key] {
			t.Fatalf("%v: %q, %v; it was %q", key, value, err, trunk.states[tip][key])
		}
		if trunk.states[tip][key] != branch.states[tip][key] {
			differ++
		}
	}
	if differ == 0 {
		t.Fatal("the branches are alike")
	}
	branch.checkState(t, l, tip)
	inspect(t, l)
}

func TestFreshLedgerOpensAndCommitsQuickly(t *testing.T) {
	s := newScript(t, 17, 200)
	options := s.options()
	options.Directory = t.TempDir()
	start := time.Now()
	l, err := module().Open(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	opened := time.Since(start)
	start = time.Now()
	for h := 1; h <= 200; h++ {
		s.run(t, l, h)
	}
	t.Logf("open %v, append+stage+commit %v per block on disk", opened, time.Since(start)/200)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
