package reference

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// restore takes up what the log says about the height after the tip, and returns what the
// host has to validate again before it is used.
func (c *core) restore(records [][]byte) ([]effect, error) {
	c.effects = nil
	for _, record := range records {
		m, err := decodeMessage(record)
		if err != nil {
			return nil, fmt.Errorf("reference: the log of votes cannot be read: %w", err)
		}
		switch {
		case m.height > c.height:
			return nil, fmt.Errorf("reference: the log is at height %d and the chain at %d: blocks that this node has voted on top of are missing", m.height, c.height-1)
		case m.height < c.height:
			continue
		case m.shape == shapeCommit:
			c.promised[m.round] = m.vote
			if c.lock == nil || c.lock.round < m.round {
				c.lock = &lock{m, m.vote}
			}
		default:
			c.prepared[m.round] = m.vote
		}
		c.round, c.heard = max(c.round, m.round), true
		c.do(effect{validate: &validate{message: m, hash: m.vote, restored: true}})
	}
	return c.effects, nil
}

// resume votes again as before the crash, so that a vote that was not sent is not missed.
func (c *core) resume() {
	for _, kind := range []string{prepareKind, commitKind} {
		own := c.prepared
		if kind == commitKind {
			own = c.promised
		}
		hash, voted := own[c.round]
		if _, sent := c.votes[ballot{kind, c.height, c.round}][c.self]; voted && !sent && c.known[hash] != nil {
			c.do(effect{endorse: &endorse{kind, consensus.Vote{Height: c.height, Round: c.round, Hash: hash}}})
		}
	}
}
