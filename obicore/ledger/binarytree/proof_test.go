package binarytree_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

func prove(tb testing.TB, nodes ledger.Nodes, m model, key chain.StateKey) ledger.Proof {
	tb.Helper()
	path, err := binarytree.New(hasher).Prove(nodes, key)
	if err != nil {
		tb.Fatal(err)
	}
	return ledger.Proof{Kind: binarytree.Kind, Key: key, Value: []byte(m[key]), Path: path}
}

func TestEveryEntryAndEveryAbsenceIsProved(t *testing.T) {
	tree, verifier := binarytree.New(hasher), binarytree.NewVerifier(hasher)
	for _, size := range []int{0, 1, 2, 3, 10, 300} {
		random := rand.New(rand.NewPCG(uint64(size), 0))
		nodes, m := newMemory(), model{}
		writes := randomWrites(random, size+1, size, 1_000_000)
		m.apply(writes)
		root := nodes.update(t, tree, writes)
		for n := range 2*size + 20 {
			proof := prove(t, nodes, m, keyOf(n))
			if err := verifier.Verify(root, proof); err != nil {
				t.Fatalf("size %d, key %d: %v", size, n, err)
			}
			opposite := proof
			if opposite.Value = nil; len(proof.Value) == 0 {
				opposite.Value = []byte("forged")
			}
			if err := verifier.Verify(root, opposite); !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("size %d, key %d: the opposite verifies: %v", size, n, err)
			}
		}
	}
}

func TestNoMutatedProofVerifies(t *testing.T) {
	tree, verifier := binarytree.New(hasher), binarytree.NewVerifier(hasher)
	nodes, m := newMemory(), model{}
	writes := randomWrites(rand.New(rand.NewPCG(3, 0)), 100, 80, 1_000_000)
	m.apply(writes)
	root := nodes.update(t, tree, writes)
	for n := range 140 {
		proof := prove(t, nodes, m, keyOf(n))
		refuse := func(what string, mutated ledger.Proof, root chain.Hash) {
			t.Helper()
			if err := verifier.Verify(root, mutated); !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("key %d: %s verifies: %v", n, what, err)
			}
		}
		for i := range proof.Path {
			for bit := range 8 {
				mutated := proof
				mutated.Path = bytes.Clone(proof.Path)
				mutated.Path[i] ^= 1 << bit
				refuse("a flipped bit", mutated, root)
			}
			mutated := proof
			mutated.Path = proof.Path[:i]
			refuse("a cut path", mutated, root)
		}
		longer := proof
		longer.Path = append(bytes.Clone(proof.Path), 0)
		refuse("a longer path", longer, root)
		other := proof
		other.Kind = "binary/2"
		refuse("another kind", other, root)
		other = proof
		other.Value = append(bytes.Clone(proof.Value), 1)
		refuse("another value", other, root)
		wrong := root
		wrong[31] ^= 1
		refuse("another root", proof, wrong)
		other = proof
		other.Key = keyOf(n + 1)
		if string(other.Value) != m[other.Key] { // an absence may prove its neighbour's too
			refuse("another key", other, root)
		}
	}
}

// FuzzProof feeds arbitrary statements to the verifier: what it accepts must be true,
// and must be encoded in the one canonical way.
func FuzzProof(f *testing.F) {
	tree, verifier := binarytree.New(hasher), binarytree.NewVerifier(hasher)
	nodes, m := newMemory(), model{}
	writes := randomWrites(rand.New(rand.NewPCG(4, 0)), 60, 50, 1_000_000)
	m.apply(writes)
	root := nodes.update(f, tree, writes)
	for n := range 70 {
		proof := prove(f, nodes, m, keyOf(n))
		f.Add(n, proof.Value, proof.Path)
	}
	f.Fuzz(func(t *testing.T, n int, value, path []byte) {
		key := keyOf(n)
		err := verifier.Verify(root, ledger.Proof{Kind: binarytree.Kind, Key: key, Value: value, Path: path})
		if err != nil {
			if !errors.Is(err, ledger.ErrProof) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if string(value) != m[key] {
			t.Fatalf("verified %q, the entry is %q", value, m[key])
		}
		if !bytes.Equal(path, prove(t, nodes, m, key).Path) {
			t.Fatalf("two encodings of one proof")
		}
	})
}
