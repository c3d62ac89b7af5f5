package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// ErrImport says that a block does not fit this chain.
var ErrImport = errors.New("node: the block does not fit this chain")

// Import commits a decided block that does not come from the network, such as from a
// file: its decision is verified, and it is executed here. A block that the chain has
// already must be the same; any other that does not follow the tip is ErrImport. It is
// durable, and executed or about to be, on return. The chain must not be started.
func (c *Chain) Import(ctx context.Context, b *blocksync.Block) error {
	header, err := chain.DecodeHeader(b.Header)
	if err != nil {
		return err
	}
	if header.Chain != c.identity {
		return fmt.Errorf("%w: it is of chain %s, this is %s", ErrImport, header.Chain, c.identity)
	}
	tip := c.Tip().Header.Height
	if header.Height > tip {
		return c.commitDecided(ctx, header, b, nil)
	}
	if header.Height < c.store.Status().OldestHeader {
		return nil // from before this ledger was restored
	}
	mine, err := c.store.Header(header.Height)
	if err != nil {
		return err
	}
	if have, other := mine.Hash(c.suite), header.Hash(c.suite); have != other {
		return fmt.Errorf("%w: block %d is %s here and %s there", ErrImport, header.Height, have, other)
	}
	return nil
}

// Drained waits until everything that is decided is executed.
func (c *Chain) Drained(ctx context.Context) error { return c.AwaitHeight(ctx, c.Tip().Header.Height) }

// undecidedError says that a header is not shown to be decided.
type undecidedError struct{ reason error }

func (e *undecidedError) Error() string { return e.reason.Error() }
func (e *undecidedError) Unwrap() error { return e.reason }

// commitDecided commits a block that others say was decided, after checking that it
// was. What is wrong with it is an undecidedError or consensus.ErrProposal; any other
// error is this node's own. early is what is known of it, or nil.
func (c *Chain) commitDecided(ctx context.Context, header *chain.Header, b *blocksync.Block, early *shown) error {
	if tip := c.Tip().Header.Height; header.Height != tip+1 {
		return fmt.Errorf("%w: %w: height %d, the tip is %d", ErrImport, consensus.ErrProposal, header.Height, tip)
	}
	ruling, err := c.Ruling(header.Height)
	if err != nil {
		return &undecidedError{err}
	}
	if early == nil || early.set != ruling.set {
		if early, err = c.shown(header, b, ruling); err != nil {
			return &undecidedError{err}
		}
	}
	if early.block != nil {
		if err := c.course.foresee(ctx, early); err != nil {
			return err
		}
	}
	proposal := consensus.Proposal{Height: header.Height, Header: b.Header, Body: b.Body}
	_, err = c.course.commit(ctx, consensus.Decision{Proposal: proposal, Proof: *early.proof})
	return err
}
