package execution

import (
	"context"
	"runtime"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Runner runs blocks. What a block comes to depends on the block, the state before it and
// its transactions alone: runners differ in how soon they are done.
type Runner interface {
	// Run executes a block over the state after its parent; see [Executor.Run].
	Run(ctx context.Context, block Block, view ledger.View, transactions []chain.Verified) (*chain.Results, error)
}

var (
	_ Runner = (*Executor)(nil)
	_ Runner = (*Prefetch)(nil)
)

// prefetchFrom is the number of transactions from which reading ahead is worth its
// goroutines.
const prefetchFrom = 64

// prefetchSlice is how many transactions a reader takes at a time.
const prefetchSlice = 16

// Prefetch runs blocks one transaction after the other, and meanwhile reads what later ones
// declare – see [Declared] – on the other cores. It pays where the ledger remembers what
// has been read and would else have to ask the disk for it.
type Prefetch struct {
	*Executor
	Readers int // side by side; 0 for one on each other core
}

// Run executes a block over the state after its parent; see [Executor.Run].
func (p *Prefetch) Run(ctx context.Context, block Block, view ledger.View, transactions []chain.Verified) (*chain.Results, error) {
	readers := p.Readers
	if readers == 0 {
		readers = runtime.GOMAXPROCS(0) - 1
	}
	if len(transactions) < prefetchFrom {
		readers = 0
	}
	var reading sync.WaitGroup
	defer reading.Wait() // who closes the view has no reader behind him
	ahead, stop := context.WithCancel(ctx)
	defer stop()
	for r := range readers {
		reading.Go(func() { readAhead(ahead, view, transactions, r, readers) })
	}
	return p.Executor.Run(ctx, block, view, transactions)
}

// readAhead reads what every one of count readers reads, this one's share, from the block's
// end: from its beginning readers and execution would ask the disk for the same entries at
// the same time. A fault is left for whoever needs the entry.
func readAhead(ctx context.Context, view ledger.View, transactions []chain.Verified, reader, count int) {
	for to := len(transactions) - reader*prefetchSlice; to > 0; to -= count * prefetchSlice {
		for i := to - 1; i >= max(0, to-prefetchSlice); i-- {
			if ctx.Err() != nil {
				return
			}
			for key := range Declared(&transactions[i]) {
				_, _ = view.Get(key)
			}
		}
	}
}

// Declared yields the entries that a transaction names before it runs: the accounts that
// send, pay, delegate and are called, and those of its access list with their slots
// (EIP-2930).
func Declared(t *chain.Verified) func(yield func(chain.StateKey) bool) {
	return func(yield func(chain.StateKey) bool) {
		if !yield(chain.AccountKey(t.Sender)) || t.Payer != t.Sender && !yield(chain.AccountKey(t.Payer)) {
			return
		}
		for i := range t.Calls {
			if to := t.Calls[i].To; to != nil && !yield(chain.AccountKey(*to)) {
				return
			}
		}
		for i := range t.Delegate {
			if !yield(chain.AccountKey(t.Delegate[i].Authority)) {
				return
			}
		}
		for i := range t.Access {
			if !yield(chain.AccountKey(t.Access[i].Address)) {
				return
			}
			for _, slot := range t.Access[i].Slots {
				if !yield(chain.StorageKey(t.Access[i].Address, slot)) {
					return
				}
			}
		}
	}
}
