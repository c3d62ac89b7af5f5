package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// ErrVerify says that the chain does not hold what it should after a run.
var ErrVerify = errors.New("bench: the chain does not hold what was sent")

// verify looks for everything that was sent, and at the sums.
func (r *run) verify(ctx context.Context) error {
	r.progress(Verifying, 0)
	sent := r.flow.sent(0)
	v := &Verified{}
	r.report.Verified = v
	r.watch.mutex.Lock()
	for _, n := range sent {
		if r.watch.seen[n] != 0 {
			v.Found++
		}
	}
	v.Missing, v.Twice = len(sent)-v.Found, r.watch.twice
	r.watch.mutex.Unlock()
	var err error
	if v.Failed, err = r.failed(ctx); err != nil {
		return err
	}
	v.Sums = sumsHold
	calls := r.supply.numbers(sent)
	for _, c := range r.clients {
		if err := r.reached(ctx, c); err != nil {
			return err
		}
		if err := r.workload.check(ctx, c, calls); err != nil {
			v.Sums = fmt.Sprintf("%s: %v", c.url, err)
		}
	}
	r.progress(Verifying, 1)
	if !v.OK() {
		return fmt.Errorf("%w: %+v", ErrVerify, *v)
	}
	return nil
}

// receiptsPatience bounds how long receipts are looked at: anvil takes some 20 s for those of
// one block of 5,000 transactions. The sums are looked at in any case.
const receiptsPatience = time.Minute

// failed counts the transactions of the run whose receipts say that they failed.
func (r *run) failed(ctx context.Context) (count int, err error) {
	until := time.Now().Add(receiptsPatience)
	for height := r.watch.first; height <= r.watch.height; height++ {
		if time.Now().After(until) {
			r.report.Verified.Unread = r.watch.height - height + 1
			break
		}
		var receipts []struct {
			ID     chain.Hash `json:"transactionHash"`
			Status string     `json:"status"`
		}
		if err := r.clients[0].call(ctx, &receipts, "eth_getBlockReceipts", quantity(height)); err != nil {
			return count, err
		}
		for _, receipt := range receipts {
			if _, ours := r.watch.places[receipt.ID]; ours && receipt.Status != "0x1" {
				count++
			}
		}
		r.progress(Verifying, float64(height-r.watch.first+1)/float64(r.watch.height-r.watch.first+1)/2)
	}
	return count, nil
}

// reached waits until a node has executed as much as the first one.
func (r *run) reached(ctx context.Context, c *client) error {
	for {
		height, err := c.number(ctx, "eth_blockNumber")
		if err != nil || height >= r.watch.height {
			return err
		}
		if err := pause(ctx, lookPause); err != nil {
			return fmt.Errorf("%s is at height %d of %d: %w", c.url, height, r.watch.height, err)
		}
	}
}
