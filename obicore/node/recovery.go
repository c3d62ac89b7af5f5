package node

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// recovers reports whether the block at a height is the first one after the
// recovery that this node has been told of.
func (c *Chain) recovers(height uint64) bool {
	return c.options.Recovery != nil && height == c.options.Recovery.Height+1
}

// checkRecovery refuses a recovery that does not fit this chain: at the start, and
// when block sync has come to its height.
func (c *Chain) checkRecovery() error {
	r := c.options.Recovery
	switch {
	case r == nil:
		return nil
	case c.genesis.RootDelay == 0:
		return fmt.Errorf("%w: a chain without root delay has one validator", chain.ErrRecovery)
	}
	status := c.store.Status()
	if status.Decided < r.Height {
		return nil // checked when block sync has come so far
	}
	if r.Height < status.OldestHeader {
		return nil // from before this ledger was restored, and checked then
	}
	header, err := c.store.Header(r.Height)
	if err != nil {
		return err
	}
	if have := header.Hash(c.suite); have != r.Hash {
		return fmt.Errorf("%w: it keeps block %s at height %d, this node has %s", chain.ErrRecovery, r.Hash, r.Height, have)
	}
	if c.rulingHeight(r.Height+1) < status.OldestState {
		return nil // long past, and checked then
	}
	before, err := c.RecordedValidators(r.Height + 1)
	if err != nil {
		return err
	}
	return r.Check(c.suite, c.identity, before, c.verifyDigest)
}

// RecordedValidators returns the set that decides a height by what the blocks below it
// say, whatever recovery this node has been told of: the one that a recovery is made from.
func (c *Chain) RecordedValidators(height uint64) (*chain.ValidatorSet, error) {
	ruling, err := c.stateRuling(height)
	if err != nil {
		return nil, err
	}
	if earlier := c.recoveryIn(height - 1); earlier != nil {
		return earlier.Validators, nil // it is in force and not in that state yet
	}
	return ruling.Validators, nil
}

func (c *Chain) verifyDigest(key chain.PublicKey, digest chain.Hash, signature []byte) error {
	return crypto.Verify(c.suite, key, digest, signature)
}

// recovered puts the recovery's set into the ruling of a block whose ruling state is
// still that of the old set.
func (c *Chain) recovered(height uint64, ruling *Ruling) *Ruling {
	r := c.options.Recovery
	if r == nil || height <= r.Height || c.rulingHeight(height) > r.Height {
		return ruling
	}
	changed := *ruling
	changed.Validators, changed.set = r.Validators, r.Validators.Hash(c.suite)
	return &changed
}

// checkEvidence checks what stands in a body beside the transactions: in the first
// block after a recovery that recovery and nothing else, in any other evidence of
// misbehaviour. It returns the offences that the block records.
func (c *Chain) checkEvidence(block *chain.Block, ruling *Ruling) ([]chain.Offence, error) {
	if !c.recovers(block.Header.Height) {
		return c.checkMisbehaviour(block, ruling)
	}
	if items := block.Body.Evidence; len(items) != 1 || string(items[0]) != string(c.options.Recovery.Encode()) {
		return nil, errors.New("the block after a recovery must hold it as its evidence")
	}
	return nil, nil
}

// recoveryIn finds the recovery by which a block was decided, in the bodies of the
// blocks that its ruling state has not seen; nil when there is none.
func (c *Chain) recoveryIn(height uint64) *chain.Recovery {
	for at := c.rulingHeight(height) + 1; at <= height; at++ {
		body, err := c.store.Body(at)
		if err != nil {
			return nil
		}
		for _, item := range body.Evidence {
			if r, err := chain.DecodeRecovery(item); err == nil && r.Height+1 == at {
				return r
			}
		}
	}
	return nil
}
