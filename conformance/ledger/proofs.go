package ledger

import (
	"bytes"
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func (b bench) proofRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "inclusion-verifies", Statement: "Every entry is proved by a proof that verifies under the state root of its height alone.", Check: b.inclusionVerifies},
		{Name: "exclusion-verifies", Statement: "The absence of every other key is proved in the same way.", Check: b.exclusionVerifies},
		{Name: "forged-proof-fails", Statement: "A proof does not verify for another value, key, root or kind, nor after any change to its path.", Check: b.forgedProofFails},
	}
}

// checkProof proves one key at a height and compares the claim with the model.
func (g *grown) checkProof(height uint64, key chain.StateKey) ledger.Proof {
	g.t.Helper()
	proof, err := g.Prove(height, key)
	if err != nil {
		g.t.Fatalf("height %d: prove %s: %v", height, describe(key), err)
	}
	want := g.states[height][key]
	if proof.Key != key || string(proof.Value) != want || proof.Kind != g.bench.Tree.Kind() {
		g.t.Fatalf("height %d: asked about %s, which is %q, the proof of kind %q says %s is %q",
			height, describe(key), want, proof.Kind, describe(proof.Key), proof.Value)
	}
	if err := g.bench.Tree.Verify(g.results[height].StateRoot, proof); err != nil {
		g.t.Fatalf("height %d: proof of %s = %q: %v", height, describe(key), want, err)
	}
	return proof
}

func (b bench) inclusionVerifies(t conformance.T) {
	g := b.grow(t, 40, t.TempDir())
	for range 6 {
		g.run(3)
		for key := range g.states[g.tip()] {
			g.checkProof(g.tip(), key)
		}
	}
}

func (b bench) exclusionVerifies(t conformance.T) {
	g := b.grow(t, 41, t.TempDir())
	g.run(12)
	absent := 0
	for _, key := range g.keys() {
		if _, present := g.states[g.tip()][key]; !present {
			g.checkProof(g.tip(), key)
			absent++
		}
	}
	if absent < 10 {
		t.Fatalf("only %d absent keys were tried", absent)
	}
}

func (b bench) forgedProofFails(t conformance.T) {
	g := b.grow(t, 42, t.TempDir())
	g.run(10)
	root := g.results[g.tip()].StateRoot
	for n, key := range g.keys() {
		if n%5 != 0 {
			continue
		}
		proof := g.checkProof(g.tip(), key)
		refuse := func(what string, root chain.Hash, change func(*ledger.Proof)) {
			t.Helper()
			forged := proof
			change(&forged)
			if err := b.Tree.Verify(root, forged); !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("%s = %q: the proof verifies with %s: %v", describe(key), proof.Value, what, err)
			}
		}
		refuse("another value", root, func(p *ledger.Proof) { p.Value = append(bytes.Clone(p.Value), 'x') })
		if len(proof.Value) > 0 {
			refuse("no value", root, func(p *ledger.Proof) { p.Value = nil })
			refuse("another key", root, func(p *ledger.Proof) { p.Key.Subkey += "x" })
		}
		refuse("another kind", root, func(p *ledger.Proof) { p.Kind += "x" })
		refuse("no path", root, func(p *ledger.Proof) { p.Path = nil })
		refuse("a longer path", root, func(p *ledger.Proof) { p.Path = append(bytes.Clone(p.Path), 0) })
		wrong := root
		wrong[n%chain.HashSize] ^= 1
		refuse("another root", wrong, func(*ledger.Proof) {})
		for i := range proof.Path {
			refuse("a changed path", root, func(p *ledger.Proof) {
				p.Path = bytes.Clone(p.Path)
				p.Path[i] ^= 1 << (i % 8)
			})
			refuse("a cut path", root, func(p *ledger.Proof) { p.Path = p.Path[:i] })
		}
	}
}
