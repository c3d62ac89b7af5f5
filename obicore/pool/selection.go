package pool

import (
	"bytes"
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Selection offers pending transactions in the pool's order. It is a snapshot:
// later changes of the pool do not show.
type Selection struct {
	heads   heads
	skipped map[Lane]bool
}

// head is the next transaction of a sequence and those behind it. Its rank stands beside it:
// entries are spread over memory, and each is compared many times.
type head struct {
	rank    rank
	waiting []*entry
}

// rank is what the pool's order goes by.
type rank struct {
	tip     chain.Word
	arrival uint64
}

func (e *entry) rank() rank { return rank{e.transaction.TipCap, e.arrival} }

type heads []head

func (h heads) Len() int           { return len(h) }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h heads) Less(i, j int) bool { return h[i].rank.before(h[j].rank) }
func (h *heads) Push(x any)        { *h = append(*h, x.(head)) }
func (h *heads) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// before orders by tip cap, the highest first, then by arrival.
func (r rank) before(other rank) bool {
	if c := r.tip.Cmp(other.tip); c != 0 {
		return c > 0
	}
	return r.arrival < other.arrival
}

// Select returns the pending transactions in order.
func (p *Pool) Select() *Selection {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	s := &Selection{}
	for _, a := range p.sequences {
		if waiting := a.pending(); len(waiting) > 0 {
			s.heads = append(s.heads, head{waiting[0].rank(), waiting})
		}
	}
	heap.Init(&s.heads)
	return s
}

func (a *sequence) pending() []*entry {
	list := make([]*entry, a.ready)
	for i := range list {
		list[i] = a.byNonce[a.nonce+uint64(i)]
	}
	return list
}

// Next returns the best transaction that is left and goes on to the next of its
// lane; ok is false at the end.
func (s *Selection) Next() (t chain.Verified, ok bool) {
	for len(s.heads) > 0 && s.skipped[LaneOf(&s.heads[0].waiting[0].transaction)] {
		heap.Pop(&s.heads)
	}
	if len(s.heads) == 0 {
		return t, false
	}
	first := &s.heads[0]
	t = first.waiting[0].transaction
	if first.waiting = first.waiting[1:]; len(first.waiting) == 0 {
		heap.Pop(&s.heads)
	} else {
		first.rank = first.waiting[0].rank()
		heap.Fix(&s.heads, 0)
	}
	return t, true
}

// Skip leaves out what comes after a transaction in its lane: it could not be included.
func (s *Selection) Skip(t *chain.Verified) {
	if t.Lane == chain.UnorderedLane {
		return // nothing comes after it
	}
	if s.skipped == nil {
		s.skipped = make(map[Lane]bool)
	}
	s.skipped[LaneOf(t)] = true
}

// HasPending reports whether any transaction is pending.
func (p *Pool) HasPending() bool {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	return p.pending > 0
}

// Get returns a pooled transaction.
func (p *Pool) Get(id chain.Hash) (chain.Verified, bool) {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	e, ok := p.byID[id]
	if !ok {
		return chain.Verified{}, false
	}
	return e.transaction, true
}

// Waited returns how many of some transactions are pending here, and for how long on average.
func (p *Pool) Waited(ids []chain.Hash) (count int, average time.Duration) {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	now := p.now()
	for _, id := range ids {
		if e := p.byID[id]; e != nil && e.age == nil {
			count++
			average += now.Sub(e.since)
		}
	}
	return count, average / time.Duration(max(count, 1))
}

// Missing returns the nonce that must come before a queued transaction can go
// into a block; waits is false when the transaction is not queued.
func (p *Pool) Missing(id chain.Hash) (nonce uint64, waits bool) {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	e := p.byID[id]
	if e == nil || e.age == nil {
		return 0, false
	}
	return p.sequences[placeOf(&e.transaction)].end(), true
}

// NextNonce returns the nonce after the pending transactions of a lane, given the
// nonce by state.
func (p *Pool) NextNonce(lane Lane, nonce uint64) uint64 {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	for a := p.sequences[place{Lane: lane}]; a != nil && a.byNonce[nonce] != nil; {
		nonce++
	}
	return nonce
}

// Content lists the pool by sender: pending and queued, each in order of lane and nonce.
type Content struct {
	Sender  chain.Address
	Pending []chain.Verified
	Queued  []chain.Verified
}

// Contents returns what is in the pool, in ascending order of sender.
func (p *Pool) Contents() []Content {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	bySender := make(map[chain.Address]*Content, len(p.shares))
	for at, a := range p.sequences {
		c := bySender[at.Sender]
		if c == nil {
			c = &Content{Sender: at.Sender}
			bySender[at.Sender] = c
		}
		a.appendTo(c)
	}
	list := make([]Content, 0, len(bySender))
	for _, c := range bySender {
		slices.SortFunc(c.Pending, inOrder)
		slices.SortFunc(c.Queued, inOrder)
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Content) int { return slices.Compare(a.Sender[:], b.Sender[:]) })
	return list
}

func (a *sequence) appendTo(c *Content) {
	for _, e := range a.byNonce {
		if e.age == nil {
			c.Pending = append(c.Pending, e.transaction)
		} else {
			c.Queued = append(c.Queued, e.transaction)
		}
	}
}

func inOrder(a, b chain.Verified) int {
	return cmp.Or(cmp.Compare(a.Lane, b.Lane), cmp.Compare(a.Nonce, b.Nonce), bytes.Compare(a.ID[:], b.ID[:]))
}

// Count returns the numbers of pending and of queued transactions.
func (p *Pool) Count() (pending, queued int) {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	return p.pending, len(p.byID) - p.pending
}

// Bytes returns the wire bytes of all pooled transactions.
func (p *Pool) Bytes() int {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	return p.bytes
}

// Export returns all transactions in an order in which they can be added again.
func (p *Pool) Export() []chain.Verified {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	entries := make([]*entry, 0, len(p.byID))
	for _, e := range p.byID {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b *entry) int { return int(int64(a.arrival) - int64(b.arrival)) })
	list := make([]chain.Verified, len(entries))
	for i, e := range entries {
		list[i] = e.transaction
	}
	return list
}
