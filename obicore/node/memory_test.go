package node_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// largeBlock holds some transactions of 1,000 calls each.
func largeBlock(height uint64, transactions int) *node.Block {
	b := &node.Block{Header: &chain.Header{Height: height}, Results: &chain.Results{}}
	for n := range transactions {
		t := &chain.Transaction{Raw: make([]byte, 10_000), Calls: make([]chain.Call, 1000)}
		id := idOf(height<<20 + uint64(n))
		copy(t.Raw, id[:])
		b.Transactions = append(b.Transactions, chain.Verified{Transaction: t})
		b.Results.Transactions = append(b.Results.Transactions, chain.Result{Writes: make([]chain.Write, 1000)})
	}
	return b
}

func TestBlocksInMemoryAreBoundedByWhatTheyTake(t *testing.T) {
	const most, transactions = 32 << 20, 8
	m := node.NewBlockCache(256, most)
	for height := uint64(1); height <= 60; height++ {
		node.CacheBlock(m, largeBlock(height, transactions))
		if held := node.CachedBytes(m); held > most {
			t.Fatalf("%d bytes are held after block %d, at most %d are to be", held, height, most)
		}
		if !node.Cached(m, height) || height > 4 && !node.Cached(m, height-4) {
			t.Fatalf("block %d or one just below is not held", height)
		}
	}
	if node.Cached(m, 1) {
		t.Error("the first of 60 large blocks is still held")
	}
	node.CacheBlock(m, largeBlock(3, transactions)) // somebody asks for an old one
	if !node.Cached(m, 3) || !node.Cached(m, 60) {
		t.Error("an old block that is asked for, or the latest, is not held")
	}
	node.CacheBlock(m, largeBlock(61, 40*transactions)) // larger than all that may be held
	if !node.Cached(m, 61) || node.Cached(m, 60) {
		t.Error("of a block larger than the bound not it alone is held")
	}
}

func TestTransactionsInMemoryAreBoundedByWhatTheyTake(t *testing.T) {
	const most = 16 << 20
	m := node.NewVerifiedMemory(most)
	for height := uint64(1); height <= 40; height++ {
		for _, transaction := range largeBlock(height, 8).Transactions {
			node.RememberVerified(m, transaction)
			if !node.RemembersVerified(m, transaction.Raw) {
				t.Fatal("what was just put is not held")
			}
		}
	}
	if count := node.VerifiedCount(m); count*200_000 > most+2*200_000 || count < 20 {
		t.Errorf("%d transactions of some 200 kB are held in %d bytes", count, most)
	}
}
