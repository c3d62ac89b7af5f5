package pool

import (
	"container/list"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// entry is one pooled transaction.
type entry struct {
	transaction  chain.Verified
	arrival      uint64
	replacements int

	age   *list.Element // in Pool.ages; nil when the transaction is pending
	since time.Time     // when it was queued, or became pending
	index int           // its place in the sequence's queue
	until int           // its place among those that are valid up to a height
}

// Lane is one lane of a sender (formats, The native transaction).
type Lane struct {
	Sender chain.Address
	Number uint64
}

// LaneOf returns the lane of a transaction.
func LaneOf(t *chain.Verified) Lane { return Lane{t.Sender, t.Lane} }

// place names a sequence: a lane, or in the unordered lane one transaction.
type place struct {
	Lane
	id chain.Hash
}

func placeOf(t *chain.Verified) place {
	at := place{Lane: LaneOf(t)}
	if t.Lane == chain.UnorderedLane {
		at.id = t.ID
	}
	return at
}

// share is what one sender has in the pool.
type share struct{ transactions, queued int }

// sequence is transactions by nonce: those of a lane.
type sequence struct {
	nonce   uint64 // next nonce by state
	ready   uint64 // how many follow the nonce without a gap: the pending ones
	byNonce map[uint64]*entry

	queue  queue  // the queued ones, the worst on top
	places int    // that they take
	turn   uint64 // order among senders in which this one began to queue
	index  int    // in Pool.crowds
}

// count notes what a sender has more, or less.
func (p *Pool) count(sender chain.Address, transactions, queued int) {
	s := p.shares[sender]
	s.transactions, s.queued = s.transactions+transactions, s.queued+queued
	if s == (share{}) {
		delete(p.shares, sender)
		return
	}
	p.shares[sender] = s
}

// end returns the first nonce that is missing.
func (a *sequence) end() uint64 { return a.nonce + a.ready }

// promote makes the queued transactions pending that follow without a gap.
func (p *Pool) promote(a *sequence) (promoted []chain.Verified) {
	for e := a.byNonce[a.end()]; e != nil; e = a.byNonce[a.end()] {
		p.dequeue(a, e)
		p.countPending(e, 1)
		promoted = append(promoted, e.transaction)
		a.ready++
	}
	return promoted
}

// demote queues the pending transactions from the nonce first up to end.
func (p *Pool) demote(a *sequence, first, end uint64) {
	for nonce := first; nonce < end; nonce++ {
		if e := a.byNonce[nonce]; e != nil {
			p.countPending(e, -1)
			p.enqueue(a, e)
		}
	}
}

func (p *Pool) countPending(e *entry, sign int) {
	if sign > 0 {
		e.since = p.now()
	}
	p.pending += sign
	p.pendingBytes += sign * len(e.transaction.Raw)
}
