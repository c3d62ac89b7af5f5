package segment_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// chainOf feeds a ledger with blocks of a given number of transactions, each of which
// writes three entries among a hundred thousand accounts.
type chainOf struct {
	l      ledger.Ledger
	parent *chain.Header
	turn   uint64
}

func newChainOf(b *testing.B, directory string) *chainOf {
	b.Helper()
	header := &chain.Header{Chain: identity, TransactionRoot: chain.TransactionRoot(hasher, nil)}
	options := ledger.Options{Directory: directory, Hasher: hasher, Commitment: "binary", Identity: identity, RetainState: 128,
		Genesis: &ledger.Genesis{Block: &chain.Block{Header: header}, Results: &chain.Results{}}}
	l, err := module().Open(context.Background(), options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return &chainOf{l: l, parent: header}
}

func (c *chainOf) block(transactions int) (ledger.Decided, *chain.Results) {
	results := &chain.Results{}
	batch, ids := chain.Batch{}, []chain.Hash(nil)
	for range transactions {
		var writes []chain.Write
		for n := range uint64(3) {
			c.turn++
			var owner chain.Address
			binary.BigEndian.PutUint64(owner[:], c.turn*2654435761%100_000)
			writes = append(writes, chain.Write{Key: chain.AccountKey(owner), Value: binary.BigEndian.AppendUint64(make([]byte, 32), c.turn+n)})
		}
		results.Transactions = append(results.Transactions, chain.Result{Receipt: chain.Receipt{Status: 1, GasUsed: 21000}, Writes: chain.MergeWrites(writes)})
		wire := binary.BigEndian.AppendUint64(make([]byte, 110), c.turn)
		batch = append(batch, chain.Entry{Wire: wire})
		ids = append(ids, hasher.Sum(wire))
	}
	header := &chain.Header{Chain: identity, Height: c.parent.Height + 1, Parent: c.parent.Hash(hasher), Time: c.parent.Time + 1, TransactionCount: uint64(transactions)}
	return ledger.Decided{Block: &chain.Block{Header: header, Body: chain.Body{Batches: []chain.Batch{batch}}}, IDs: ids}, results
}

func (c *chainOf) add(b *testing.B, decided ledger.Decided, results *chain.Results) {
	b.Helper()
	staged, err := c.l.Stage(results.Writes())
	if err != nil {
		b.Fatal(err)
	}
	results.StateRoot = staged.Root()
	if err := c.l.Append(context.Background(), decided); err != nil {
		b.Fatal(err)
	}
	if err := c.l.Commit(context.Background(), results, staged); err != nil {
		b.Fatal(err)
	}
	c.parent = decided.Block.Header
}

// BenchmarkBlock is Stage, Append and Commit of one block, in memory and on the disk
// of the temporary directory, with its syncs.
func BenchmarkBlock(b *testing.B) {
	for _, place := range []string{"memory", "disk"} {
		for _, transactions := range []int{1, 1000} {
			b.Run(fmt.Sprintf("%s/%d", place, transactions), func(b *testing.B) {
				directory := ""
				if place == "disk" {
					directory = b.TempDir()
				}
				c := newChainOf(b, directory)
				for b.Loop() {
					b.StopTimer()
					decided, results := c.block(transactions)
					b.StartTimer()
					c.add(b, decided, results)
				}
			})
		}
	}
}

// BenchmarkGet reads one entry at the tip and 64 heights below it.
func BenchmarkGet(b *testing.B) {
	c := newChainOf(b, "")
	for range 100 {
		decided, results := c.block(200)
		c.add(b, decided, results)
	}
	for _, below := range []uint64{0, 64} {
		b.Run(fmt.Sprint("below tip ", below), func(b *testing.B) {
			v, err := c.l.View(100 - below)
			if err != nil {
				b.Fatal(err)
			}
			defer v.Close()
			var owner chain.Address
			for turn := uint64(0); b.Loop(); turn++ {
				binary.BigEndian.PutUint64(owner[:], turn*2654435761%100_000)
				if _, err := v.Get(chain.AccountKey(owner)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
