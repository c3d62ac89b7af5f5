package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// ErrRoot says that a decided root differs from this node's own.
var ErrRoot = errors.New("node: decided root differs from this node's own")

// validate checks a proposal. The node's own proposal was executed when it was
// built, so it is only recognised.
func (c *Chain) validate(ctx context.Context, proposal consensus.Proposal) error {
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	_, err := c.execute(ctx, proposal)
	return err
}

// execute returns the proposal as an executed block on top of the head.
func (c *Chain) execute(ctx context.Context, proposal consensus.Proposal) (*prepared, error) {
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	if hash := header.Hash(c.suite); c.prepared != nil && c.prepared.hash == hash {
		return c.prepared, nil
	}
	body, err := chain.DecodeBody(proposal.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	p, err := c.executeBlock(ctx, c.Head(), &chain.Block{Header: header, Body: *body})
	if err != nil {
		return nil, err
	}
	c.prepared = p
	return p, nil
}

// executeBlock checks a block against the head and executes it there.
func (c *Chain) executeBlock(ctx context.Context, head *Head, block *chain.Block) (*prepared, error) {
	header := block.Header
	if err := c.checkHeader(head, header); err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	p := &prepared{block: block, hash: header.Hash(c.suite)}
	if err := c.decodeBody(p); err != nil {
		return nil, fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	view, err := c.store.View(head.Header.Height)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	p.results, err = c.executor.Run(ctx, c.context(header, head.Parameters, head.Validators, view), view, p.transactions)
	if err != nil {
		return nil, err
	}
	if p.staged, err = c.store.Stage(p.results.Writes()); err != nil {
		return nil, err
	}
	p.results.StateRoot = p.staged.Root()
	return p, c.checkRoots(header, p.results)
}

func (c *Chain) checkHeader(head *Head, header *chain.Header) error {
	if err := head.Header.CheckChild(c.suite, header); err != nil {
		return err
	}
	version := chain.VersionAt(head.Parameters.Rules, header.Height)
	switch {
	case header.Rules != version:
		return fmt.Errorf("rules version %d, the schedule has %d", header.Rules, version)
	case header.GasLimit != head.Parameters.GasLimit:
		return fmt.Errorf("gas limit %d, the parameter is %d", header.GasLimit, head.Parameters.GasLimit)
	case header.Randomness != randomness(c.suite, head.Hash) && c.options.Development == nil:
		return errors.New("randomness is not derived from the parent")
	}
	if _, member := head.Validators.Member(header.Proposer); !member {
		return fmt.Errorf("proposer %s is not a validator", header.Proposer)
	}
	return nil
}

// decodeBody decodes and verifies the body's transactions and checks what the
// header says of them.
func (c *Chain) decodeBody(p *prepared) error {
	limits, header := c.genesis.Limits, p.block.Header
	var bytes uint64
	var batches [][]chain.Hash
	for _, batch := range p.block.Body.Batches {
		ids := make([]chain.Hash, 0, len(batch))
		for _, entry := range batch {
			if entry.Removed != nil {
				return errors.New("a tombstone in a new block")
			}
			t, err := c.verify(entry.Wire)
			if err != nil {
				return err
			}
			bytes += uint64(len(entry.Wire))
			ids = append(ids, t.ID)
			p.transactions = append(p.transactions, t)
		}
		batches = append(batches, ids)
	}
	switch {
	case uint64(len(p.transactions)) != header.TransactionCount || header.TransactionCount > limits.BlockCount:
		return fmt.Errorf("%d transactions, the header says %d, the limit is %d", len(p.transactions), header.TransactionCount, limits.BlockCount)
	case bytes > limits.BlockBytes:
		return fmt.Errorf("%d bytes of transactions, the limit is %d", bytes, limits.BlockBytes)
	case header.TransactionRoot != chain.TransactionRoot(c.suite, batches):
		return errors.New("transaction root does not match the body")
	case header.EvidenceRoot != chain.EvidenceRoot(c.suite, p.block.Body.Evidence):
		return errors.New("evidence root does not match the body")
	}
	return nil
}

func (c *Chain) checkRoots(header *chain.Header, own *chain.Results) error {
	state, result, err := c.roots(header.Height, own)
	if err != nil {
		return err
	}
	if header.StateRoot != state || header.ResultRoot != result {
		return fmt.Errorf("%w: block %d has state %s and results %s, this node computed %s and %s",
			ErrRoot, header.Height, header.StateRoot, header.ResultRoot, state, result)
	}
	return nil
}

// commit makes a decision durable and shows it.
func (c *Chain) commit(ctx context.Context, decision consensus.Decision) (*chain.ValidatorSet, error) {
	c.commitMutex.Lock()
	defer c.commitMutex.Unlock()
	started := time.Now()
	// A decision must not be left half done: from here on cancellation waits.
	ctx = context.WithoutCancel(ctx)
	p, err := c.execute(ctx, decision.Proposal)
	if err != nil {
		return nil, err
	}
	ids := make([]chain.Hash, len(p.transactions))
	for i, t := range p.transactions {
		ids[i] = t.ID
	}
	if err := c.store.Append(ctx, ledger.Decided{Block: p.block, Proof: decision.Proof, IDs: ids}); err != nil {
		return nil, err
	}
	if err := c.store.Commit(ctx, p.results, p.staged); err != nil {
		return nil, err
	}
	c.prepared = nil
	c.editsDone()
	if err := c.show(p, decision.Proof, ids); err != nil {
		return nil, err
	}
	c.metrics.committed(p, time.Since(started))
	return nil, nil
}

// show makes an executed and durable block the head and tells everybody.
func (c *Chain) show(p *prepared, proof chain.Proof, ids []chain.Hash) error {
	height := p.block.Header.Height
	view, err := c.store.View(height)
	if err != nil {
		return err
	}
	defer view.Close()
	parent := c.Head()
	if err := c.setHead(p.block.Header, p.results, proof, view); err != nil {
		return err
	}
	block := &Block{
		Header: p.block.Header, Hash: p.hash, Transactions: p.transactions, Results: p.results,
		Fees: parent.Parameters.Fees, Coinbase: coinbase(parent.Validators, p.block.Header.Proposer), Size: p.size(),
	}
	if chosen := c.developmentCoinbase(); chosen != nil {
		block.Coinbase = *chosen
	}
	c.blocks.put(block)
	c.pool.Advance(noncesIn(p.results), ids)
	if c.demanded.Load() > 0 {
		c.demanded.Add(-1)
	}
	c.feed.publish(Event{Block: block})
	return nil
}

func (p *prepared) size() int {
	size := 400 // about a header
	for i := range p.transactions {
		size += len(p.transactions[i].Raw)
	}
	return size
}

// noncesIn returns the new nonces of the accounts that a block has written.
func noncesIn(results *chain.Results) map[chain.Address]uint64 {
	nonces := make(map[chain.Address]uint64)
	for i := range results.Transactions {
		for _, write := range results.Transactions[i].Writes {
			if write.Key.Space != chain.SpaceAccount {
				continue
			}
			account, err := chain.DecodeAccount(write.Value)
			if err == nil {
				nonces[write.Key.Owner] = account.Nonce
			}
		}
	}
	return nonces
}

// reexecute replays a decided block whose results a crash has lost.
func (c *Chain) reexecute(ctx context.Context, height uint64) error {
	header, err := c.store.Header(height)
	if err != nil {
		return err
	}
	body, err := c.store.Body(height)
	if err != nil {
		return err
	}
	p, err := c.executeBlock(ctx, c.Head(), &chain.Block{Header: header, Body: *body})
	if err != nil {
		return err
	}
	return c.store.Commit(ctx, p.results, p.staged)
}
