package dissemination

import (
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
	Again      int           // transactions of its clients sent again in a FirstPause, and as many of its peers'
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
	own    repeats // what clients have given to this node
	others repeats // what peers have
}

// repeats are items to be sent again, so many in a pause.
type repeats struct {
	queue
	round time.Time // when the present pause began
	spent int       // of it
}

type item struct {
	chain.Verified
	due     time.Time
	pause   time.Duration
	adopted bool
	gone    bool // ordered or dropped
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
	it := &item{Verified: t, due: now.Add(o.limits.Adoption), pause: o.limits.Adoption, adopted: true}
	o.kept[t.ID] = it
	o.others.push(it)
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
	for _, r := range []*repeats{&o.own, &o.others} {
		if due := r.next(o.limits); !due.IsZero() && (at.IsZero() || due.Before(at)) {
			at = due
		}
	}
	return at
}

// next is when the next one may be sent, the zero time when there is none.
func (r *repeats) next(limits Limits) (at time.Time) {
	first := r.first()
	if first == nil {
		return at
	}
	at = first.due
	if later := r.round.Add(limits.FirstPause); r.spent >= limits.Again && at.Before(later) {
		at = later
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
	due := append(o.due(&o.own, now, alive), o.due(&o.others, now, alive)...)
	return fresh, o.pack(due, now)
}

// due takes what is to be sent again now.
func (o *Outbox) due(r *repeats, now time.Time, alive func(chain.Hash) bool) (items []*item) {
	if now.Sub(r.round) >= o.limits.FirstPause {
		r.round, r.spent = now, 0
	}
	for it := r.first(); it != nil && !now.Before(it.due) && r.spent < o.limits.Again; it = r.first() {
		r.pop()
		switch {
		case it.gone:
		case !alive(it.ID):
			delete(o.kept, it.ID)
		default:
			items = append(items, it)
			r.spent++
		}
	}
	return items
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
			if it.adopted {
				o.others.push(it)
			} else {
				o.own.push(it)
			}
		}
	}
	if len(batch) > 0 {
		batches = append(batches, batch)
	}
	return batches
}
