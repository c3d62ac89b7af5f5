package reference

import (
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// receive takes a message of a validator. Other heights than the current say only who is
// behind.
func (c *core) receive(r *received) {
	if _, ok := c.set.Member(r.from); !ok || r.from == c.self {
		return
	}
	vote := r.shape == shapePrepare || r.shape == shapeCommit
	switch {
	case r.shape == shapeHint:
		c.behind = c.behind || r.height > c.height
	case r.height > c.height:
		c.behind = true
		if r.height == c.height+1 && len(c.later) < maxRounds {
			c.later = append(c.later, r)
		}
	case r.height == c.height:
		c.heard = true
		c.follow(r)
		if vote {
			c.takeVote(r)
		} else if r.shape == shapeProposal {
			c.takeProposal(r)
		}
	case vote && r.height+1 == c.height:
		c.takeVote(r)
		c.help(r.from)
	default:
		c.help(r.from)
	}
}

// help tells a node that is behind that it is, once in a tick.
func (c *core) help(to chain.NodeID) {
	if !c.helped[to] {
		c.helped[to] = true
		c.do(effect{send: &send{to, (&message{shape: shapeHint, height: c.height}).encode()}})
	}
}

func (c *core) want() []byte {
	return (&message{shape: shapeWant, height: c.height, round: c.round}).encode()
}

// takeProposal takes what the leader of this round proposes, and keeps what comes early.
func (c *core) takeProposal(r *received) {
	switch {
	case r.round == c.round && r.from == c.leader(r.round):
		c.consider(r.message)
	case r.round > c.round && r.round < c.round+maxRounds && r.from == c.leader(r.round):
		c.early[r.from] = r.message
	}
}

// follow goes to the highest round that more validators are in than can be faulty.
func (c *core) follow(r *received) {
	c.rounds[r.from] = max(c.rounds[r.from], r.round)
	var ahead []uint64
	for _, round := range c.rounds {
		if round > c.round {
			ahead = append(ahead, round)
		}
	}
	slices.Sort(ahead)
	slices.Reverse(ahead)
	for _, round := range ahead {
		if c.weightFrom(round) > c.faulty() {
			c.move(round)
			return
		}
	}
}

// weightFrom is the weight of the others that are in a round or a later one.
func (c *core) weightFrom(round uint64) (weight uint64) {
	for i := range c.set.Members {
		if at, ok := c.rounds[c.set.Members[i].ID]; ok && at >= round {
			weight += c.set.Members[i].Weight
		}
	}
	return weight
}

// faulty is the weight that can lie.
func (c *core) faulty() uint64 {
	if c.fault != consensus.BFT {
		return 0
	}
	return (consensus.TotalWeight(c.set) - 1) / 3
}

// move goes to a later round.
func (c *core) move(round uint64) {
	c.round, c.led, c.refused, c.accepted = round, false, false, nil
	c.deadline = time.Time{}
	if c.flaw == Unlocked {
		c.lock = nil
	}
	c.do(effect{broadcast: c.want()})
	if m := c.early[c.leader(round)]; m != nil && m.round == round {
		c.consider(m)
	}
}

// tick does what time asks for.
func (c *core) tick(now time.Time) {
	clear(c.helped)
	c.leadAgain()
	if c.decided != nil {
		c.do(effect{commit: c.decided})
		return
	}
	if c.interval > 0 && now.Sub(c.moved) >= c.interval {
		c.pending = true
	}
	if c.behind {
		c.do(effect{fetch: true})
	}
	if c.deadline.IsZero() || !c.member() {
		return
	}
	if now.Sub(c.resent) >= c.patience/2 {
		c.resent = now
		c.resend()
	}
	if now.Before(c.deadline) {
		return
	}
	if c.heard {
		c.move(c.round + 1)
		return
	}
	// Nobody else is at work. Is there still something to order?
	c.deadline = now.Add(c.timeout())
	c.do(effect{propose: &propose{parent: c.tip, round: c.round, force: c.interval > 0, probe: true}})
}

// resend says again what this node has said in this round.
func (c *core) resend() {
	c.do(effect{broadcast: c.want()})
	if c.accepted != nil && c.leader(c.round) == c.self {
		again := *c.accepted
		again.shape, again.round = shapeProposal, c.round
		c.do(effect{broadcast: again.encode()})
	}
	for _, kind := range []string{prepareKind, commitKind} {
		own, ok := c.votes[ballot{kind, c.height, c.round}][c.self]
		if !ok {
			continue
		}
		shape := uint64(shapePrepare)
		if kind == commitKind {
			shape = shapeCommit
		}
		m := &message{shape: shape, height: c.height, round: c.round, vote: own.hash, endorsement: own.endorsement}
		c.do(effect{broadcast: m.encode()})
	}
}
