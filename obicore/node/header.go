package node

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// nextHeader returns the parts of the header after the head that do not depend on
// its transactions.
func (c *Chain) nextHeader(head *Head) *chain.Header {
	return c.childHeader(head.Header, head.Hash, &head.Ruling)
}

func (c *Chain) childHeader(parent *chain.Header, hash chain.Hash, ruling *Ruling) *chain.Header {
	height, set := parent.Height+1, ruling.set
	header := &chain.Header{
		Rules: chain.VersionAt(ruling.Parameters.Rules, height), Chain: c.identity, Height: height, Parent: hash,
		Time: max(c.now(), parent.Time+1), GasLimit: ruling.Parameters.GasLimit, Validators: set, NextValidators: set,
		Proposer: c.options.Self, Randomness: randomness(c.suite, hash),
	}
	c.adjust(header)
	return header
}

// checkHeader checks what a header says against its parent and the state that
// rules it; roots and body are checked elsewhere.
func (c *Chain) checkHeader(parent, header *chain.Header, ruling *Ruling) error {
	check := parent.CheckChild
	if c.recovers(header.Height) {
		check = parent.CheckLink
	}
	if err := check(c.suite, header); err != nil {
		return err
	}
	version := chain.VersionAt(ruling.Parameters.Rules, header.Height)
	switch {
	case header.Rules != version:
		return fmt.Errorf("rules version %d, the schedule has %d", header.Rules, version)
	case header.GasLimit != ruling.Parameters.GasLimit:
		return fmt.Errorf("gas limit %d, the parameter is %d", header.GasLimit, ruling.Parameters.GasLimit)
	case header.Validators != ruling.set:
		return fmt.Errorf("validator set %s is not the one in force", header.Validators)
	case header.Randomness != randomness(c.suite, header.Parent) && c.options.Development == nil:
		return errors.New("randomness is not derived from the parent")
	}
	if _, member := ruling.Validators.Member(header.Proposer); !member {
		return fmt.Errorf("proposer %s is not a validator", header.Proposer)
	}
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
	if known := c.recentRoots.at(height - delay); known != nil {
		return known.state, known.result, nil
	}
	results, err := c.store.Results(height - delay)
	if err != nil {
		return state, result, err
	}
	return results.StateRoot, results.Root(c.suite), nil
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

// context returns what execution of a block sees besides state.
func (c *Chain) context(header *chain.Header, ruling *Ruling, view ledger.View) execution.Block {
	fees := ruling.Parameters.Fees
	var recovered *chain.ValidatorSet
	if c.recovers(header.Height) {
		recovered = c.options.Recovery.Validators
	}
	return execution.Block{
		Block: contract.Block{
			Chain: c.identity, ChainID: c.genesis.EVMChainID, Height: header.Height, Time: header.Time,
			Coinbase: ruling.payout(header.Proposer), GasLimit: header.GasLimit, BaseFee: fees.BaseFee,
			BlobFee: chain.WordFromUint64(1), Randomness: header.Randomness, Limits: c.genesis.Limits,
			Effective: header.Height + 1 + c.genesis.RootDelay, Ancestor: c.ancestor(header, c.halt),
		},
		Rules: header.Rules, Parent: header.Parent, Window: c.genesis.Window, Included: c.includedBelow(header.Height), Recovered: recovered, FeeAccount: fees.Account, BurnBase: fees.Burn, CodeSenders: c.editable(),
		Admit: func(t chain.Verified) error { return c.admission.Admit(view, t) },
	}
}

// includedBelow looks whether an id stands in one of the blocks that a block at a height
// remembers.
func (c *Chain) includedBelow(height uint64) func(chain.Hash) (bool, error) {
	return func(id chain.Hash) (bool, error) {
		if c.recentIDs.absent(id, height) {
			return false, nil
		}
		at, err := c.store.Locate(id, height)
		if errors.Is(err, ledger.ErrNotFound) {
			return false, nil
		}
		return err == nil && at.Height+c.genesis.Window >= height, err
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
