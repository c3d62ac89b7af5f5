package ledger

import (
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (b bench) optionalRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "prune-keeps-the-rest", Statement: "A Pruner takes away nothing at or above the given height, and no header; what is gone is ErrPruned.", Check: b.pruneKeepsTheRest},
		{Name: "signers-come-back", Statement: "A SignerKeeper returns what a block was appended with, nil where that was nil, refuses another number than that of the transactions, and has none beyond the tip or below the oldest body.", Check: b.signersComeBack},
		{Name: "rewind-goes-back", Statement: "A Rewinder brings the ledger to an earlier height as it was, from where another branch can grow.", Check: b.rewindGoesBack},
		{Name: "many-entries-verify", Statement: "A MultiProver proves many entries, present and absent, by one path that verifies under the state root of any kept height and not after a change.", Check: b.manyEntriesVerify},
		{Name: "compaction-changes-nothing", Statement: "A Maintainer that compacts changes no answer, ends with progress 1, and counts the entries of the latest state.", Check: b.compactionChangesNothing},
		{Name: "inspect-is-clean", Statement: "An Inspector finds no fault in a ledger that has none, and ends with progress 1.", Check: b.inspectIsClean},
		{Name: "candidates-miss-nothing", Statement: "An EventIndexer leaves out no block with an event that a query selects, whatever is pruned or opened again.", Check: b.candidatesMissNothing},
	}
}

func (b bench) pruneKeepsTheRest(t conformance.T) {
	g := b.grow(t, 90, t.TempDir())
	for round := range 2 {
		pruner, can := g.Ledger.(ledger.Pruner)
		if !can {
			t.Skipf("the ledger is no Pruner")
		}
		g.run(20)
		below := g.tip() - 8
		if err := pruner.Prune(t.Context(), below); err != nil {
			t.Fatalf("prune below %d: %v", below, err)
		}
		if err := pruner.Prune(t.Context(), g.tip()+1); err == nil {
			t.Fatalf("pruning the last state was accepted")
		}
		status := g.Status()
		if status.OldestBody > below || status.OldestState > below {
			t.Fatalf("round %d: pruned below %d, the status says %+v", round, below, status)
		}
		g.checkAll()
		for height := range status.OldestBody {
			if err := second(g.Body(height)); !errors.Is(err, ledger.ErrPruned) {
				t.Fatalf("body %d below the oldest, %d: %v", height, status.OldestBody, err)
			}
		}
		for height := range status.OldestState {
			if err := second(g.View(height)); !errors.Is(err, ledger.ErrPruned) {
				t.Fatalf("state %d below the oldest, %d: %v", height, status.OldestState, err)
			}
		}
		g.reopen()
		g.checkAll()
	}
}

func (b bench) rewindGoesBack(t conformance.T) {
	g := b.grow(t, 91, "")
	rewinder, can := g.Ledger.(ledger.Rewinder)
	if !can {
		t.Skipf("a ledger in memory is no Rewinder")
	}
	for _, to := range []uint64{19, 12, 11, 1, 0} {
		g.run(20 - int(g.tip()))
		dropped := g.blocks[to+1].Block.Header.Hash(b.Hasher)
		if err := rewinder.Rewind(t.Context(), to); err != nil {
			t.Fatalf("rewind to %d: %v", to, err)
		}
		g.rewind(to)
		g.checkAll()
		if err := second(g.HeightOf(dropped)); !errors.Is(err, ledger.ErrNotFound) {
			t.Fatalf("block %d is still found after rewinding to %d: %v", to+1, to, err)
		}
		if err := rewinder.Rewind(t.Context(), to+1); err == nil {
			t.Fatalf("rewound forward")
		}
	}
}

// rewind takes the model back.
func (g *grown) rewind(to uint64) {
	g.blocks, g.results, g.states = g.blocks[:to+1], g.results[:to+1], g.states[:to+1]
	clear(g.places)
	for height, decided := range g.blocks {
		for i, id := range decided.IDs {
			g.places[id] = ledger.Location{Height: uint64(height), Index: uint32(i)}
		}
	}
}

func (b bench) compactionChangesNothing(t conformance.T) {
	g := b.grow(t, 93, t.TempDir())
	for range 2 {
		maintainer, can := g.Ledger.(ledger.Maintainer)
		if !can {
			t.Skipf("the ledger is no Maintainer")
		}
		g.run(20)
		var last float64
		if err := maintainer.Compact(t.Context(), func(share float64) { last = share }); err != nil || last != 1 {
			t.Fatalf("compacting ended with progress %v: %v", last, err)
		}
		usage, err := maintainer.Usage(t.Context())
		if want := uint64(len(g.states[g.tip()])); err != nil || usage.Entries != want {
			t.Fatalf("%d entries, there are %d: %v", usage.Entries, want, err)
		}
		g.checkAll()
		g.reopen()
		g.checkAll()
	}
}

func (b bench) inspectIsClean(t conformance.T) {
	g := b.grow(t, 92, t.TempDir())
	g.run(15)
	for range 2 {
		inspector, can := g.Ledger.(ledger.Inspector)
		if !can {
			t.Skipf("the ledger is no Inspector")
		}
		var last float64
		err := inspector.Inspect(t.Context(), func(fault ledger.Fault) {
			t.Errorf("height %d, %s: %v", fault.Height, fault.Place, fault.Err)
		}, func(share float64) {
			if share < last || share > 1 {
				t.Errorf("progress went from %v to %v", last, share)
			}
			last = share
		})
		if err != nil || last != 1 {
			t.Fatalf("inspection ended with progress %v: %v", last, err)
		}
		g.reopen()
	}
}
