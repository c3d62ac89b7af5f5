package binarytree_test

import (
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

// BenchmarkUpdate changes 5,000 entries among a million (50,000 with -short), with the
// nodes in memory: what keeping the changed nodes costs is not measured. One core:
// GOMAXPROCS=1.
func BenchmarkUpdate(b *testing.B) {
	size := 1_000_000
	if testing.Short() {
		size = 50_000
	}
	tree, nodes := binarytree.New(hasher), newMemory()
	for from := 0; from < size; from += 10_000 {
		var writes []chain.Write
		for n := from; n < from+10_000; n++ {
			writes = append(writes, chain.Write{Key: keyOf(n), Value: []byte("first")})
		}
		nodes.update(b, tree, chain.MergeWrites(writes))
	}
	random := rand.New(rand.NewPCG(1, 0))
	for b.Loop() {
		b.StopTimer()
		writes := randomWrites(random, size, 5_000, 1_000_000)
		b.StartTimer()
		change, err := tree.Update(nodes, writes)
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		nodes.apply(b, change)
		b.StartTimer()
	}
	b.ReportMetric(5_000*float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

// BenchmarkVerify checks one inclusion proof among 10,000 entries.
func BenchmarkVerify(b *testing.B) {
	tree, verifier := binarytree.New(hasher), binarytree.NewVerifier(hasher)
	nodes, m := newMemory(), model{}
	writes := randomWrites(rand.New(rand.NewPCG(1, 0)), 10_000, 10_000, 1_000_000)
	m.apply(writes)
	root := nodes.update(b, tree, writes)
	proof := prove(b, nodes, m, writes[0].Key)
	for b.Loop() {
		if err := verifier.Verify(root, proof); err != nil {
			b.Fatal(err)
		}
	}
}
