package segment_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// Readers, an appender, a committer and a pruner work side by side; what readers see
// is always the model's.
func TestReadersBesideTheWritersSeeTheModel(t *testing.T) {
	const heights = 120
	s := newScript(t, 400, heights)
	options := s.options()
	options.RetainState = 30
	l := open(t, vfs.NewMem(), options, segment.WithSegmentSize(2500))
	var writers, readers sync.WaitGroup
	appended := make(chan int, 4)
	writers.Go(func() {
		defer close(appended)
		for h := 1; h <= heights; h++ {
			if err := l.Append(context.Background(), s.blocks[h]); err != nil {
				t.Errorf("append %d: %v", h, err)
				return
			}
			appended <- h
		}
	})
	writers.Go(func() {
		for h := range appended {
			if err := s.commit(l, h); err != nil {
				t.Errorf("commit %d: %v", h, err)
			}
			if h%20 == 0 {
				if err := l.(ledger.Pruner).Prune(context.Background(), uint64(h-15)); err != nil {
					t.Errorf("prune: %v", err)
				}
			}
		}
	})
	done := make(chan struct{})
	for reader := range uint64(3) {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(reader, 9))
			for {
				s.readSomething(t, l, random)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	inspect(t, l)
}

// gone accepts what a pruner may have taken away meanwhile.
func gone(err error) bool { return errors.Is(err, ledger.ErrPruned) }

func (s *script) readSomething(t *testing.T, l ledger.Ledger, random *rand.Rand) {
	status := l.Status()
	h := status.OldestState + random.Uint64N(status.Executed-status.OldestState+1)
	if header, err := l.Header(h); err != nil || header.Hash(hasher) != s.blocks[h].Block.Header.Hash(hasher) {
		t.Errorf("header %d: %v", h, err)
	}
	if results, err := l.Results(h); err != nil && !gone(err) || err == nil && results.StateRoot != s.results[h].StateRoot {
		t.Errorf("results %d: %v", h, err)
	}
	if body, err := l.Body(h); err != nil && !gone(err) || err == nil && len(body.Entries()) != len(s.blocks[h].IDs) {
		t.Errorf("body %d: %v", h, err)
	}
	key := randomKey(random)
	proof, err := l.Prove(h, key)
	if err != nil && !gone(err) || err == nil && string(proof.Value) != s.states[h][key] {
		t.Errorf("prove at %d: %v", h, err)
	}
	v, err := l.View(h)
	if err != nil {
		if !gone(err) {
			t.Errorf("view %d: %v", h, err)
		}
		return
	}
	defer v.Close()
	for range 10 {
		key := randomKey(random)
		if value, err := v.Get(key); err != nil || string(value) != s.states[h][key] {
			t.Errorf("height %d, %v: %q, %v", h, key, value, err)
		}
		count := 0
		for other := range s.states[h] {
			if other.Owner == key.Owner && other.Space == key.Space {
				count++
			}
		}
		err := v.Scan(key.Owner, key.Space, "", func(string, []byte) bool { count--; return true })
		if err != nil || count != 0 {
			t.Errorf("height %d: scan is off by %d: %v", h, count, err)
		}
	}
}

func TestClosedLedgerSaysSoEverywhere(t *testing.T) {
	s := newScript(t, 401, 2)
	l := open(t, vfs.NewMem(), s.options())
	s.run(t, l, 1)
	v, err := l.View(1)
	if err != nil {
		t.Fatal(err)
	}
	next, err := l.Stage(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for what, err := range map[string]error{
		"append":  l.Append(ctx, s.blocks[2]),
		"commit":  l.Commit(ctx, s.results[2], next),
		"prune":   l.(ledger.Pruner).Prune(ctx, 1),
		"inspect": l.(ledger.Inspector).Inspect(ctx, nil, nil),
		"close":   l.Close(),
		"scan":    v.Scan(chain.Address{}, 0, "", nil),
		"header":  second(l.Header(0)),
		"body":    second(l.Body(0)),
		"view":    second(l.View(0)),
		"stage":   second(l.Stage(nil)),
		"locate":  second(l.Locate(chain.Hash{}, math.MaxUint64)),
		"get":     second(v.Get(chain.StateKey{})),
	} {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[V any](_ V, err error) error { return err }

// A view shows one height, however often an entry is read while others write it.
func TestViewsKeepTheirHeightBesideCommits(t *testing.T) {
	s := newScript(t, 601, 60)
	l := open(t, vfs.NewMem(), s.options())
	s.run(t, l, 1)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				height := int(l.Status().Executed)
				v, err := l.View(uint64(height))
				if err != nil {
					t.Error(err)
					return
				}
				for range 3 {
					for key, want := range s.states[height] {
						if value, err := v.Get(key); err != nil || string(value) != string(want) {
							t.Errorf("height %d, %v: %x, %v; want %x", height, key, value, err, want)
						}
					}
				}
				if err := v.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	s.run(t, l, 60)
	close(stop)
	readers.Wait()
}
