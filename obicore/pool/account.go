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
	since time.Time     // when it was queued
	index int           // its place in the sender's queue
}

// account is one sender's transactions by nonce.
type account struct {
	nonce   uint64 // next nonce by state
	ready   uint64 // how many follow the nonce without a gap: the pending ones
	byNonce map[uint64]*entry

	queue  queue  // the queued ones, the worst on top
	places int    // that they take
	turn   uint64 // order among senders in which this one began to queue
	index  int    // in Pool.crowds
}

// end returns the first nonce that is missing.
func (a *account) end() uint64 { return a.nonce + a.ready }

// promote makes the queued transactions pending that follow without a gap.
func (p *Pool) promote(a *account) (promoted []chain.Verified) {
	for e := a.byNonce[a.end()]; e != nil; e = a.byNonce[a.end()] {
		p.dequeue(a, e)
		p.countPending(e, 1)
		promoted = append(promoted, e.transaction)
		a.ready++
	}
	return promoted
}

// demote queues the pending transactions from the nonce first up to end.
func (p *Pool) demote(a *account, first, end uint64) {
	for nonce := first; nonce < end; nonce++ {
		if e := a.byNonce[nonce]; e != nil {
			p.countPending(e, -1)
			p.enqueue(a, e)
		}
	}
}

func (p *Pool) countPending(e *entry, sign int) {
	p.pending += sign
	p.pendingBytes += sign * len(e.transaction.Raw)
}
