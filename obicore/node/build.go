package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// build executes pool transactions in the pool's order until a limit is reached.
// What cannot start on the state at its turn is left out, never ordered.
func (i *immediate) build(ctx context.Context, head *Head, meta []byte) (*executed, error) {
	header := i.nextHeader(head)
	header.ConsensusMeta = meta
	view, err := i.store.View(head.Header.Height)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	progress, err := i.executor.Begin(i.context(header, &head.Ruling, view), view)
	if err != nil {
		return nil, err
	}
	e := &executed{prepared: prepared{block: &chain.Block{Header: header}, ruling: &head.Ruling, results: progress.Results()}}
	if err := i.fillEdits(&e.prepared, progress); err != nil {
		return nil, err
	}
	if err := errors.Join(i.fill(ctx, &e.prepared, progress), i.HaltReason()); err != nil {
		return nil, err
	}
	results := make(chan chain.Hash, 1)
	go func() { results <- e.results.Root(i.suite) }()
	i.seal(&e.prepared)
	e.staged, err = i.store.Stage(e.results.Writes())
	header.ResultRoot = <-results
	if err != nil {
		return nil, err
	}
	e.results.StateRoot = e.staged.Root()
	header.StateRoot = e.results.StateRoot
	if e.next, err = i.nextValidators(header.Height, head.Validators, e.results); err != nil {
		return nil, err
	}
	header.NextValidators = e.next.Hash(i.suite)
	e.hash = header.Hash(i.suite)
	return e, nil
}

// fillEdits puts the record of development edits first.
func (i *immediate) fillEdits(p *prepared, progress *execution.Progress) error {
	t, waiting, err := i.takeEdits()
	if err != nil || !waiting {
		return err
	}
	if _, err := progress.Try(t); err != nil {
		return fmt.Errorf("recording a development edit: %w", err)
	}
	p.transactions = append(p.transactions, t)
	return nil
}

// fill takes transactions from the pool.
func (i *immediate) fill(ctx context.Context, p *prepared, progress *execution.Progress) error {
	limits, bytes, left := i.genesis.Limits, uint64(0), false
	defer func() { i.backlogged.Store(left || uint64(len(p.transactions)) >= limits.BlockCount) }()
	selection := i.pool.Select()
	for uint64(len(p.transactions)) < limits.BlockCount && ctx.Err() == nil {
		t, ok := selection.Next()
		if !ok {
			break
		}
		if bytes+uint64(len(t.Raw)) > limits.BlockBytes || t.Gas > progress.GasLeft() {
			left = true
			selection.Skip(&t)
			continue
		}
		_, err := progress.Try(t)
		var refused *execution.InvalidError
		switch {
		case errors.As(err, &refused):
			selection.Skip(&t)
			i.reject(t, refused)
		case err != nil:
			return err
		default:
			bytes += uint64(len(t.Raw))
			p.transactions = append(p.transactions, t)
		}
	}
	return ctx.Err()
}

// reject drops a pooled transaction that cannot start at its turn: its sender's
// next one, so waiting for money would hold a place in the pool for ever. One
// that waits for an earlier nonce stays.
func (c *Chain) reject(t chain.Verified, refused *execution.InvalidError) {
	switch {
	case refused.Reason == chain.ReasonNonce && !errors.Is(refused, execution.ErrNonceTooLow):
	default:
		c.pool.Remove(t.ID)
		c.log.Info("transaction dropped", "id", t.ID, "reason", refused.Error())
	}
}

// seal makes the body of the transactions and what the header says of it.
func (c *Chain) seal(p *prepared) {
	header := p.block.Header
	batch := make(chain.Batch, len(p.transactions))
	p.ids = make([]chain.Hash, len(p.transactions))
	bytes := 0
	for i, t := range p.transactions {
		batch[i], p.ids[i] = chain.Entry{Wire: t.Raw}, t.ID
		bytes += len(t.Raw)
	}
	header.TransactionCount = uint64(len(batch))
	header.TransactionRoot = chain.TransactionRoot(c.suite, nil)
	switch {
	case len(batch) == 0:
	case c.ordersByDigest(bytes):
		p.block.Body.Batches = []chain.Batch{{}, batch}
		header.TransactionRoot = chain.TransactionRoot(c.suite, [][]chain.Hash{nil, p.ids})
	default:
		p.block.Body.Batches = []chain.Batch{batch}
		header.TransactionRoot = chain.TransactionRoot(c.suite, [][]chain.Hash{p.ids})
	}
	header.EvidenceRoot = chain.EvidenceRoot(c.suite, p.block.Body.Evidence)
}
