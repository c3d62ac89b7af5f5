package dissemination

import (
	"container/heap"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Limits bound an outbox.
type Limits struct {
	Batch      int           // wire bytes of one batch
	Kept       int           // transactions for which the node stays responsible
	Linger     time.Duration // how long a transaction waits for company
	FirstPause time.Duration // before it is sent again
	LastPause  time.Duration
	Adoption   time.Duration // before a node sends what a peer gave it
	Again      int           // transactions sent again in a FirstPause
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{
		Batch: 256 << 10, Kept: 100_000, Linger: 2 * time.Millisecond,
		FirstPause: time.Second, LastPause: 16 * time.Second, Adoption: 5 * time.Second, Again: 2000,
	}
}

// Outbox holds what a node has to send.
type Outbox struct {
	limits Limits
	fresh  []*item // not sent yet, in order of arrival
	oldest time.Time
	kept   map[chain.Hash]*item
	again  queue // to be sent at a later time

	round time.Time // the FirstPause in which spent were sent again
	spent int
}

type item struct {
	chain.Verified
	due   time.Time
	pause time.Duration
	gone  bool // ordered or dropped
}

// New returns an empty outbox.
func New(limits Limits) *Outbox {
	return &Outbox{limits: limits, kept: make(map[chain.Hash]*item)}
}

// Add takes a transaction that a client has given to this node. When the outbox is
// full it is sent once and then forgotten.
func (o *Outbox) Add(t chain.Verified, now time.Time) {
	if o.kept[t.ID] != nil {
		return
	}
	it := &item{Verified: t}
	if len(o.fresh) == 0 {
		o.oldest = now
	}
	o.fresh = append(o.fresh, it)
	if len(o.kept) < o.limits.Kept {
		o.kept[t.ID] = it
	}
}

// Adopt takes a transaction that a peer has given to this node: it is sent only if
// it still waits when its first node should long have had it ordered. That node may
// have failed after it had reached some of the others.
func (o *Outbox) Adopt(t chain.Verified, now time.Time) {
	if o.kept[t.ID] != nil || len(o.kept) >= o.limits.Kept {
		return
	}
	it := &item{Verified: t, due: now.Add(o.limits.Adoption), pause: o.limits.Adoption}
	o.kept[t.ID] = it
	heap.Push(&o.again, it)
}

// Done forgets transactions that are ordered or dropped.
func (o *Outbox) Done(ids []chain.Hash) {
	for _, id := range ids {
		if it := o.kept[id]; it != nil {
			it.gone, it.Verified = true, chain.Verified{}
			delete(o.kept, id)
		}
	}
}

// Wake is when Step should be called next, the zero time when there is nothing to
// wait for.
func (o *Outbox) Wake() (at time.Time) {
	if len(o.fresh) > 0 {
		at = o.oldest.Add(o.limits.Linger)
	}
	if len(o.again) > 0 {
		due := o.again[0].due
		if next := o.round.Add(o.limits.FirstPause); o.spent >= o.limits.Again && due.Before(next) {
			due = next
		}
		if at.IsZero() || due.Before(at) {
			at = due
		}
	}
	return at
}

// Step returns the batches to send now: of what clients have given to this node since,
// and of what is sent again. alive says whether a transaction still waits to be ordered;
// what does not is forgotten.
func (o *Outbox) Step(now time.Time, alive func(chain.Hash) bool) (fresh, again [][]chain.Verified) {
	if len(o.fresh) > 0 && !now.Before(o.oldest.Add(o.limits.Linger)) {
		fresh = o.pack(o.fresh, now)
		o.fresh = nil
	}
	if now.Sub(o.round) >= o.limits.FirstPause {
		o.round, o.spent = now, 0
	}
	var due []*item
	for len(o.again) > 0 && !now.Before(o.again[0].due) && o.spent < o.limits.Again {
		it := heap.Pop(&o.again).(*item)
		switch {
		case it.gone:
		case !alive(it.ID):
			delete(o.kept, it.ID)
		default:
			due = append(due, it)
			o.spent++
		}
	}
	return fresh, o.pack(due, now)
}

// pack puts items into batches and plans their next time.
func (o *Outbox) pack(items []*item, now time.Time) (batches [][]chain.Verified) {
	var batch []chain.Verified
	size := 0
	for _, it := range items {
		if it.gone {
			continue
		}
		if size > 0 && size+len(it.Raw) > o.limits.Batch {
			batches, batch, size = append(batches, batch), nil, 0
		}
		batch, size = append(batch, it.Verified), size+len(it.Raw)
		if o.kept[it.ID] == it {
			it.pause = min(max(2*it.pause, o.limits.FirstPause), o.limits.LastPause)
			it.due = now.Add(it.pause)
			heap.Push(&o.again, it)
		}
	}
	if len(batch) > 0 {
		batches = append(batches, batch)
	}
	return batches
}

// queue is a heap of items, the next due on top.
type queue []*item

func (q queue) Len() int           { return len(q) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q *queue) Push(x any)        { *q = append(*q, x.(*item)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return x
}
