package node_test

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// refusals asks for what the node no longer has, and for what is not there yet.
func (c *comparison) refusals() {
	store := c.chain.Ledger()
	key := chain.AccountKey(storeAddress)
	for _, kept := range []struct {
		from uint64
		asks map[string]func(height uint64) error
	}{
		{c.status.OldestBody, map[string]func(height uint64) error{
			"a block":  func(height uint64) error { _, err := c.chain.BlockAt(height); return err },
			"receipts": func(height uint64) error { _, err := c.chain.ReceiptsAt(height); return err },
			"a body":   func(height uint64) error { _, err := store.Body(height); return err },
			"results":  func(height uint64) error { _, err := store.Results(height); return err },
			"events": func(height uint64) error {
				_, err := store.(ledger.EventIndexer).Candidates(c.t.Context(), ledger.EventQuery{Emitters: []chain.Address{storeAddress}}, height, c.last, func(uint64) bool { return true })
				return err
			},
		}},
		{c.status.OldestState, map[string]func(height uint64) error{
			"a state": func(height uint64) error { _, err := c.chain.View(height); return err },
			"a proof": func(height uint64) error { _, err := store.Prove(height, key); return err },
			"a proof of many": func(height uint64) error {
				_, err := store.(ledger.MultiProver).ProveMany(height, []chain.StateKey{key})
				return err
			},
		}},
		{c.status.OldestHeader, map[string]func(height uint64) error{
			"a header": func(height uint64) error { _, err := store.Header(height); return err },
		}},
	} {
		for what, ask := range kept.asks {
			for _, height := range []uint64{0, kept.from / 2, kept.from - 1} {
				if err := ask(height); kept.from > 0 && !errors.Is(err, ledger.ErrPruned) {
					c.fail("%s of height %d, below %d: %v", what, height, kept.from, err)
				}
			}
			if err := ask(c.last + 1); what != "events" && !errors.Is(err, ledger.ErrNotFound) {
				c.fail("%s above the head: %v", what, err)
			}
		}
	}
	c.gone()
}

// gone looks for transactions whose blocks are dropped.
func (c *comparison) gone() {
	for height := range c.status.OldestBody {
		for _, t := range c.model.blocks[height].Transactions {
			if _, _, err := c.chain.Transaction(t.ID); !errors.Is(err, ledger.ErrNotFound) && !errors.Is(err, ledger.ErrPruned) {
				c.fail("a transaction of block %d, below %d: %v", height, c.status.OldestBody, err)
			}
		}
	}
}

// again submits what the last blocks hold: no node takes it twice.
func (c *comparison) again() {
	for height := c.last - differentialWindow + 1; height <= c.last; height++ {
		for n, t := range c.model.blocks[height].Transactions {
			want := execution.ErrNonceTooLow
			if t.Lane == chain.UnorderedLane {
				want = execution.ErrDuplicate
				if t.ValidUntil <= c.last {
					want = execution.ErrExpired
				}
			}
			if _, err := c.chain.Submit(c.t.Context(), t.Raw); !errors.Is(err, want) {
				c.fail("transaction %d of block %d comes again: %v, want %v", n, height, err, want)
			}
		}
	}
}
