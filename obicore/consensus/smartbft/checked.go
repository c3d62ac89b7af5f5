package smartbft

import (
	"bytes"
	"context"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxChecked bounds the proposals of one height that are remembered as valid.
const maxChecked = 4

// checked remembers what the host has validated, so that a proposal is validated
// once and nothing is voted for or committed that was not.
type checked struct {
	mutex sync.Mutex
	valid []consensus.Proposal
}

func (c *checked) has(p consensus.Proposal) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, v := range c.valid {
		if v.Height == p.Height && bytes.Equal(v.Header, p.Header) && bytes.Equal(v.Body, p.Body) {
			return true
		}
	}
	return false
}

func (c *checked) add(p consensus.Proposal) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.valid) > 0 && (c.valid[0].Height != p.Height || len(c.valid) == maxChecked) {
		c.valid = c.valid[:copy(c.valid, c.valid[1:])]
	}
	if len(c.valid) > 0 && c.valid[0].Height != p.Height {
		c.valid = c.valid[:0]
	}
	c.valid = append(c.valid, p)
}

// check validates a proposal on top of the tip; the caller is inside the guard.
func (i *instance) check(ctx context.Context, p consensus.Proposal) error {
	if i.checked.has(p) {
		return nil
	}
	if err := i.host.Validate(ctx, p); err != nil {
		return err
	}
	i.checked.add(p)
	return nil
}
