package node

import (
	"context"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Replay executes every stored block again under this binary and compares the
// results, transaction by transaction. It changes nothing and needs the state at
// every height, so it covers the heights inside the retention window. The error
// names the first block and transaction that differ.
func (c *Chain) Replay(ctx context.Context, progress func(share float64)) error {
	status := c.store.Status()
	first := max(1, status.OldestBody, status.OldestState+1)
	if status.OldestState > 0 {
		first = max(first, status.OldestState+1+c.genesis.RootDelay) // its ruling must be kept too
	}
	for height := first; height <= status.Executed; height++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.replayBlock(ctx, height); err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
		progress(float64(height-first+1) / float64(status.Executed-first+1))
	}
	return nil
}

func (c *Chain) replayBlock(ctx context.Context, height uint64) error {
	header, err := c.store.Header(height)
	if err != nil {
		return err
	}
	if err := c.VerifyDecision(header); err != nil {
		return err
	}
	body, err := c.store.Body(height)
	if err != nil {
		return err
	}
	p, err := c.decodeBody(&chain.Block{Header: header, Body: *body}, nil)
	if err != nil {
		return err
	}
	view, err := c.store.View(height - 1)
	if err != nil {
		return err
	}
	defer view.Close()
	block := &Block{Header: header, Transactions: p.transactions}
	if err := c.fillContext(block); err != nil {
		return err
	}
	context, err := c.Context(block, view)
	if err != nil {
		return err
	}
	if r := c.recoveryIn(height); r != nil && r.Height+1 == height {
		context.Recovered = r.Validators
	}
	context.Offences = offencesIn(body)
	again, err := c.executor.Run(ctx, context, view, p.transactions)
	if err != nil {
		return err
	}
	stored, err := c.store.Results(height)
	if err != nil {
		return err
	}
	return c.sameResults(stored, again)
}

// sameResults compares leaf by leaf, so that a difference names its transaction.
func (c *Chain) sameResults(stored, again *chain.Results) error {
	opening := func(r *chain.Results) chain.Hash { return chain.WriteSetDigest(c.suite, r.Opening) }
	if opening(stored) != opening(again) {
		return fmt.Errorf("%w: the writes before the first transaction", ErrRoot)
	}
	for i := range stored.Transactions {
		if stored.Transactions[i].Leaf(c.suite) != again.Transactions[i].Leaf(c.suite) {
			return fmt.Errorf("%w: transaction %d", ErrRoot, i)
		}
	}
	return nil
}

// VerifyDecision checks the stored proof that a header was decided, with the
// validator set of the state before it.
func (c *Chain) VerifyDecision(header *chain.Header) error {
	proof, err := c.store.Proof(header.Height)
	if err != nil {
		return err
	}
	set, err := c.validatorsBefore(header.Height)
	if err != nil {
		return err
	}
	if set.Hash(c.suite) != header.Validators {
		if r := c.recoveryIn(header.Height); r != nil {
			if err := r.Check(c.suite, c.identity, set, c.verifyDigest); err != nil {
				return err
			}
			set = r.Validators
		}
	}
	return c.verifier.Verify(c.identity, set, header, header.Hash(c.suite), *proof)
}

func (c *Chain) validatorsBefore(height uint64) (*chain.ValidatorSet, error) {
	view, err := c.store.View(max(c.rulingHeight(height), c.store.Status().OldestState))
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return readValidators(view)
}
