package inbox

import "sync"

// Inbox takes frames without waiting and gives them out in turn. What does not fit is
// dropped; protocols survive the loss of any message. It may be used by any goroutines.
type Inbox[K comparable, F any] struct {
	whole, least Limit
	ready        chan struct{}

	mutex  sync.Mutex
	limit  Limit // of each sender
	queues map[K]*queue[F]
	turns  []*queue[F] // those in which something waits, in the order of their turns
}

// New makes an inbox in which nobody has a place yet; for the limits see [Share].
func New[K comparable, F any](whole, least Limit) *Inbox[K, F] {
	return &Inbox[K, F]{whole: whole, least: least, ready: make(chan struct{}, 1), queues: make(map[K]*queue[F])}
}

// Seat names who may have something in the inbox from now on, in equal shares. What waits of
// others is dropped.
func (b *Inbox[K, F]) Seat(senders []K) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.limit = Share(b.whole, b.least, len(senders))
	before := b.queues
	b.queues = make(map[K]*queue[F], len(senders))
	for _, sender := range senders {
		q := before[sender]
		if q == nil {
			q = &queue[F]{}
		}
		delete(before, sender)
		b.queues[sender] = q
	}
	for _, q := range before {
		*q = queue[F]{} // it is passed by when its turn comes
	}
}

// Put reports whether there was room; there is none for who has no place.
func (b *Inbox[K, F]) Put(from K, f F, size int) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	q := b.queues[from]
	if q == nil || !b.limit.Fits(q.len(), q.bytes, size) {
		return false
	}
	q.push(f, size)
	if !q.inTurn {
		q.inTurn = true
		b.turns = append(b.turns, q)
	}
	select {
	case b.ready <- struct{}{}:
	default: // it is set
	}
	return true
}

// Take returns the oldest frame of the sender whose turn it is.
func (b *Inbox[K, F]) Take() (f F, ok bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.take()
}

func (b *Inbox[K, F]) take() (f F, ok bool) {
	for len(b.turns) > 0 {
		q := b.turns[0]
		b.turns[0] = nil
		b.turns = b.turns[1:]
		if q.inTurn = false; q.len() == 0 {
			continue
		}
		f = q.pop()
		if q.len() > 0 {
			q.inTurn = true
			b.turns = append(b.turns, q)
		}
		return f, true
	}
	b.turns = nil
	return f, false
}

// Drain returns all that waits, in turn.
func (b *Inbox[K, F]) Drain() (all []F) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for {
		f, ok := b.take()
		if !ok {
			return all
		}
		all = append(all, f)
	}
}

// Ready is set when something has come. Who has waited for it takes until there is no more.
func (b *Inbox[K, F]) Ready() <-chan struct{} { return b.ready }

// Limit is what may wait of each sender.
func (b *Inbox[K, F]) Limit() Limit {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.limit
}
