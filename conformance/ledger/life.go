package ledger

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (b bench) lifeRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "append-survives-reopening", Statement: "Blocks that were appended and not committed are there after closing and opening, and can then be executed.", Check: b.appendSurvivesReopening},
		{Name: "reopened-is-equal", Statement: "A ledger that is closed and opened again answers everything as before.", Check: b.reopenedIsEqual},
		{Name: "other-chain-is-refused", Statement: "A directory of another chain, or of this one with another genesis, is ErrMismatch and is left as it was.", Check: b.otherChainIsRefused},
		{Name: "window-is-kept", Statement: "With a retention window every height inside it can be read and proved; below, a height is read rightly or is ErrPruned.", Check: b.windowIsKept},
		{Name: "closed-says-so", Statement: "After Close every call is ErrClosed.", Check: b.closedSaysSo},
		{Name: "readers-beside-a-writer", Statement: "Any number of readers work beside one writer, and read what is there.", Check: b.readersBesideAWriter},
		{Name: "power-cut", Statement: "After a power cut at any sync everything acknowledged is there, and the ledger stands at an acknowledged point or one just after it.", Check: b.powerCut},
	}
}

func withWindow(heights uint64) func(*ledger.Options) {
	return func(o *ledger.Options) { o.RetainState = heights }
}

func (b bench) appendSurvivesReopening(t conformance.T) {
	g := b.grow(t, 60, t.TempDir())
	g.run(4)
	type waiting struct {
		decided ledger.Decided
		results *chain.Results
	}
	var queue []waiting
	shadow := b.grow(t, 60, "") // computes the roots ahead
	shadow.run(4)
	for range 3 {
		decided, results, staged := shadow.next(shadow.randomWrites(5), shadow.randomIDs())
		shadow.must(shadow.Append(t.Context(), decided), "append")
		shadow.must(shadow.Commit(t.Context(), results, staged), "commit")
		shadow.note(decided, results)
		g.must(g.Append(t.Context(), decided), "append")
		queue = append(queue, waiting{decided, results})
	}
	g.reopen()
	g.checkStatus(7, 4)
	for _, w := range queue {
		staged, err := g.Stage(w.results.Writes())
		g.must(err, "stage")
		g.must(g.Commit(t.Context(), w.results, staged), "commit")
		g.note(w.decided, w.results)
	}
	g.checkAll()
}

func (b bench) reopenedIsEqual(t conformance.T) {
	g := b.grow(t, 61, t.TempDir())
	for range 4 {
		g.run(7)
		g.reopen()
		g.checkAll()
	}
}

func (b bench) otherChainIsRefused(t conformance.T) {
	g := b.grow(t, 62, t.TempDir())
	g.run(3)
	g.close()
	foreign := b.plan(t, 63, g.options.Directory, func(o *ledger.Options) { o.Identity[3] ^= 1 })
	for what, options := range map[string]ledger.Options{
		"another chain":   foreign.options,
		"another genesis": b.plan(t, 64, g.options.Directory).options,
	} {
		l, err := b.Open(t.Context(), options)
		if err == nil {
			_ = l.Close()
		}
		if !errors.Is(err, ledger.ErrMismatch) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	g.openWith(b.Open)
	g.checkAll()
}

func (b bench) windowIsKept(t conformance.T) {
	const window = 6
	g := b.grow(t, 65, t.TempDir(), withWindow(window))
	for range 3 {
		g.run(12)
		oldest := g.Status().OldestState
		if oldest > g.tip()-window {
			t.Fatalf("the window of %d heights below %d starts at %d", window, g.tip(), oldest)
		}
		for height := range g.tip() + 1 {
			if height < oldest {
				if err := second(g.View(height)); !errors.Is(err, ledger.ErrPruned) {
					t.Fatalf("state of height %d below the oldest, %d: %v", height, oldest, err)
				}
				continue
			}
			g.checkState(height)
			g.checkProof(height, g.randomKey())
		}
		g.reopen()
	}
}

func (b bench) closedSaysSo(t conformance.T) {
	g := b.grow(t, 66, t.TempDir())
	g.run(2)
	decided, results, staged := g.next(nil, nil)
	v := g.view(1)
	g.close()
	ctx := t.Context()
	for what, err := range map[string]error{
		"append": g.Append(ctx, decided), "commit": g.Commit(ctx, results, staged), "close": g.Close(),
		"header": second(g.Header(0)), "proof": second(g.Proof(0)), "body": second(g.Body(0)), "results": second(g.Results(0)),
		"height of": second(g.HeightOf(chain.Hash{})), "locate": second(g.Locate(chain.Hash{}, math.MaxUint64)), "view": second(g.View(0)),
		"stage": second(g.Stage(nil)), "prove": second(g.Prove(0, chain.StateKey{})), "get": second(v.Get(chain.StateKey{})),
	} {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Fatalf("%s after close: %v", what, err)
		}
	}
}

func (b bench) readersBesideAWriter(t conformance.T) {
	g := b.grow(t, 67, t.TempDir())
	g.run(30)
	keys, last := g.keys(), g.tip()
	var done atomic.Bool
	var readers sync.WaitGroup
	for reader := range 4 {
		readers.Go(func() {
			for n := reader; !done.Load() || n < 200; n++ {
				height := uint64(n) % (last + 1)
				if header, err := g.Header(height); err != nil || header.Height != height {
					t.Errorf("header %d: %v", height, err)
					return
				}
				if results, err := g.Results(height); err != nil || results.StateRoot != g.results[height].StateRoot {
					t.Errorf("results %d: %v", height, err)
					return
				}
				key := keys[n%len(keys)]
				proof, err := g.Prove(height, key)
				if err != nil || string(proof.Value) != g.states[height][key] {
					t.Errorf("height %d: %s is proved to be %q: %v", height, describe(key), proof.Value, err)
					return
				}
			}
		})
	}
	// The model of the first heights is not changed: the writer has one of its own.
	writer := *g
	writer.run(40)
	done.Store(true)
	readers.Wait()
}
