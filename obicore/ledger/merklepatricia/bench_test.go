package merklepatricia_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
)

// benchWrites changes count of the first slots of seven contracts, as the benchmark of
// the binary tree changes entries of seven owners.
func benchWrites(random *rand.Rand, slots, count int) []chain.Write {
	writes := make([]chain.Write, count)
	for i := range writes {
		n := random.IntN(slots)
		value := binary.BigEndian.AppendUint16([]byte("value "), uint16(random.IntN(1000)))
		writes[i] = chain.Write{Key: chain.StorageKey(ownerOf(n%7), slot(n)), Value: value}
	}
	return chain.MergeWrites(writes)
}

// benchAccounts changes the balances of count of the first accounts.
func benchAccounts(random *rand.Rand, accounts, count int) []chain.Write {
	writes := make([]chain.Write, count)
	for i := range writes {
		entry := chain.Account{Nonce: 1, Balance: slot(random.IntN(1 << 30))}
		writes[i] = chain.Write{Key: chain.AccountKey(ownerOf(random.IntN(accounts))), Value: entry.Encode()}
	}
	return chain.MergeWrites(writes)
}

// BenchmarkUpdate changes 5,000 entries among a million (50,000 with -short), with the
// nodes in memory. It reports the time of one batch.
func BenchmarkUpdate(b *testing.B) {
	size := 1_000_000
	if testing.Short() {
		size = 50_000
	}
	for name, writesOf := range map[string]func(*rand.Rand, int, int) []chain.Write{"slots": benchWrites, "accounts": benchAccounts} {
		b.Run(name, func(b *testing.B) {
			nodes, random := newMemory(), rand.New(rand.NewPCG(1, 0))
			for from := 0; from < size; from += 10_000 {
				nodes.update(b, fill(from, writesOf))
			}
			for b.Loop() {
				b.StopTimer()
				writes := writesOf(random, size, 5_000)
				b.StartTimer()
				nodes.update(b, writes)
			}
		})
	}
}

// fill writes the 10,000 entries from a number on.
func fill(from int, writesOf func(*rand.Rand, int, int) []chain.Write) []chain.Write {
	like := writesOf(rand.New(rand.NewPCG(1, 0)), 1, 1)[0]
	var writes []chain.Write
	for n := from; n < from+10_000; n++ {
		write := like
		if write.Key.Space == chain.SpaceAccount {
			write.Key = chain.AccountKey(ownerOf(n))
		} else {
			write.Key = chain.StorageKey(ownerOf(n%7), slot(n))
		}
		writes = append(writes, write)
	}
	return chain.MergeWrites(writes)
}

// BenchmarkVerify checks one inclusion proof among 10,000 slots.
func BenchmarkVerify(b *testing.B) {
	f := &fixed{nodes: newMemory(), model: model{}}
	writes := fill(0, benchWrites)
	f.model.apply(writes)
	f.root = f.nodes.update(b, writes)
	proof := f.prove(b, writes[0].Key)
	verifier := merklepatricia.New(nil)
	for b.Loop() {
		if err := verifier.Verify(f.root, proof); err != nil {
			b.Fatal(err)
		}
	}
}
