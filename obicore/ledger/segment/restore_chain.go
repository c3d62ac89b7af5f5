package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// chain writes links and blocks into the columns. What is above the base's height Open
// indexes and replays.
func (r *restoration) chain(ctx context.Context) error {
	var parent *chain.Header
	for link, err := range r.base.Links {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := r.checkChild(parent, link.Header, len(link.IDs)); err != nil {
			return err
		}
		if err := r.headers.load(link.Header.Height, encodeSealed(link.Header, &link.Proof)); err != nil {
			return err
		}
		if err := r.index(link.Header.Height, link.Header.Hash(r.options.Hasher), link.IDs); err != nil {
			return err
		}
		parent = link.Header
	}
	if parent != nil && parent.Height+1 != r.base.Height {
		return fmt.Errorf("%w: the links end at height %d, the base is %d", ledger.ErrHeight, parent.Height, r.base.Height)
	}
	count := 0
	for block, err := range r.base.Blocks {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if err := r.block(parent, block); err != nil {
			return err
		}
		parent = block.Block.Header
		count++
	}
	if count == 0 {
		return fmt.Errorf("%w: no block of height %d", ledger.ErrNotFound, r.base.Height)
	}
	return nil
}

// checkChild checks what Append checks.
func (r *restoration) checkChild(parent, header *chain.Header, ids int) error {
	switch {
	case header.Chain != r.options.Identity:
		return fmt.Errorf("%w: block of chain %s in the ledger of %s", ledger.ErrMismatch, header.Chain, r.options.Identity)
	case parent != nil && header.Height != parent.Height+1:
		return fmt.Errorf("%w: block of height %d behind %d", ledger.ErrHeight, header.Height, parent.Height)
	case parent != nil && header.Parent != parent.Hash(r.options.Hasher):
		return fmt.Errorf("%w: block %d names another parent", chain.ErrNotChild, header.Height)
	case header.TransactionCount != uint64(ids):
		return fmt.Errorf("%w: %d ids for the %d transactions of block %d", chain.ErrMalformed, ids, header.TransactionCount, header.Height)
	}
	return nil
}

func (r *restoration) block(parent *chain.Header, block *ledger.Executed) error {
	header := block.Block.Header
	if err := r.checkChild(parent, header, len(block.IDs)); err != nil {
		return err
	}
	if parent == nil && header.Height != r.base.Height {
		return fmt.Errorf("%w: the first block is of height %d, the base is %d", ledger.ErrHeight, header.Height, r.base.Height)
	}
	if header.Height == r.base.Height && block.Results.StateRoot != r.base.Root {
		return fmt.Errorf("%w: results of height %d say state root %s, not %s", ErrResults, header.Height, block.Results.StateRoot, r.base.Root)
	}
	return errors.Join(
		r.headers.load(header.Height, encodeSealed(header, &block.Proof)),
		r.bodies.load(header.Height, encodeBody(&block.Block.Body, block.IDs)),
		r.results.load(header.Height, block.Results.Encode()),
	)
}

// load puts a record behind the others. Only sync makes what was loaded durable; a file
// that is full is synced before the next one begins.
func (c *column) load(height uint64, payload []byte) error {
	if last := c.last(); last != nil && c.full(last, int64(len(payload))) {
		if err := c.sync(); err != nil {
			return err
		}
	}
	if err := c.write(height, payload); err != nil {
		return err
	}
	c.publish()
	return nil
}
