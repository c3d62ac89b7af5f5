package jsonrpc

import "sync"

// outbox is the bounded queue of what one WebSocket connection has to write. Responses wait for room, which holds back
// the calls of that client only; notifications never wait. It also keeps the order between the two: a subscription is
// silent until the response with its id is queued.
type outbox struct {
	lock    sync.Mutex
	changed *sync.Cond
	items   []outgoing
	bytes   int
	ended   bool // nothing is added any more
	memory  *budget
	limits  *Limits
}

// outgoing is one WebSocket message.
type outgoing struct {
	data         []byte
	taken        int64         // to give back to the budget when it is written or dropped
	subscription *subscription // of a notification
}

func newOutbox(limits *Limits, memory *budget) *outbox {
	o := &outbox{limits: limits, memory: memory}
	o.changed = sync.NewCond(&o.lock)
	return o
}

// respond queues a response, waiting for room, and lets the subscriptions speak that it announces. It takes over taken
// bytes of the budget.
func (o *outbox) respond(data []byte, taken int64, created []*subscription) {
	o.lock.Lock()
	defer o.lock.Unlock()
	for !o.ended && o.bytes > 0 && o.bytes+len(data) > o.limits.MaxQueuedBytes {
		o.changed.Wait()
	}
	if o.ended || len(data) == 0 {
		o.memory.give(taken)
		return
	}
	o.add(outgoing{data: data, taken: taken})
	for _, s := range created {
		s.announced = true
		o.items = append(o.items, s.held...)
		s.held = nil
	}
	o.changed.Broadcast()
}

// notify queues a notification or reports why not.
func (o *outbox) notify(s *subscription, data []byte) error {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.ended || s.ended {
		return ErrSubscriptionClosed
	}
	taken := int64(cap(data))
	if s.queued >= o.limits.MaxQueuedNotifications || o.bytes+len(data) > o.limits.MaxQueuedBytes || !o.memory.take(taken) {
		return ErrSlowConsumer
	}
	s.queued++
	item := outgoing{data: data, taken: taken, subscription: s}
	if !s.announced {
		o.bytes += len(data)
		s.held = append(s.held, item)
		return nil
	}
	o.add(item)
	o.changed.Broadcast()
	return nil
}

func (o *outbox) add(item outgoing) {
	o.bytes += len(item.data)
	o.items = append(o.items, item)
}

// next returns what is to be written now; it waits, and ok is false when nothing comes any more.
func (o *outbox) next() (item outgoing, ok bool) {
	o.lock.Lock()
	defer o.lock.Unlock()
	for {
		for len(o.items) == 0 && !o.ended {
			o.changed.Wait()
		}
		if len(o.items) == 0 {
			return outgoing{}, false
		}
		item, o.items[0] = o.items[0], outgoing{}
		o.items = o.items[1:]
		o.bytes -= len(item.data)
		o.changed.Broadcast()
		if item.subscription == nil {
			return item, true
		}
		item.subscription.queued--
		if !item.subscription.ended {
			return item, true
		}
		o.memory.give(item.taken)
	}
}

// silence ends a subscription: what is queued of it is not written.
func (o *outbox) silence(s *subscription) {
	o.lock.Lock()
	defer o.lock.Unlock()
	s.ended = true
	o.drop(s.held)
	s.held = nil
	o.changed.Broadcast()
}

func (o *outbox) drop(items []outgoing) {
	for _, item := range items {
		o.bytes -= len(item.data)
		o.memory.give(item.taken)
	}
}

// finish takes nothing more; what is queued is still written, or dropped when flush is false.
func (o *outbox) finish(flush bool) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.ended = true
	if !flush {
		o.drop(o.items)
		o.items = nil
	}
	o.changed.Broadcast()
}
