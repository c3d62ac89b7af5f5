package pool

import (
	"container/heap"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Selection offers pending transactions in the pool's order. It is a snapshot:
// later changes of the pool do not show.
type Selection struct {
	heads   heads
	skipped map[chain.Address]bool
}

// head is one sender's next transaction and those behind it.
type head struct {
	waiting []*entry
}

type heads []head

func (h heads) Len() int           { return len(h) }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h heads) Less(i, j int) bool { return h[i].waiting[0].before(h[j].waiting[0]) }
func (h *heads) Push(x any)        { *h = append(*h, x.(head)) }
func (h *heads) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// before orders by tip cap, the highest first, then by arrival.
func (e *entry) before(other *entry) bool {
	if c := e.transaction.TipCap.Cmp(other.transaction.TipCap); c != 0 {
		return c > 0
	}
	return e.arrival < other.arrival
}

// Select returns the pending transactions in order.
func (p *Pool) Select() *Selection {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	s := &Selection{}
	for _, a := range p.accounts {
		if waiting := a.pending(); len(waiting) > 0 {
			s.heads = append(s.heads, head{waiting})
		}
	}
	heap.Init(&s.heads)
	return s
}

func (a *account) pending() []*entry {
	list := make([]*entry, a.ready)
	for i := range list {
		list[i] = a.byNonce[a.nonce+uint64(i)]
	}
	return list
}

// Next returns the best transaction that is left and goes on to the next of its
// sender; ok is false at the end.
func (s *Selection) Next() (t chain.Verified, ok bool) {
	for len(s.heads) > 0 && s.skipped[s.heads[0].waiting[0].transaction.Sender] {
		heap.Pop(&s.heads)
	}
	if len(s.heads) == 0 {
		return t, false
	}
	t = s.heads[0].waiting[0].transaction
	if s.heads[0].waiting = s.heads[0].waiting[1:]; len(s.heads[0].waiting) == 0 {
		heap.Pop(&s.heads)
	} else {
		heap.Fix(&s.heads, 0)
	}
	return t, true
}

// Skip leaves out all further transactions of a sender: the one before them
// could not be included.
func (s *Selection) Skip(sender chain.Address) {
	if s.skipped == nil {
		s.skipped = make(map[chain.Address]bool)
	}
	s.skipped[sender] = true
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

// Missing returns the nonce that must come before a queued transaction can go
// into a block; waits is false when the transaction is not queued.
func (p *Pool) Missing(id chain.Hash) (nonce uint64, waits bool) {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	e := p.byID[id]
	if e == nil || e.age == nil {
		return 0, false
	}
	return p.accounts[e.transaction.Sender].end(), true
}

// NextNonce returns the nonce after the sender's pending transactions, given the
// nonce by state.
func (p *Pool) NextNonce(sender chain.Address, nonce uint64) uint64 {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	for a := p.accounts[sender]; a != nil && a.byNonce[nonce] != nil; {
		nonce++
	}
	return nonce
}

// Content lists the pool by sender: pending and queued, each in order of nonce.
type Content struct {
	Sender  chain.Address
	Pending []chain.Verified
	Queued  []chain.Verified
}

// Contents returns what is in the pool, in ascending order of sender.
func (p *Pool) Contents() []Content {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	list := make([]Content, 0, len(p.accounts))
	for sender, a := range p.accounts {
		list = append(list, a.content(sender))
	}
	slices.SortFunc(list, func(a, b Content) int { return slices.Compare(a.Sender[:], b.Sender[:]) })
	return list
}

func (a *account) content(sender chain.Address) Content {
	c := Content{Sender: sender}
	next := a.nonce + a.ready
	for nonce, e := range a.byNonce {
		if nonce < next {
			c.Pending = append(c.Pending, e.transaction)
		} else {
			c.Queued = append(c.Queued, e.transaction)
		}
	}
	byNonce := func(a, b chain.Verified) int {
		if a.Nonce < b.Nonce {
			return -1
		}
		return 1
	}
	slices.SortFunc(c.Pending, byNonce)
	slices.SortFunc(c.Queued, byNonce)
	return c
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
