package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// prepared is a block that this node has executed but that is not decided yet.
type prepared struct {
	hash         chain.Hash
	block        *chain.Block
	transactions []chain.Verified
	results      *chain.Results
	staged       ledger.Staged
}

// propose builds the next block from the pool on top of the head.
func (c *Chain) propose(ctx context.Context, parent uint64, meta []byte, force bool) (consensus.Proposal, error) {
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	if reason := c.HaltReason(); reason != nil {
		return consensus.Proposal{}, reason
	}
	head := c.Head()
	if head.Header.Height != parent {
		return consensus.Proposal{}, fmt.Errorf("%w: parent %d is not the head %d", consensus.ErrProposal, parent, head.Header.Height)
	}
	if !force && c.demanded.Load() == 0 && (c.Manual() || !c.pool.HasPending()) {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	p, err := c.build(ctx, head, meta)
	var unknown *execution.UnknownRulesError
	if errors.As(err, &unknown) {
		c.halt(err) // before the height, with everything up to here intact
	}
	if err != nil {
		return consensus.Proposal{}, err
	}
	if len(p.transactions) == 0 && !force && c.demanded.Load() == 0 {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	c.prepared = p
	return consensus.Proposal{Height: p.block.Header.Height, Header: p.block.Header.Encode(), Body: p.block.Body.Encode()}, nil
}

// build executes pool transactions in the pool's order until a limit is reached.
// What cannot start on the state at its turn is left out, never ordered.
func (c *Chain) build(ctx context.Context, head *Head, meta []byte) (*prepared, error) {
	header := c.nextHeader(head)
	header.ConsensusMeta = meta
	view, err := c.store.View(head.Header.Height)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	progress, err := c.executor.Begin(c.context(header, head.Parameters, head.Validators, view), view)
	if err != nil {
		return nil, err
	}
	p := &prepared{results: progress.Results()}
	if err := c.fillEdits(p, progress); err != nil {
		return nil, err
	}
	if err := c.fill(ctx, p, progress); err != nil {
		return nil, err
	}
	return p, c.seal(p, header)
}

// fillEdits puts the record of development edits first.
func (c *Chain) fillEdits(p *prepared, progress *execution.Progress) error {
	t, waiting, err := c.takeEdits()
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
func (c *Chain) fill(ctx context.Context, p *prepared, progress *execution.Progress) error {
	limits, bytes := c.genesis.Limits, uint64(0)
	selection := c.pool.Select()
	for uint64(len(p.transactions)) < limits.BlockCount && ctx.Err() == nil {
		t, ok := selection.Next()
		if !ok {
			break
		}
		if bytes+uint64(len(t.Raw)) > limits.BlockBytes || t.Gas > progress.GasLeft() {
			selection.Skip(t.Sender)
			continue
		}
		_, err := progress.Try(t)
		var refused *execution.InvalidError
		switch {
		case errors.As(err, &refused):
			selection.Skip(t.Sender)
			c.reject(t, refused)
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

// nextHeader returns the parts of the next header that do not depend on its
// transactions.
func (c *Chain) nextHeader(head *Head) *chain.Header {
	height := head.Header.Height + 1
	set := head.Validators.Hash(c.suite)
	header := &chain.Header{
		Rules: chain.VersionAt(head.Parameters.Rules, height), Chain: c.identity, Height: height, Parent: head.Hash,
		Time:     max(c.now(), head.Header.Time+1),
		GasLimit: head.Parameters.GasLimit, Validators: set, NextValidators: set,
		Proposer: c.options.Self, Randomness: randomness(c.suite, head.Hash),
	}
	c.adjust(header)
	return header
}

// seal computes roots and hash of an executed block.
func (c *Chain) seal(p *prepared, header *chain.Header) (err error) {
	batch := make(chain.Batch, len(p.transactions))
	ids := make([]chain.Hash, len(p.transactions))
	for i, t := range p.transactions {
		batch[i], ids[i] = chain.Entry{Wire: t.Raw}, t.ID
	}
	p.block = &chain.Block{Header: header}
	if len(batch) > 0 {
		p.block.Body.Batches = []chain.Batch{batch}
		header.TransactionRoot = chain.TransactionRoot(c.suite, [][]chain.Hash{ids})
	} else {
		header.TransactionRoot = chain.TransactionRoot(c.suite, nil)
	}
	header.TransactionCount = uint64(len(ids))
	if p.staged, err = c.store.Stage(p.results.Writes()); err != nil {
		return err
	}
	p.results.StateRoot = p.staged.Root()
	if header.StateRoot, header.ResultRoot, err = c.roots(header.Height, p.results); err != nil {
		return err
	}
	p.hash = header.Hash(c.suite)
	return nil
}

// roots returns the roots that the header at height carries: those of k heights
// before, or its own when k is 0.
func (c *Chain) roots(height uint64, own *chain.Results) (state, result chain.Hash, err error) {
	delay := c.genesis.RootDelay
	switch {
	case delay == 0:
		return own.StateRoot, own.Root(c.suite), nil
	case height < delay:
		return state, result, nil
	}
	results, err := c.store.Results(height - delay)
	if err != nil {
		return state, result, err
	}
	return results.StateRoot, results.Root(c.suite), nil
}

// context returns what execution of a block sees besides state.
func (c *Chain) context(header *chain.Header, parameters *chain.Parameters, validators *chain.ValidatorSet, view ledger.View) execution.Block {
	payout := coinbase(validators, header.Proposer)
	if chosen := c.developmentCoinbase(); chosen != nil {
		payout = *chosen
	}
	return execution.Block{
		Block: contract.Block{
			Chain: c.identity, ChainID: c.genesis.EVMChainID, Height: header.Height, Time: header.Time,
			Coinbase: payout, GasLimit: header.GasLimit, BaseFee: parameters.Fees.BaseFee,
			BlobFee: chain.WordFromUint64(1), Randomness: header.Randomness, Limits: c.genesis.Limits,
			Ancestor: c.ancestor(header, c.halt),
		},
		Rules: header.Rules, Parent: header.Parent, FeeAccount: parameters.Fees.Account, BurnBase: parameters.Fees.Burn,
		Admit: func(t chain.Verified) error { return c.admission.Admit(view, t) },
	}
}

// ancestorWindow is how far back contracts may ask for header hashes (BLOCKHASH).
const ancestorWindow = 256

// ancestor returns header hashes below a block. A read that fails is told to
// fault: making a block on a wrong hash would be unsafe, a query just fails.
func (c *Chain) ancestor(header *chain.Header, fault func(error)) func(uint64) chain.Hash {
	return func(height uint64) chain.Hash {
		if height >= header.Height || header.Height-height > ancestorWindow {
			return chain.Hash{}
		}
		if height == header.Height-1 {
			return header.Parent
		}
		child, err := c.store.Header(height + 1)
		if err != nil {
			fault(fmt.Errorf("reading header %d for a contract: %w", height+1, err))
			return chain.Hash{}
		}
		return child.Parent
	}
}
