package pool

import (
	"container/heap"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// placeBytes is how many bytes of a transaction begin a place in the queue.
const placeBytes = 4096

// Places returns how many places of the queue a transaction takes: one for each
// 4,096 bytes that it begins. So large ones cannot fill the pool's bytes either.
func Places(t chain.Verified) int { return 1 + max(0, len(t.Raw)-1)/placeBytes }

// enqueue enters an entry of the pool into the queue.
func (p *Pool) enqueue(a *sequence, e *entry) {
	e.since = p.now()
	e.age = p.ages.PushBack(e)
	heap.Push(&a.queue, e)
	taken := Places(e.transaction)
	p.places += taken
	a.places += taken
	p.count(e.transaction.Sender, 0, 1)
	if len(a.queue) == 1 {
		p.turns++
		a.turn = p.turns
		heap.Push(&p.crowds, a)
		return
	}
	heap.Fix(&p.crowds, a.index)
}

// dequeue takes an entry out of the queue, not out of the pool.
func (p *Pool) dequeue(a *sequence, e *entry) {
	p.ages.Remove(e.age)
	e.age = nil
	heap.Remove(&a.queue, e.index)
	taken := Places(e.transaction)
	p.places -= taken
	a.places -= taken
	p.count(e.transaction.Sender, 0, -1)
	if len(a.queue) == 0 {
		heap.Remove(&p.crowds, a.index)
		return
	}
	heap.Fix(&p.crowds, a.index)
}

// expire drops what has been queued for too long. Time passes for the pool only
// when something happens, which is when room is needed.
func (p *Pool) expire() {
	now := p.now()
	for front := p.ages.Front(); front != nil; front = p.ages.Front() {
		e := front.Value.(*entry)
		if now.Sub(e.since) < p.limits.QueuedLife {
			return
		}
		p.forget(p.sequences[placeOf(&e.transaction)], e)
	}
}

// evict drops the worst transaction of the most crowded sender.
func (p *Pool) evict() {
	a := p.crowds[0]
	p.forget(a, a.queue[0])
}

// trim brings the queue back under its limits when pending transactions have
// fallen into it.
func (p *Pool) trim(a *sequence) {
	for len(a.queue) > 0 && p.shares[a.queue[0].transaction.Sender].queued > p.limits.QueuedPerSender {
		p.forget(a, a.queue[0])
	}
	for p.places > p.limits.Queued {
		p.evict()
	}
}

// queue is a heap of one sequence's queued entries. On top is the one that it
// misses least: the lowest tip cap, among equals the highest nonce.
type queue []*entry

func (q queue) Len() int { return len(q) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q queue) Less(i, j int) bool {
	a, b := &q[i].transaction, &q[j].transaction
	if c := a.TipCap.Cmp(b.TipCap); c != 0 {
		return c < 0
	}
	return a.Nonce > b.Nonce
}

func (q *queue) Push(x any) {
	e := x.(*entry)
	e.index = len(*q)
	*q = append(*q, e)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}

// crowds is a heap of senders with queued transactions. On top is the one that
// takes the most places, among equals the one that has been queueing longest.
type crowds []*sequence

func (c crowds) Len() int { return len(c) }
func (c crowds) Swap(i, j int) {
	c[i], c[j] = c[j], c[i]
	c[i].index, c[j].index = i, j
}

func (c crowds) Less(i, j int) bool {
	if c[i].places != c[j].places {
		return c[i].places > c[j].places
	}
	return c[i].turn < c[j].turn
}

func (c *crowds) Push(x any) {
	a := x.(*sequence)
	a.index = len(*c)
	*c = append(*c, a)
}

func (c *crowds) Pop() any {
	last := len(*c) - 1
	a := (*c)[last]
	(*c)[last] = nil
	*c = (*c)[:last]
	return a
}
