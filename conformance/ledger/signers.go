package ledger

import (
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (b bench) signersComeBack(t conformance.T) {
	g := b.grow(t, 94, t.TempDir())
	if _, can := g.Ledger.(ledger.SignerKeeper); !can {
		t.Skipf("the ledger is no SignerKeeper")
	}
	var appended [][][]byte
	appended = append(appended, nil)
	for n := range 12 {
		ids := append(g.randomIDs(), chain.Hash{byte(n), 94})
		decided, results, staged := g.next(g.randomWrites(3), ids)
		if decided.Signers = g.randomSigners(len(ids)); n%4 == 3 {
			decided.Signers = nil
		}
		wrong := decided
		wrong.Signers = g.randomSigners(len(ids) + 1)
		if err := g.Append(t.Context(), wrong); !errors.Is(err, chain.ErrMalformed) {
			t.Fatalf("%d signers of %d transactions: %v", len(wrong.Signers), len(ids), err)
		}
		g.must(g.Append(t.Context(), decided), "append")
		g.must(g.Commit(t.Context(), results, staged), "commit")
		g.note(decided, results)
		appended = append(appended, decided.Signers)
	}
	g.checkSigners(appended)
	g.reopen()
	g.checkSigners(appended)
	if pruner, can := g.Ledger.(ledger.Pruner); can {
		g.must(pruner.Prune(t.Context(), 8), "prune")
		g.checkSigners(appended)
	}
}

func (g *grown) randomSigners(count int) [][]byte {
	signers := make([][]byte, count)
	for i := range signers {
		signers[i] = make([]byte, g.random.IntN(50))
		for j := range signers[i] {
			signers[i][j] = byte(g.random.UintN(256))
		}
	}
	return signers
}

func (g *grown) checkSigners(appended [][][]byte) {
	g.t.Helper()
	keeper := g.Ledger.(ledger.SignerKeeper)
	oldest := g.Status().OldestBody
	for height, want := range appended {
		got, err := keeper.Signers(uint64(height))
		switch {
		case uint64(height) < oldest:
			if !errors.Is(err, ledger.ErrPruned) {
				g.t.Fatalf("signers of height %d, the oldest body is %d: %v", height, oldest, err)
			}
		case err != nil:
			g.t.Fatalf("signers of height %d: %v", height, err)
		case (got == nil) != (want == nil) || !slices.EqualFunc(got, want, slices.Equal):
			g.t.Fatalf("signers of height %d: %x, appended with %x", height, got, want)
		}
	}
	if err := second(keeper.Signers(uint64(len(appended)))); !errors.Is(err, ledger.ErrNotFound) {
		g.t.Fatalf("signers beyond the tip: %v", err)
	}
}
