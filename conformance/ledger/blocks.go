package ledger

import (
	"context"
	"errors"
	"math"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

type opener = func(ctx context.Context, options ledger.Options) (ledger.Ledger, error)

func (b bench) blockRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "genesis-is-height-zero", Statement: "A new ledger stands at height 0 with the block and the state of genesis.", Check: b.genesisIsHeightZero},
		{Name: "blocks-come-back", Statement: "Header, proof, body and results come back as they were stored, and a block is found by its hash.", Check: b.blocksComeBack},
		{Name: "append-in-order", Statement: "A block whose height does not follow the tip is refused with ErrHeight and changes nothing.", Check: b.appendInOrder},
		{Name: "commit-in-order", Statement: "Results are refused for a height without a block, for a height that has some, and for a state that was not staged for it; nothing changes.", Check: b.commitInOrder},
		{Name: "results-lead-to-the-root", Statement: "Results with another state root than the staged state's are refused.", Check: b.resultsLeadToTheRoot},
		{Name: "locate-last-inclusion", Statement: "A transaction that was included more than once is located where it was included last.", Check: b.locateLastInclusion},
		{Name: "locate-below-a-height", Statement: "Below a height a transaction is located where it was included last below it.", Check: b.locateBelowAHeight},
		{Name: "unknown-is-not-found", Statement: "What is beyond the tip, or was never stored, is ErrNotFound.", Check: b.unknownIsNotFound},
	}
}

func (b bench) genesisIsHeightZero(t conformance.T) {
	g := b.grow(t, 1, t.TempDir())
	if status := g.Status(); status != (ledger.Status{}) {
		t.Fatalf("a new ledger has status %+v", status)
	}
	g.checkAll()
}

func (b bench) blocksComeBack(t conformance.T) {
	g := b.grow(t, 2, t.TempDir())
	g.run(20)
	for height := range g.tip() + 1 {
		g.checkBlock(height, true, true)
	}
}

func (b bench) appendInOrder(t conformance.T) {
	g := b.grow(t, 3, t.TempDir())
	g.run(3)
	decided, _, _ := g.next(nil, nil)
	for _, height := range []uint64{0, 2, 3, 5, 100, ^uint64(0)} {
		header := *decided.Block.Header
		header.Height = height
		wrong := ledger.Decided{Block: &chain.Block{Header: &header}, Proof: decided.Proof}
		if err := g.Append(t.Context(), wrong); !errors.Is(err, ledger.ErrHeight) {
			t.Fatalf("block %d after tip 3: %v", height, err)
		}
	}
	g.checkAll()
	g.run(2)
	g.checkAll()
}

func (b bench) commitInOrder(t conformance.T) {
	g := b.grow(t, 4, t.TempDir())
	g.run(3)
	decided, results, staged := g.next(g.randomWrites(5), nil)
	if err := g.Commit(t.Context(), results, staged); !errors.Is(err, ledger.ErrHeight) {
		t.Fatalf("results of height 4 without its block: %v", err)
	}
	g.checkAll()
	g.must(g.Append(t.Context(), decided), "append")
	g.must(g.Commit(t.Context(), results, staged), "commit")
	g.note(decided, results)
	if err := g.Commit(t.Context(), results, staged); err == nil {
		t.Fatalf("results of height 4 were taken twice")
	}
	decided, _, _ = g.next(nil, nil)
	g.must(g.Append(t.Context(), decided), "append")
	if err := g.Commit(t.Context(), results, staged); err == nil {
		t.Fatalf("the state staged for height 4 was committed at height 5")
	}
	g.checkStatus(5, 4)
	g.checkState(4)
}

func (b bench) resultsLeadToTheRoot(t conformance.T) {
	g := b.grow(t, 5, t.TempDir())
	g.run(2)
	decided, results, staged := g.next(g.randomWrites(6), nil)
	g.must(g.Append(t.Context(), decided), "append")
	wrong := *results
	wrong.StateRoot[7] ^= 1
	if err := g.Commit(t.Context(), &wrong, staged); err == nil {
		t.Fatalf("results with a state root that is not the staged one were taken")
	}
	g.checkStatus(3, 2)
	g.must(g.Commit(t.Context(), results, staged), "commit")
	g.note(decided, results)
	g.checkAll()
}

func (b bench) locateLastInclusion(t conformance.T) {
	g := b.grow(t, 6, t.TempDir())
	id := b.Hasher.Sum([]byte("included often"))
	for n := range 5 {
		ids := append(g.randomIDs(), id)
		g.step(g.randomWrites(2), ids)
		g.run(n)
		g.checkPlaces(0)
	}
	g.reopen()
	g.checkPlaces(0)
}

func (b bench) locateBelowAHeight(t conformance.T) {
	g := b.grow(t, 7, t.TempDir())
	id := b.Hasher.Sum([]byte("included three times"))
	var heights []uint64
	for n := range 3 {
		g.step(g.randomWrites(2), append(g.randomIDs(), id))
		heights = append(heights, g.tip())
		g.run(n)
	}
	g.reopen()
	for below := uint64(0); below <= g.tip()+1; below++ {
		want := uint64(0)
		for _, height := range heights {
			if height < below {
				want = height
			}
		}
		at, err := g.Locate(id, below)
		if want == 0 && !errors.Is(err, ledger.ErrNotFound) || want > 0 && (err != nil || at.Height != want) {
			t.Fatalf("below height %d the transaction is at %+v (%v), it was included at %v", below, at, err, heights)
		}
	}
}

func (b bench) unknownIsNotFound(t conformance.T) {
	g := b.grow(t, 7, t.TempDir())
	g.run(3)
	decided, _, _ := g.next(nil, nil)
	g.must(g.Append(t.Context(), decided), "append")
	missing := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, ledger.ErrNotFound) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for _, height := range []uint64{5, 6, ^uint64(0)} {
		missing("header beyond the tip", second(g.Header(height)))
		missing("proof beyond the tip", second(g.Proof(height)))
		missing("body beyond the tip", second(g.Body(height)))
		missing("state beyond the tip", second(g.View(height)))
	}
	missing("results of a block that is not executed", second(g.Results(4)))
	missing("state of a block that is not executed", second(g.View(4)))
	missing("proof of an entry of a block that is not executed", second(g.Prove(4, g.randomKey())))
	missing("height of an unknown block", second(g.HeightOf(b.Hasher.Sum([]byte("unknown")))))
	missing("place of an unknown transaction", second(g.Locate(b.Hasher.Sum([]byte("unknown")), math.MaxUint64)))
}

func second[V any](_ V, err error) error { return err }
