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
// of them. Those that are known have been checked, and found by the header's roots; the others
// verify checks.
func (c *Chain) decodeBody(ctx context.Context, block *chain.Block, known []chain.Verified, verify verifying) (p *prepared, err error) {
	limits, header := c.genesis.Limits, block.Header
	p = &prepared{block: block, hash: header.Hash(c.suite)}
	entries := block.Body.Entries()
	if uint64(len(entries)) != header.TransactionCount || header.TransactionCount > limits.BlockCount {
		return nil, fmt.Errorf("%d transactions, the header says %d, the limit is %d", len(entries), header.TransactionCount, limits.BlockCount)
	}
	known = known[:min(len(known), len(entries)):min(len(known), len(entries))]
	decoded, err := c.decodeEntries(entries[len(known):])
	if err != nil {
		return nil, err
	}
	for i := range known {
		p.ids = append(p.ids, known[i].ID)
	}
	for _, t := range decoded {
		p.ids = append(p.ids, t.ID)
	}
	var bytes uint64
	for i := range entries {
		bytes += uint64(len(entries[i].Wire))
	}
	switch {
	case bytes > limits.BlockBytes:
		return nil, fmt.Errorf("%d bytes of transactions, the limit is %d", bytes, limits.BlockBytes)
	case known != nil:
	case header.TransactionRoot != chain.TransactionRoot(c.suite, byBatch(&block.Body, p.ids)):
		return nil, errors.New("transaction root does not match the body")
	case header.EvidenceRoot != chain.EvidenceRoot(c.suite, block.Body.Evidence):
		return nil, errors.New("evidence root does not match the body")
	}
	// Signatures last: what is not of this header is not worth checking.
	verified, errs := verify(ctx, decoded)
	p.transactions = append(known, verified...)
	return p, errors.Join(errs...)
}

// byBatch divides the ids of a body's transactions as the body is.
func byBatch(body *chain.Body, ids []chain.Hash) [][]chain.Hash {
	batches := make([][]chain.Hash, len(body.Batches))
	for i, batch := range body.Batches {
		batches[i], ids = ids[:len(batch):len(batch)], ids[len(batch):]
	}
	return batches
}

// decodeEntries returns the transactions in the entries of a body.
func (c *Chain) decodeEntries(entries []chain.Entry) (decoded []*chain.Transaction, err error) {
	for i := range entries {
		if entries[i].Removed != nil {
			return nil, errors.New("a tombstone in a new block")
		}
		t, err := c.permittedBy(c.decodeOnce, entries[i].Wire)
		if err != nil {
			return nil, err
		}
		decoded = append(decoded, t)
	}
	return decoded, nil
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
	event := Event{}
	if !p.followed {
		event.Block = block
		c.blocks.set(block)
	}
	c.pool.Advance(height, noncesIn(p.results), p.settled())
	c.pruning.Load().executedUpTo(height)
	c.snapshots.Load().executed()
	c.withdraw(1)
	c.feed.publish(event)
	return nil
}

// settled returns the ids that the pool need not keep. What was void because it was ordered
// before its turn is still good, unless its id may not come again.
func (p *prepared) settled() []chain.Hash {
	ids := make([]chain.Hash, 0, len(p.ids))
	for i, id := range p.ids {
		receipt := &p.results.Transactions[i].Receipt
		if early := receipt.Void() && receipt.Reason == chain.ReasonNonce && !p.transactions[i].Once; !early {
			ids = append(ids, id)
		}
	}
	return ids
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
	e, err := c.executeBlock(ctx, c.Head(), &chain.Block{Header: header, Body: *body}, c.asStored(height))
	if err != nil {
		return err
	}
	return c.store.Commit(ctx, e.results, e.staged)
}
