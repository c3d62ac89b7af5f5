package snapshot

import (
	"errors"
	"fmt"
	"sort"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// trail writes every hand-over from the genesis set to the set of the last header. Where
// the ledger has dropped one, or a recovery stands between, the trail ends before it.
func (c *creation) trail(last uint64) error {
	at, set, err := c.known()
	if err != nil {
		return err
	}
	first, err := c.Header(at)
	if err != nil || first.Validators != set.Hash(c.Suite) {
		return err
	}
	for at < last {
		h, err := c.nextHandOver(at, last)
		if h == nil || errors.Is(err, ledger.ErrPruned) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.header.NextValidators != h.next.Hash(c.Suite) {
			return nil // a recovery
		}
		if err := c.writers[sectionTrail].record(h.encode()); err != nil {
			return err
		}
		at = h.header.Height + 1
	}
	return nil
}

// known writes the trail of the former snapshot. It returns the set to which that leads –
// without a former one, that of genesis – and the first header that the set may have decided.
func (c *creation) known() (at uint64, set *chain.ValidatorSet, err error) {
	at = max(1, c.Status().OldestHeader)
	if set, err = c.Genesis.ValidatorSet(); err != nil || c.former == nil {
		return at, set, err
	}
	for record, err := range c.former.reader(sectionTrail).records() {
		if err != nil {
			return 0, nil, err
		}
		h, err := decodeHandOver(record)
		if err != nil {
			return 0, nil, err
		}
		at, set = max(at, h.header.Height+1), h.next
		if err := c.writers[sectionTrail].record(record); err != nil {
			return 0, nil, err
		}
	}
	return at, set, nil
}

// nextHandOver returns the hand-over by the set that decided the header at a height, nil
// when that decided the last one too. Epochs never fall.
func (c *creation) nextHandOver(at, last uint64) (*handOver, error) {
	var fault error
	epoch := func(height uint64) uint64 {
		proof, err := c.Proof(height)
		if err != nil {
			fault = errors.Join(fault, err)
			return 0
		}
		return proof.Epoch
	}
	now := epoch(at)
	if epoch(last) == now || fault != nil {
		return nil, fault
	}
	changed := at + uint64(sort.Search(int(last-at), func(i int) bool { return epoch(at+uint64(i)) > now }))
	if fault != nil {
		return nil, fault
	}
	before, err := c.seal(changed - 1)
	if err != nil {
		return nil, err
	}
	header, err := c.Header(changed)
	if err != nil {
		return nil, err
	}
	set, err := c.setOf(header)
	return &handOver{before, set}, err
}

// setOf returns the validator set that decided a header: that of the state which rules
// it, or of a recovery since.
func (c *creation) setOf(header *chain.Header) (*chain.ValidatorSet, error) {
	back := 1 + c.delay()
	ruling := max(header.Height, back) - back
	set, err := c.setAt(ruling)
	if err != nil {
		return nil, fmt.Errorf("validators of block %d: %w", header.Height, err)
	}
	if set.Hash(c.Suite) == header.Validators {
		return set, nil
	}
	for height := ruling + 1; height <= header.Height; height++ {
		body, err := c.Body(height)
		if err != nil {
			return nil, err
		}
		for _, item := range body.Evidence {
			if r, err := chain.DecodeRecovery(item); err == nil && r.Validators.Hash(c.Suite) == header.Validators {
				return r.Validators, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: the validators of block %d", ledger.ErrNotFound, header.Height)
}

func (c *creation) setAt(height uint64) (*chain.ValidatorSet, error) {
	view, err := c.View(height)
	if err != nil {
		return nil, err
	}
	value, err := view.Get(chain.ValidatorsKey)
	if err = errors.Join(err, view.Close()); err != nil {
		return nil, err
	}
	return chain.DecodeValidatorSet(value)
}
