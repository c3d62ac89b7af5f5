package node

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Receipts is a block as far as a reader of its receipts needs it. No signature is
// checked to make one, which for an old block would cost more than all else.
type Receipts struct {
	Header  *chain.Header
	Hash    chain.Hash
	Results *chain.Results

	chain   *Chain
	block   *Block // when it is in memory
	entries []chain.Entry
}

// ReceiptsAt returns the receipts of the block at a height; errors as of [Chain.BlockAt].
func (c *Chain) ReceiptsAt(height uint64) (*Receipts, error) {
	if oldest := c.store.Status().OldestBody; height < oldest {
		return nil, fmt.Errorf("%w: block %d, the oldest kept is %d", ledger.ErrPruned, height, oldest)
	}
	if block, _ := c.blocks.get(height); block != nil {
		return &Receipts{Header: block.Header, Hash: block.Hash, Results: block.Results, block: block}, nil
	}
	header, err := c.store.Header(height)
	if err != nil {
		return nil, err
	}
	r := &Receipts{Header: header, Hash: header.Hash(c.suite), chain: c}
	r.Results, err = c.store.Results(height)
	return r, err
}

// ID returns the id of a transaction of the block.
func (r *Receipts) ID(i int) (chain.Hash, error) {
	if r.block != nil {
		return r.block.Transactions[i].ID, nil
	}
	if r.entries == nil {
		body, err := r.chain.store.Body(r.Header.Height)
		if err != nil {
			return chain.Hash{}, err
		}
		r.entries = body.Entries()
	}
	if i >= len(r.entries) {
		return chain.Hash{}, fmt.Errorf("%w: transaction %d of block %d", ledger.ErrNotFound, i, r.Header.Height)
	}
	id, err := r.chain.idOf(r.entries[i])
	if err != nil {
		return chain.Hash{}, fmt.Errorf("block %d: %w", r.Header.Height, err)
	}
	return id, nil
}
