package binarytree_test

import (
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

// flat keeps a tree's nodes where the garbage collector finds no pointers: what it would have
// to do for a million nodes of a map is not the commitment's.
type flat struct {
	places map[[1 + chain.HashSize]byte]place
	chunks [][]byte
}

type place struct{ chunk, at, size int32 }

// nodeRoom is more than a page's bytes, chunkNodes how many share a piece of memory.
const nodeRoom, chunkNodes = 1280, 4096

func newFlat() *flat { return &flat{places: make(map[[1 + chain.HashSize]byte]place)} }

func (f *flat) Node(name []byte) ([]byte, error) {
	var key [1 + chain.HashSize]byte
	copy(key[:], name)
	p, ok := f.places[key]
	if !ok || p.size == 0 {
		return nil, nil
	}
	return f.chunks[p.chunk][p.at : p.at+p.size], nil
}

func (f *flat) apply(change ledger.Change) {
	for _, node := range change.Nodes {
		var key [1 + chain.HashSize]byte
		copy(key[:], node.Name)
		p, ok := f.places[key]
		if !ok {
			n := len(f.places)
			if n/chunkNodes == len(f.chunks) {
				f.chunks = append(f.chunks, make([]byte, nodeRoom*chunkNodes))
			}
			p = place{chunk: int32(n / chunkNodes), at: int32(n % chunkNodes * nodeRoom)} //nolint:gosec // small
		}
		p.size = int32(copy(f.chunks[p.chunk][p.at:p.at+nodeRoom], node.Value)) //nolint:gosec // small
		f.places[key] = p
	}
}

// BenchmarkUpdate changes 5,000 entries among a million (50,000 with -short), with the
// nodes in memory: what keeping the changed nodes costs is not measured. One core:
// GOMAXPROCS=1.
func BenchmarkUpdate(b *testing.B) {
	size := 1_000_000
	if testing.Short() {
		size = 50_000
	}
	tree, nodes := binarytree.New(hasher), newFlat()
	update := func(writes []chain.Write) {
		change, err := tree.Update(nodes, writes)
		if err != nil {
			b.Fatal(err)
		}
		nodes.apply(change)
	}
	for from := 0; from < size; from += 10_000 {
		var writes []chain.Write
		for n := from; n < from+10_000; n++ {
			writes = append(writes, chain.Write{Key: keyOf(n), Value: []byte("first")})
		}
		update(chain.MergeWrites(writes))
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
		nodes.apply(change)
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
