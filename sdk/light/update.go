package light

import (
	"context"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Source is where a client gets what it checks, such as a node that it does not
// trust.
type Source interface {
	// Latest returns the height of the newest header that the source has.
	Latest(ctx context.Context) (uint64, error)
	// Header returns the header at a height with its proof.
	Header(ctx context.Context, height uint64) (*chain.Header, chain.Proof, error)
	// Validators returns the set that decides the block at a height.
	Validators(ctx context.Context, height uint64) (*chain.ValidatorSet, error)
}

// maxSteps bounds the changes of the set that one update goes through.
const maxSteps = 10_000

// Update goes on to the newest header of a source and reports whether it has moved.
// It asks for one header when the set has not changed, and for about log2(distance)
// per change otherwise.
func (c *Client) Update(ctx context.Context, source Source) (moved bool, err error) {
	latest, err := source.Latest(ctx)
	if err != nil {
		return false, err
	}
	for range maxSteps {
		trusted := c.trusted.Header
		if latest <= trusted.Height {
			return moved, nil
		}
		height, err := c.reach(ctx, source, latest)
		if err != nil {
			return moved, err
		}
		if err := c.step(ctx, source, height); err != nil {
			return moved, fmt.Errorf("height %d: %w", height, err)
		}
		moved = true
	}
	return moved, fmt.Errorf("%w: more than %d changes of the set", ErrHeader, maxSteps)
}

// reach returns the greatest height up to latest that the trusted set decides: epochs
// only grow, so that it is found by halving.
func (c *Client) reach(ctx context.Context, source Source, latest uint64) (uint64, error) {
	decides := func(height uint64) (bool, error) {
		header, _, err := source.Header(ctx, height)
		if err != nil {
			return false, err
		}
		return header.Validators == c.trusted.Header.NextValidators, nil
	}
	if all, err := decides(latest); err != nil || all {
		return latest, err
	}
	low, high := c.trusted.Header.Height+1, latest // low decides, or is refused by step; high does not
	for high-low > 1 {
		middle := low + (high-low)/2
		ok, err := decides(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

func (c *Client) step(ctx context.Context, source Source, height uint64) error {
	header, proof, err := source.Header(ctx, height)
	if err != nil {
		return err
	}
	if header.Height != height {
		return fmt.Errorf("%w: the source answers with height %d", ErrHeader, header.Height)
	}
	var next *chain.ValidatorSet
	if header.Validators != header.NextValidators {
		if next, err = source.Validators(ctx, height+1); err != nil {
			return err
		}
	}
	return c.Advance(header, proof, next)
}
