package node

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// Block is a decided and executed block with all that a reader wants of it.
type Block struct {
	Header       *chain.Header
	Hash         chain.Hash
	Transactions []chain.Verified
	Results      *chain.Results
	Fees         chain.Fees // in force for this block
	Coinbase     chain.Address
	Size         int // bytes, about
}

// ResultRoot returns the root over the results of a block.
func (c *Chain) ResultRoot(b *Block) chain.Hash {
	if root := b.Header.ResultRoot; c.genesis.RootDelay == 0 && !root.IsZero() { // it carries its own
		return root
	}
	return b.Results.Root(c.suite)
}

// BlockAt returns the block at a height; ledger.ErrNotFound above the head.
func (c *Chain) BlockAt(height uint64) (*Block, error) {
	if height > c.Head().Header.Height {
		return nil, fmt.Errorf("%w: block %d, the latest is %d", ledger.ErrNotFound, height, c.Head().Header.Height)
	}
	if oldest := c.store.Status().OldestBody; height < oldest {
		return nil, fmt.Errorf("%w: block %d, the oldest kept is %d", ledger.ErrPruned, height, oldest)
	}
	block, generation := c.blocks.get(height)
	if block != nil {
		return block, nil
	}
	block, err := c.readBlock(height)
	if err != nil {
		return nil, err
	}
	c.blocks.put(block, generation)
	return block, nil
}

func (c *Chain) readBlock(height uint64) (*Block, error) {
	header, err := c.store.Header(height)
	if err != nil {
		return nil, err
	}
	body, err := c.store.Body(height)
	if err != nil {
		return nil, err
	}
	block := &Block{Header: header, Hash: header.Hash(c.suite), Size: len(header.Encode())}
	if block.Results, err = c.store.Results(height); err != nil {
		return nil, err
	}
	entries := body.Entries()
	transactions := make([]*chain.Transaction, len(entries))
	for i := range entries {
		if transactions[i], err = c.decode(entries[i].Wire); err != nil {
			return nil, fmt.Errorf("block %d: %w", height, err)
		}
		block.Size += len(entries[i].Wire)
	}
	var faults []error
	block.Transactions, faults = c.asStored(height)(context.Background(), transactions)
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("block %d: %w", height, err)
	}
	return block, c.fillContext(block)
}

// fillContext adds what the parameters before the block say. Where that state is
// pruned the oldest kept one stands in.
func (c *Chain) fillContext(block *Block) error {
	height := c.rulingHeight(block.Header.Height)
	if len(block.Transactions) > 0 && block.Transactions[0].System {
		height = block.Header.Height // its first transaction records what was in force
	}
	view, err := c.keptView(height)
	if err != nil {
		return err
	}
	defer view.Close()
	ruling, err := c.readRuling(view)
	if err != nil {
		return err
	}
	block.Fees, block.Coinbase = ruling.Parameters.Fees, ruling.payout(block.Header.Proposer)
	return nil
}

// keptView opens the state after a block, or the oldest above it that is kept. That may
// be dropped between the look for it and the reading: then the next one is taken.
func (c *Chain) keptView(height uint64) (ledger.View, error) {
	for {
		from := max(height, c.store.Status().OldestState)
		view, err := c.store.View(from)
		if !errors.Is(err, ledger.ErrPruned) || c.store.Status().OldestState <= from {
			return view, err
		}
	}
}

// BlockByHash returns the block with a header hash.
func (c *Chain) BlockByHash(hash chain.Hash) (*Block, error) {
	height, err := c.store.HeightOf(hash)
	if err != nil {
		return nil, err
	}
	return c.BlockAt(height)
}

// Transaction returns the block and index at which a transaction was last
// included.
func (c *Chain) Transaction(id chain.Hash) (*Block, int, error) {
	place, err := c.store.Locate(id, math.MaxUint64)
	if err != nil {
		return nil, 0, err
	}
	block, err := c.BlockAt(place.Height)
	if err != nil {
		return nil, 0, err
	}
	if int(place.Index) >= len(block.Transactions) {
		return nil, 0, fmt.Errorf("%w: transaction %s", ledger.ErrNotFound, id)
	}
	return block, int(place.Index), nil
}

// View opens the state after a block; the caller closes it.
func (c *Chain) View(height uint64) (ledger.View, error) {
	view, err := c.store.View(height)
	if err != nil {
		return nil, err
	}
	return c.edited(view), nil
}

// Account returns an account in a state, an empty one where there is none.
func Account(view ledger.View, owner chain.Address) (chain.Account, error) {
	value, err := view.Get(chain.AccountKey(owner))
	if err != nil || value == nil {
		return chain.Account{}, err
	}
	return chain.DecodeAccount(value)
}

// Context returns the execution context of an existing block: the one in which
// its transactions ran.
func (c *Chain) Context(block *Block, view ledger.View) (execution.Block, error) {
	ruling := &Ruling{Parameters: &chain.Parameters{Fees: block.Fees}, coinbase: &block.Coinbase}
	context := c.context(block.Header, ruling, view)
	context.Ancestor = c.ancestor(block.Header, c.noteFault)
	return context, nil
}

// NextContext returns the execution context of the block that would come next.
func (c *Chain) NextContext(view ledger.View) execution.Block {
	head := c.Head()
	header := c.nextHeader(head)
	context := c.context(header, &head.Ruling, view)
	context.Ancestor = c.ancestor(header, c.noteFault)
	return context
}

// noteFault is what a failed read costs a query: a line in the log.
func (c *Chain) noteFault(fault error) { c.log.Warn("a query met a fault", "reason", fault) }

// Mine asks the engine for count blocks, empty if need be, and waits for them.
// Calls take turns, so that each gets blocks of its own.
func (c *Chain) Mine(ctx context.Context, count int) error {
	select {
	case c.mining <- struct{}{}:
		defer func() { <-c.mining }()
	case <-ctx.Done():
		return ctx.Err()
	}
	events := c.feed.subscribe(count+1, true)
	defer events.Close()
	c.demanded.Add(int64(count))
	mined := 0
	defer func() { c.withdraw(int64(count - mined)) }()
	c.notify()
	look := time.NewTicker(mineLook)
	defer look.Stop()
	for mined < count {
		select {
		case event, ok := <-events.Events:
			if !ok {
				return ErrStopped
			}
			if event.Block != nil {
				mined++
			}
		case <-look.C:
			if why := c.Engine().Waiting; why != "" {
				return fmt.Errorf("no block is made: %s", why)
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-c.halted:
			return c.HaltReason()
		}
	}
	return nil
}

// AwaitHeight waits until the block at a height is executed.
func (c *Chain) AwaitHeight(ctx context.Context, height uint64) error {
	events := c.feed.subscribe(1, true)
	defer func() { events.Close() }()
	for c.Head().Header.Height < height {
		select {
		case _, ok := <-events.Events:
			if !ok && !events.Overflowed() {
				return ErrStopped
			}
			if !ok { // several blocks have come at once
				events = c.feed.subscribe(1, true)
			}
		case <-c.halted:
			return c.HaltReason()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// mineLook is how often Mine looks whether the engine says why it waits.
const mineLook = 50 * time.Millisecond

// withdraw takes back demands that were not met.
func (c *Chain) withdraw(count int64) {
	for count > 0 {
		demanded := c.demanded.Load()
		if c.demanded.CompareAndSwap(demanded, max(0, demanded-count)) {
			return
		}
	}
}
