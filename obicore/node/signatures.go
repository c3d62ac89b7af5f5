package node

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// checkedTogether is how many transactions one worker checks at a time: schemes that
// check signatures together gain little beyond it, and one bad signature spoils no more.
const checkedTogether = 1024

// verifying checks transactions; both results have one entry for each, but where all of a block
// cannot be read there is one error of them all.
type verifying func(context.Context, []*chain.Transaction) ([]chain.Verified, []error)

// verifyAll checks the signatures of many transactions, each once on this node unless it
// relies on others: those of one scheme together, on all cores. Both results have one entry
// for each.
func (c *Chain) verifyAll(ctx context.Context, transactions []*chain.Transaction) ([]chain.Verified, []error) {
	return c.verifyUnless(ctx, transactions, c.checkedBefore, runtime.GOMAXPROCS(0))
}

// checkedBefore finds what this node has checked or others whom it relies on.
func (c *Chain) checkedBefore(raw []byte) (chain.Verified, bool) {
	if t, checked := c.verified.get(raw); checked {
		return t, true
	}
	return c.relied.get(raw)
}

// batchFrom is how many transactions are a batch that keeps a core for itself.
const batchFrom = 16

// admits counts a batch that is being admitted, from its decoding until it is pooled, until done is called.
func (c *Chain) admits(batch [][]byte) (done func()) {
	if len(batch) < batchFrom {
		return func() {}
	}
	c.admitting.Add(1)
	return func() { c.admitting.Add(-1) }
}

// verifyAdmitted is verifyAll for a batch of a client or a peer, on the cores that no other batch is
// admitted on: smaller parts make it dearer, and where every core has a batch, nothing sooner.
func (c *Chain) verifyAdmitted(transactions []*chain.Transaction) ([]chain.Verified, []error) {
	others := int(c.admitting.Load())
	if len(transactions) >= batchFrom {
		others--
	}
	return c.verifyUnless(context.Background(), transactions, c.checkedBefore, max(1, runtime.GOMAXPROCS(0)-others))
}

// verifyOwn is verifyAll for who states it: what this node relied on it checks.
func (c *Chain) verifyOwn(ctx context.Context, transactions []*chain.Transaction) ([]chain.Verified, []error) {
	return c.verifyUnless(ctx, transactions, c.verified.get, runtime.GOMAXPROCS(0))
}

// verifyUnless checks the signatures of the transactions that are not known, as long as the
// context lasts, on a number of cores; what is checked by then is remembered.
func (c *Chain) verifyUnless(ctx context.Context, transactions []*chain.Transaction, known func(raw []byte) (chain.Verified, bool), workers int) ([]chain.Verified, []error) {
	verified, errs := make([]chain.Verified, len(transactions)), make([]error, len(transactions))
	var places []int
	for i, t := range transactions {
		good, ok := known(t.Raw)
		if verified[i] = good; !ok {
			places = append(places, i)
		}
	}
	check := func(places []int) {
		if err := ctx.Err(); err != nil {
			for _, place := range places {
				errs[place] = err
			}
			return
		}
		unknown := make([]*chain.Transaction, len(places))
		for i, place := range places {
			unknown[i] = transactions[place]
		}
		verdicts, failures := c.families.VerifyBatch(unknown)
		c.metrics.checked.Add(float64(len(places)))
		for i, place := range places {
			if failures[i] != nil {
				errs[place] = fmt.Errorf("%w: %w", ErrSender, failures[i])
				continue
			}
			verified[place] = verdicts[i]
			c.verified.put(verdicts[i])
		}
	}
	eachShare(places, workers, check)
	return verified, errs
}

// eachShare calls f with parts of a list, with a number of workers.
func eachShare(list []int, workers int, f func([]int)) {
	size := min(checkedTogether, (len(list)+workers-1)/workers)
	if len(list) <= size {
		if len(list) > 0 {
			f(list)
		}
		return
	}
	shares := make(chan []int, (len(list)+size-1)/size)
	for share := range slices.Chunk(list, size) {
		shares <- share
	}
	close(shares)
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for share := range shares {
				f(share)
			}
		})
	}
	working.Wait()
}
