package eventindex_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment/eventindex"
)

// fixture is a history of results with its index.
type fixture struct {
	t      testing.TB
	db     *pebble.DB
	index  *eventindex.Index
	oldest uint64

	mutex   sync.Mutex
	history []*chain.Results
	reads   int
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	db, err := pebble.Open("events", &pebble.Options{FS: vfs.NewMem(), DisableWAL: true, Logger: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, db: db, history: []*chain.Results{{}}}
	f.open()
	t.Cleanup(func() {
		f.index.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}

func (f *fixture) open() {
	f.t.Helper()
	var err error
	if f.index, err = eventindex.Open(f.db, f.oldest, f.tip(), f.read, f.t.Logf); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) tip() uint64 {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return uint64(len(f.history)) - 1
}

func (f *fixture) read(height uint64) (receipts []chain.Receipt, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if height >= uint64(len(f.history)) {
		return nil, ledger.ErrNotFound
	}
	f.reads++
	for i := range f.history[height].Transactions {
		receipts = append(receipts, f.history[height].Transactions[i].Receipt)
	}
	return receipts, nil
}

func (f *fixture) add(results *chain.Results) {
	f.mutex.Lock()
	f.history = append(f.history, results)
	height := uint64(len(f.history)) - 1
	f.mutex.Unlock()
	f.index.Executed(height, results)
}

// settle waits until everything is indexed.
func (f *fixture) settle() {
	f.t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(time.Minute); f.index.Next() <= f.tip(); <-look.C {
		if time.Now().After(end) {
			f.t.Fatalf("indexed up to %d of %d", f.index.Next(), f.tip())
		}
	}
}

func address(n uint64) chain.Address { return chain.Address{18: byte(n >> 8), 19: byte(n)} }
func topic(n uint64) chain.Hash      { return chain.Hash{30: byte(n >> 8), 31: byte(n)} }

// blockOf makes results with events of few values, so that queries meet some of them.
func blockOf(random *rand.Rand, events int) *chain.Results {
	results := &chain.Results{}
	for range events {
		log := chain.Log{Address: address(random.Uint64N(40))}
		for range random.IntN(chain.MaxTopics + 1) {
			log.Topics = append(log.Topics, topic(random.Uint64N(60)))
		}
		results.Transactions = append(results.Transactions, chain.Result{Receipt: chain.Receipt{Logs: []chain.Log{log}}})
	}
	return results
}

func queryOf(random *rand.Rand) (query ledger.EventQuery) {
	for range random.IntN(3) {
		query.Emitters = append(query.Emitters, address(random.Uint64N(44)))
	}
	for range random.IntN(chain.MaxTopics + 1) {
		var choice []chain.Hash
		for range random.IntN(3) {
			choice = append(choice, topic(random.Uint64N(64)))
		}
		query.Topics = append(query.Topics, choice)
	}
	return query
}

// compare asks the index and reads everything, which must find the same: no block that
// matches may be missing among the candidates.
func (f *fixture) compare(query ledger.EventQuery, from, to uint64) (candidates int) {
	f.t.Helper()
	var found []uint64
	next, err := f.index.Candidates(context.Background(), query, from, to, func(height uint64) bool {
		if candidates++; f.matches(&query, height) {
			found = append(found, height)
		}
		return true
	})
	if err != nil || next != to+1 {
		f.t.Fatalf("heights %d to %d: looked at up to %d: %v", from, to, next, err)
	}
	var want []uint64
	for height := from; height <= to; height++ {
		if f.matches(&query, height) {
			want = append(want, height)
		}
	}
	if !slices.Equal(found, want) {
		f.t.Fatalf("%+v in %d to %d: found %v, there are %v", query, from, to, found, want)
	}
	return candidates
}

func (f *fixture) matches(query *ledger.EventQuery, height uint64) bool {
	receipts, _ := f.read(height)
	for i := range receipts {
		if slices.ContainsFunc(receipts[i].Logs, func(log chain.Log) bool { return query.Matches(&log) }) {
			return true
		}
	}
	return false
}

func TestTheIndexFindsWhatReadingEverythingFinds(t *testing.T) {
	f, random := newFixture(t), rand.New(rand.NewPCG(1, 2))
	check := func() {
		t.Helper()
		f.settle()
		for range 200 {
			from := f.oldest + random.Uint64N(f.tip()-f.oldest+1)
			f.compare(queryOf(random), from, from+random.Uint64N(f.tip()-from+1))
		}
	}
	grow := func(blocks int) {
		for range blocks {
			f.add(blockOf(random, random.IntN(6)))
		}
	}
	grow(3 * eventindex.RunHeights / 2)
	check()
	f.index.Close()
	grow(10) // nobody tells the index, which is closed
	f.open()
	check()
	grow(eventindex.RunHeights)
	check()
	if f.oldest = eventindex.RunHeights + 100; f.index.Prune(f.oldest) != nil {
		t.Fatal("pruning fails")
	}
	check()
	f.index.Close()
	f.open()
	check()
}

func TestAnIndexThatWasSavedReadsNothingAgain(t *testing.T) {
	f, random := newFixture(t), rand.New(rand.NewPCG(11, 12))
	check := func() {
		t.Helper()
		f.settle()
		for range 100 {
			f.compare(queryOf(random), f.oldest, f.tip())
		}
	}
	reopen := func(save bool) (reads int) {
		t.Helper()
		f.index.Close()
		if save {
			if err := f.index.Save(); err != nil {
				t.Fatal(err)
			}
		}
		f.reads = 0
		f.open()
		f.settle()
		reads = f.reads
		check()
		return reads
	}
	grow := func(blocks int) {
		for range blocks {
			f.add(blockOf(random, 3))
		}
		f.settle()
	}
	grow(700)
	if reads := reopen(true); reads != 0 {
		t.Errorf("%d heights are read again after a save", reads)
	}
	grow(20)
	if reads := reopen(false); reads != 20 {
		t.Errorf("%d heights are read again, 20 have come since the save", reads)
	}
	if f.oldest = 300; f.index.Prune(f.oldest) != nil {
		t.Fatal("pruning fails")
	}
	if reads := reopen(true); reads != 0 {
		t.Errorf("%d heights are read again after a save and a prune", reads)
	}
	grow(eventindex.RunHeights) // the run that was saved is closed
	if reads, want := reopen(false), int(f.tip())+1-eventindex.RunHeights; reads != want {
		t.Errorf("%d heights are read again, the open run has %d", reads, want)
	}
}

func TestABrokenOpenRunIsCorrupt(t *testing.T) {
	f, random := newFixture(t), rand.New(rand.NewPCG(13, 14))
	for range 5 {
		f.add(blockOf(random, 3))
	}
	f.settle()
	f.index.Close()
	if err := f.index.Save(); err != nil {
		t.Fatal(err)
	}
	saved, closer, err := f.db.Get([]byte{'O'})
	if err != nil {
		t.Fatal(err)
	}
	saved = slices.Clone(saved)
	_ = closer.Close()
	far := slices.Clone(saved)
	far[len(far)-1] = 200 // an entry above the heights of the run
	for _, broken := range [][]byte{saved[:15], saved[:len(saved)-1], far} {
		if err := f.db.Set([]byte{'O'}, broken, pebble.NoSync); err != nil {
			t.Fatal(err)
		}
		if _, err := eventindex.Open(f.db, 0, f.tip(), f.read, t.Logf); !errors.Is(err, ledger.ErrCorrupt) {
			t.Errorf("%d bytes: %v", len(broken), err)
		}
	}
}

func TestDenseBlocksCloseARunEarly(t *testing.T) {
	f, random := newFixture(t), rand.New(rand.NewPCG(3, 4))
	for height := range uint64(60) {
		results := blockOf(random, 20)
		for i := range uint64(5000) { // each with a topic of its own
			log := chain.Log{Address: address(500), Topics: []chain.Hash{topic(1), {0: byte(height), 1: byte(i >> 8), 2: byte(i)}}}
			results.Transactions = append(results.Transactions, chain.Result{Receipt: chain.Receipt{Logs: []chain.Log{log}}})
		}
		f.add(results)
	}
	f.settle()
	one := ledger.EventQuery{Topics: [][]chain.Hash{nil, {{0: 17, 1: 3, 2: 9}}}}
	if candidates := f.compare(one, 0, f.tip()); candidates != 1 {
		t.Errorf("%d candidates for an event that is there once", candidates)
	}
	f.index.Close()
	f.open()
	f.settle()
	f.compare(one, 0, f.tip())
}

func TestTheIndexGoesBackWithItsLedger(t *testing.T) {
	f, random := newFixture(t), rand.New(rand.NewPCG(5, 6))
	for range 2*eventindex.RunHeights + 50 {
		f.add(blockOf(random, 2))
	}
	f.settle()
	for _, height := range []uint64{2*eventindex.RunHeights + 20, 2*eventindex.RunHeights - 5, 100, 3} {
		f.mutex.Lock()
		f.history = f.history[:height+1]
		f.mutex.Unlock()
		if err := f.index.Rewind(height); err != nil {
			t.Fatal(err)
		}
		for range 30 { // another branch
			f.add(blockOf(random, 3))
		}
		f.settle()
		for range 100 {
			f.compare(queryOf(random), 0, f.tip())
		}
	}
}

func TestASearchStopsWhenItsAskerDoes(t *testing.T) {
	f, random := newFixture(t), rand.New(rand.NewPCG(7, 8))
	for range 100 {
		f.add(blockOf(random, 30))
	}
	f.settle()
	asked := 0
	next, err := f.index.Candidates(t.Context(), ledger.EventQuery{}, 10, 90, func(uint64) bool {
		asked++
		return asked < 5
	})
	if err != nil || asked != 5 || next != 15 {
		t.Errorf("asked %d times, looked at up to %d: %v", asked, next, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := f.index.Candidates(ended, ledger.EventQuery{}, 0, 90, func(uint64) bool { return true }); err == nil {
		t.Error("a search goes on after its context has ended")
	}
}

// BenchmarkOneTopic looks for one topic in a million blocks with a few events each.
func BenchmarkOneTopic(b *testing.B) {
	f, random := newFixture(b), rand.New(rand.NewPCG(9, 10))
	const blocks = 1_000_000
	for height := range uint64(blocks) {
		log := chain.Log{Address: address(random.Uint64N(1000)), Topics: []chain.Hash{topic(random.Uint64N(100)), {0: 1, 28: byte(height >> 16), 29: byte(height >> 8), 30: byte(height)}}}
		f.add(&chain.Results{Transactions: []chain.Result{{Receipt: chain.Receipt{Logs: []chain.Log{log}}}}})
	}
	f.settle()
	b.ResetTimer()
	for i := range uint64(b.N) {
		height := i * 7919 % blocks
		query := ledger.EventQuery{Topics: [][]chain.Hash{nil, {{0: 1, 28: byte(height >> 16), 29: byte(height >> 8), 30: byte(height)}}}}
		if _, err := f.index.Candidates(b.Context(), query, 0, blocks, func(uint64) bool { return true }); err != nil {
			b.Fatal(err)
		}
	}
}
