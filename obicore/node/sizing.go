package node

import (
	"math/bits"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// sizing bounds what this node puts into a block that it proposes by how long such blocks
// take from their proposal to their decision. A block for which the validators need longer
// than their patience with its leader is never decided, and the next leader, with whom more
// waits, would propose none that is smaller.
type sizing struct {
	aim time.Duration // from proposal to decision

	mutex  sync.Mutex
	most   share
	least  time.Duration // what nearly empty blocks take, about; 0 while not known
	height uint64        // of tries
	tries  []try         // proposals at that height, one of each proposer
}

// share is a part of what the chain's limits allow in a block, in thousandths.
type share uint64

const whole share = 1000

// of returns a share of an amount.
func (s share) of(amount uint64) uint64 {
	return amount/uint64(whole)*uint64(s) + amount%uint64(whole)*uint64(s)/uint64(whole)
}

// shareOf is how much of a limit an amount is.
func shareOf(amount, limit uint64) share {
	if amount >= limit {
		return whole
	}
	high, low := bits.Mul64(amount, uint64(whole))
	quotient, _ := bits.Div64(high, low, limit)
	return share(quotient)
}

// used is how much of a block its transactions take.
func (p *prepared) used(limits chain.Limits) (most share) {
	bytes, gas := uint64(0), uint64(0)
	for i := range p.transactions {
		bytes, gas = bytes+uint64(len(p.transactions[i].Raw)), gas+p.transactions[i].Gas
	}
	count := uint64(len(p.transactions))
	return max(shareOf(count, limits.BlockCount), shareOf(bytes, limits.BlockBytes), shareOf(gas, p.block.Header.GasLimit))
}

// try is a proposal that is not decided yet.
type try struct {
	proposer chain.NodeID
	meta     string
	hash     chain.Hash
	at       time.Time
}

const (
	defaultAim = 500 * time.Millisecond // a third of the engines' own patience
	// sizingFloor is what blocks are not cut below for being slow: what remains is the
	// network's delay. One that was not decided at all is followed by smaller ones.
	sizingFloor = whole / 10
	triesKept   = 16
)

func newSizing(patience time.Duration) *sizing {
	if patience == 0 {
		patience = 3 * defaultAim
	}
	return &sizing{aim: patience / 3, most: whole}
}

// share returns how much a proposal at a height may hold: half as much for each proposer whose
// last one there had another meta, so was made in another view, and is not decided.
func (s *sizing) share(height uint64, meta []byte) share {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	most := s.most
	for i := range s.tries {
		if height == s.height && s.tries[i].meta != string(meta) {
			most /= 2
		}
	}
	return max(most, 1)
}

// began notes that a proposal, the proposer's own too, is to be judged.
func (s *sizing) began(header *chain.Header, hash chain.Hash, at time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if header.Height != s.height {
		s.height, s.tries = header.Height, s.tries[:0]
	}
	t := try{header.Proposer, string(header.ConsensusMeta), hash, at}
	for i := range s.tries {
		if s.tries[i].proposer == t.proposer {
			if s.tries[i].hash != hash {
				s.tries[i] = t
			}
			return
		}
	}
	if len(s.tries) < triesKept {
		s.tries = append(s.tries, t)
	}
}

// mayBeNext reports whether a header is of a proposal that counts.
func (c *Chain) mayBeNext(header *chain.Header) bool {
	tip := c.Tip()
	_, member := c.deciding().Member(header.Proposer)
	return member && header.Height == tip.Header.Height+1 && header.Parent == tip.Hash
}

// decided learns from a decision that used a share of a block: one that took longer than is
// aimed at is followed by smaller ones, others by larger ones when they were as large as they
// might be.
func (s *sizing) decided(height uint64, hash chain.Hash, used share, at time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if height != s.height {
		return // it came as a decided one
	}
	for i := range s.tries {
		if s.tries[i].hash == hash {
			s.learn(used, at.Sub(s.tries[i].at))
		}
	}
	s.tries = s.tries[:0]
}

func (s *sizing) learn(used share, took time.Duration) {
	if used <= sizingFloor/2 {
		if s.least == 0 {
			s.least = took
		}
		s.least = (3*s.least + took) / 4
	}
	// No size makes a block quicker than an empty one; two thirds of the patience are enough.
	aim := max(s.aim, 2*min(s.least, s.aim))
	switch {
	case took > aim && used > sizingFloor:
		fits := share(uint64(used) * uint64(aim) / uint64(took)) //nolint:gosec // positive
		s.most = max(fits, s.most/2, sizingFloor)
	case took <= aim && used >= s.most*3/4:
		s.most = min(s.most+max(s.most/8, 1), whole)
	}
}
