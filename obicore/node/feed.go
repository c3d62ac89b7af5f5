package node

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Event is something that subscribers are told of: a new block, or transactions that have
// become pending. It is empty when the head has moved by a block of which this node has not
// looked at all: one that it caught up with by its results.
type Event struct {
	Block   *Block
	Pending []chain.Verified
}

// Subscription receives events until Close, or until it falls behind by more
// than its buffer: then Events is closed and Overflowed tells why.
type Subscription struct {
	Events <-chan Event

	feed   *feed
	events chan Event
	blocks bool // wants blocks only
	full   bool
}

// feed hands events to subscribers without ever waiting for one.
type feed struct {
	mutex       sync.Mutex
	closed      bool
	subscribers map[*Subscription]struct{}
}

// Subscribe returns a subscription with room for buffer events.
func (c *Chain) Subscribe(buffer int) *Subscription { return c.feed.subscribe(buffer, false) }

func (f *feed) subscribe(buffer int, blocks bool) *Subscription {
	events := make(chan Event, max(1, buffer))
	s := &Subscription{Events: events, feed: f, events: events, blocks: blocks}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		close(events)
		return s
	}
	if f.subscribers == nil {
		f.subscribers = make(map[*Subscription]struct{})
	}
	f.subscribers[s] = struct{}{}
	return s
}

func (f *feed) publish(event Event) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for s := range f.subscribers {
		if s.blocks && event.Pending != nil {
			continue
		}
		select {
		case s.events <- event:
		default:
			s.full = true
			f.remove(s)
		}
	}
}

func (f *feed) remove(s *Subscription) {
	if _, ok := f.subscribers[s]; ok {
		delete(f.subscribers, s)
		close(s.events)
	}
}

func (f *feed) close() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.closed = true
	for s := range f.subscribers {
		f.remove(s)
	}
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.feed.mutex.Lock()
	defer s.feed.mutex.Unlock()
	s.feed.remove(s)
}

// Overflowed reports whether the subscription ended because it fell behind.
func (s *Subscription) Overflowed() bool {
	s.feed.mutex.Lock()
	defer s.feed.mutex.Unlock()
	return s.full
}
