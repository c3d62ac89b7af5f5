package binarytree_test

import (
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/internal/hugepages"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
)

// flat keeps a tree's nodes where the garbage collector finds no pointers and the processor few
// pages of memory: what that would cost for a million nodes is not the commitment's.
type flat struct {
	places map[nodeKey]place
	chunks [][]byte
	used   int // of the last chunk
}

// nodeKey is a node's name, which is short in a tree of random paths.
type nodeKey [16]byte

type place struct {
	chunk, at  int32
	size, room int32
}

// chunkSize is the size of a piece of memory, roomStep what the room of a node grows by.
const chunkSize, roomStep = 16 << 20, 128

func newFlat() *flat { return &flat{places: make(map[nodeKey]place)} }

func keyOfNode(name []byte) (key nodeKey) {
	if copy(key[:], name) < len(name) {
		panic("a name that is too long")
	}
	return key
}

func (f *flat) Node(name []byte) ([]byte, error) {
	p := f.places[keyOfNode(name)]
	if p.size == 0 {
		return nil, nil
	}
	return f.chunks[p.chunk][p.at : p.at+p.size], nil
}

func (f *flat) apply(change ledger.Change) {
	for _, node := range change.Nodes {
		key := keyOfNode(node.Name)
		p := f.places[key]
		if len(node.Value) > int(p.room) {
			p = f.allocate(len(node.Value))
		}
		p.size = int32(copy(f.chunks[p.chunk][p.at:], node.Value)) //nolint:gosec // small
		f.places[key] = p
	}
}

func (f *flat) allocate(size int) place {
	room := (size + roomStep - 1) / roomStep * roomStep
	if len(f.chunks) == 0 || f.used+room > chunkSize {
		f.chunks, f.used = append(f.chunks, make([]byte, chunkSize)), 0
	}
	p := place{chunk: int32(len(f.chunks) - 1), at: int32(f.used), room: int32(room)} //nolint:gosec // small
	f.used += room
	return p
}

// blocksBefore are updated before the clock starts: until the heap has had its size once, a
// third of the time went into memory that was touched for the first time.
const blocksBefore = 200

// BenchmarkUpdate changes 5,000 entries among a million (50,000 with -short), with the
// nodes in memory, which is a node's, in huge pages where the kernel gives them: what keeping
// the changed nodes costs is not measured. One core: GOMAXPROCS=1.
func BenchmarkUpdate(b *testing.B) {
	size := 1_000_000
	if testing.Short() {
		size = 50_000
	}
	hugepages.Advise()
	tree, nodes := binarytree.New(standard.New()), newFlat()
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
	for range blocksBefore {
		update(randomWrites(random, size, 5_000, 1_000_000))
	}
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

// BenchmarkInner hashes one inner node: some ten of them for each changed entry bound an update.
func BenchmarkInner(b *testing.B) {
	node, hasher := make([]byte, 1+2*chain.HashSize), chain.Serial(standard.New())
	for b.Loop() {
		hash := hasher.Sum(node)
		copy(node[1:], hash[:])
	}
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
