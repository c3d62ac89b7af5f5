package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// ErrRoot says that a decided root differs from this node's own.
var ErrRoot = errors.New("node: decided root differs from this node's own")

// decodeBody decodes and verifies the body's transactions and checks what the header says
// of them. Those that are known have been checked, and found by the header's roots.
func (c *Chain) decodeBody(block *chain.Block, known []chain.Verified) (*prepared, error) {
	limits, header := c.genesis.Limits, block.Header
	p := &prepared{block: block, hash: header.Hash(c.suite)}
	var bytes uint64
	var batches [][]chain.Hash
	for _, batch := range block.Body.Batches {
		ids := make([]chain.Hash, 0, len(batch))
		for i := range batch {
			t, err := c.entry(&batch[i], known, len(p.ids))
			if err != nil {
				return nil, err
			}
			bytes += uint64(len(batch[i].Wire))
			ids = append(ids, t.ID)
			p.transactions, p.ids = append(p.transactions, t), append(p.ids, t.ID)
		}
		batches = append(batches, ids)
	}
	switch {
	case uint64(len(p.transactions)) != header.TransactionCount || header.TransactionCount > limits.BlockCount:
		return nil, fmt.Errorf("%d transactions, the header says %d, the limit is %d", len(p.transactions), header.TransactionCount, limits.BlockCount)
	case bytes > limits.BlockBytes:
		return nil, fmt.Errorf("%d bytes of transactions, the limit is %d", bytes, limits.BlockBytes)
	case known != nil:
	case header.TransactionRoot != chain.TransactionRoot(c.suite, batches):
		return nil, errors.New("transaction root does not match the body")
	case header.EvidenceRoot != chain.EvidenceRoot(c.suite, block.Body.Evidence):
		return nil, errors.New("evidence root does not match the body")
	}
	return p, nil
}

// entry returns the transaction in an entry of a body.
func (c *Chain) entry(entry *chain.Entry, known []chain.Verified, place int) (chain.Verified, error) {
	if entry.Removed != nil {
		return chain.Verified{}, errors.New("a tombstone in a new block")
	}
	if place < len(known) {
		return known[place], nil
	}
	decoded, err := c.permitted(entry.Wire)
	if err != nil {
		return chain.Verified{}, err
	}
	return c.verifyDecoded(decoded)
}

// show makes an executed and durable block the head and tells everybody.
func (c *Chain) show(p *prepared, proof chain.Proof) error {
	height := p.block.Header.Height
	view, err := c.store.View(height)
	if err != nil {
		return err
	}
	defer view.Close()
	// Edits that came while the block was being made show on top of it.
	if err := c.setHead(p.block.Header, p.results, proof, c.overlaid(view)); err != nil {
		return err
	}
	block := &Block{
		Header: p.block.Header, Hash: p.hash, Transactions: p.transactions, Results: p.results,
		Fees: p.ruling.Parameters.Fees, Coinbase: p.ruling.payout(p.block.Header.Proposer), Size: p.size(),
	}
	c.blocks.set(block)
	c.pool.Advance(height, noncesIn(p.results), p.ids)
	c.pruning.Load().executedUpTo(height)
	c.withdraw(1)
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
	e, err := c.executeBlock(ctx, c.Head(), &chain.Block{Header: header, Body: *body})
	if err != nil {
		return err
	}
	return c.store.Commit(ctx, e.results, e.staged)
}
