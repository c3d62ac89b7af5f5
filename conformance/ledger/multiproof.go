package ledger

import (
	"bytes"
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (b bench) manyEntriesVerify(t conformance.T) {
	g := b.grow(t, 93, t.TempDir())
	prover, can := g.Ledger.(ledger.MultiProver)
	verifier, checks := b.Tree.(ledger.MultiVerifier)
	if !can || !checks {
		t.Skipf("the ledger is no MultiProver, or its commitment no MultiVerifier")
	}
	g.run(8)
	for _, height := range []uint64{0, 3, g.tip()} {
		for _, count := range []int{1, 2, 30} {
			proof := g.checkMany(prover, verifier, height, count)
			b.refuseMany(t, verifier, g.results[height].StateRoot, proof)
		}
	}
	if err := second(prover.ProveMany(g.tip()+1, []chain.StateKey{g.randomKey()})); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("entries of a block that is not executed: %v", err)
	}
}

// checkMany proves random keys at a height and compares the claim with the model.
func (g *grown) checkMany(prover ledger.MultiProver, verifier ledger.MultiVerifier, height uint64, count int) ledger.MultiProof {
	g.t.Helper()
	keys := g.proofKeys(count)
	proof, err := prover.ProveMany(height, keys)
	if err != nil {
		g.t.Fatalf("height %d: prove %d keys: %v", height, len(keys), err)
	}
	if !slices.Equal(proof.Keys(), keys) {
		g.t.Fatalf("height %d: the proof is of other keys", height)
	}
	for i, key := range keys {
		if want := g.states[height][key]; string(proof.Entries[i].Value) != want {
			g.t.Fatalf("height %d: %s is %q, the proof says %q", height, describe(key), want, proof.Entries[i].Value)
		}
	}
	if err := verifier.VerifyMany(g.results[height].StateRoot, proof); err != nil {
		g.t.Fatalf("height %d: proof of %d keys: %v", height, len(keys), err)
	}
	return proof
}

// proofKeys returns random keys that a state can have, in ascending order.
func (g *grown) proofKeys(count int) []chain.StateKey {
	all := g.keys()
	g.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	keys := all[:min(count, len(all))]
	slices.SortFunc(keys, chain.StateKey.Compare)
	return slices.Compact(keys)
}

func (b bench) refuseMany(t conformance.T, verifier ledger.MultiVerifier, root chain.Hash, proof ledger.MultiProof) {
	t.Helper()
	refuse := func(what string, change func(*ledger.MultiProof)) {
		t.Helper()
		forged := proof
		forged.Entries = slices.Clone(proof.Entries)
		change(&forged)
		if err := verifier.VerifyMany(root, forged); !errors.Is(err, ledger.ErrProof) {
			t.Fatalf("the proof of %d keys verifies with %s: %v", len(proof.Entries), what, err)
		}
	}
	refuse("another kind", func(p *ledger.MultiProof) { p.Kind += "x" })
	refuse("a longer path", func(p *ledger.MultiProof) { p.Path = append(bytes.Clone(p.Path), 0) })
	refuse("another value", func(p *ledger.MultiProof) { p.Entries[0].Value = append(bytes.Clone(p.Entries[0].Value), 'x') })
	for i := range proof.Path {
		refuse("a changed path", func(p *ledger.MultiProof) {
			p.Path = bytes.Clone(p.Path)
			p.Path[i] ^= 1 << (i % 8)
		})
	}
}
