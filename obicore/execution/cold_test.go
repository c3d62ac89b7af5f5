package execution_test

import (
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

// BenchmarkColdBlock executes blocks of 2,000 payments to accounts drawn from a million (20,000 with
// -short), of a ledger on the disk that was just opened: one after the other, and with what they declare
// read ahead on the other cores.
func BenchmarkColdBlock(b *testing.B) {
	accounts, atOnce := uint64(1_000_000), uint64(20_000)
	if testing.Short() {
		accounts = atOnce
	}
	x, err := execution.New([]contract.VM{evm.New()}, execution.DefaultRules())
	if err != nil {
		b.Fatal(err)
	}
	hasher := standard.New()
	header := &chain.Header{TransactionRoot: chain.TransactionRoot(hasher, nil)}
	options := ledger.Options{Directory: b.TempDir(), Hasher: hasher, Commitment: "binary", RetainState: 1,
		Genesis: &ledger.Genesis{Block: &chain.Block{Header: header}, Results: &chain.Results{}}}
	module := segment.New(segment.WithCommitment("binary", binarytree.New))
	open := func() ledger.Ledger {
		l, err := module.Open(b.Context(), options)
		if err != nil {
			b.Fatal(err)
		}
		return l
	}
	l := open()
	rich := chain.Account{Balance: chain.WordFromUint64(1 << 60)}
	for from := uint64(0); from < accounts; from += atOnce {
		results := &chain.Results{}
		for n := from; n < from+atOnce; n++ {
			results.Opening = append(results.Opening, chain.Write{Key: chain.AccountKey(addressOf(n * 0x9e3779b97f4a7c15)), Value: rich.Encode()})
		}
		results.Opening = chain.MergeWrites(results.Opening)
		staged, err := l.Stage(results.Opening)
		if err != nil {
			b.Fatal(err)
		}
		results.StateRoot = staged.Root()
		header = &chain.Header{Height: header.Height + 1, Parent: header.Hash(hasher), TransactionRoot: chain.TransactionRoot(hasher, nil)}
		if err := l.Append(b.Context(), ledger.Decided{Block: &chain.Block{Header: header}}); err != nil {
			b.Fatal(err)
		}
		if err := l.Commit(b.Context(), results, staged); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 0))
	for name, runner := range map[string]execution.Runner{"serial": x, "ahead": &execution.Prefetch{Executor: x}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				l := open()
				view, err := l.View(header.Height)
				if err != nil {
					b.Fatal(err)
				}
				list := make([]chain.Verified, 2000)
				for i := range list {
					sender, to := addressOf(random.Uint64N(accounts)*0x9e3779b97f4a7c15), addressOf(random.Uint64N(accounts)*0x9e3779b97f4a7c15)
					list[i] = chain.Verified{Sender: sender, Payer: sender, Transaction: &chain.Transaction{Gas: 21_000, Calls: []chain.Call{{To: &to}}}}
				}
				b.StartTimer()
				if _, err := runner.Run(b.Context(), plainBlock, view, list); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				_ = view.Close()
				_ = l.Close()
				b.StartTimer()
			}
		})
	}
}
