package mesh

import (
	"fmt"
	"math"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/network"
)

const (
	batchBytes = 256 << 10 // messages that a writer takes at once, by bytes
	batchCount = 256       // and by number
)

// outbox is what waits for a connection's writer.
type outbox struct {
	wake chan struct{} // capacity 1: there may be work

	mutex    sync.Mutex
	messages fifo
	credit   int64 // what the peer lets this end send
	window   int64 // what credit can be at most
	largest  int   // bytes of the largest message that the peer takes
	owed     int64 // credit to give back
	ping     uint64
	pong     uint64
	pings    bool // ping is to be sent
	pongs    bool // pong is to be sent
	closed   bool
	farewell *farewell // the last frame
}

// batch is what a writer writes next: control holds whole frames.
type batch struct {
	control  []byte
	messages [][]byte
}

func newOutbox(h *hello) *outbox {
	return &outbox{wake: make(chan struct{}, 1), credit: int64(h.Window), window: int64(h.Window), largest: int(min(h.Message, math.MaxInt))}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// push queues a message.
func (o *outbox) push(message []byte, limits *network.Limits) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	switch {
	case o.closed:
		return network.ErrNotConnected
	case len(message) > o.largest:
		return fmt.Errorf("%w: %d bytes, the peer takes %d", network.ErrTooLarge, len(message), o.largest)
	case o.messages.len() >= limits.QueueCount || o.messages.bytes+len(message) > limits.QueueBytes:
		return network.ErrCongested
	}
	o.messages.push(message)
	o.signal()
	return nil
}

// take fills b with what can be written now and reports whether that is anything; with
// closed, farewell is the last thing to write.
func (o *outbox) take(b *batch, returnAfter int64) (some, closed bool, last *farewell) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	b.control, b.messages = b.control[:0], b.messages[:0]
	if o.closed {
		return false, true, o.farewell
	}
	if o.pongs {
		b.control = appendNumber(b.control, framePong, o.pong)
	}
	if o.pings {
		b.control = appendNumber(b.control, framePing, o.ping)
	}
	o.pings, o.pongs = false, false
	if o.owed >= returnAfter {
		b.control = appendNumber(b.control, frameCredit, uint64(o.owed))
		o.owed = 0
	}
	for size := 0; o.messages.len() > 0 && size < batchBytes && len(b.messages) < batchCount; {
		cost := costOf(o.messages.first())
		if cost > o.credit {
			break
		}
		o.credit -= cost
		size += int(cost)
		b.messages = append(b.messages, o.messages.pop())
	}
	return len(b.control)+len(b.messages) > 0, false, nil
}

// grant adds credit that the peer gives back, and refuses more than it ever gave.
func (o *outbox) grant(credit uint64) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if credit == 0 || credit > uint64(o.window-o.credit) {
		return fmt.Errorf("%w: %d bytes of credit, at most %d are due", errFrame, credit, o.window-o.credit)
	}
	o.credit += int64(credit)
	o.signal()
	return nil
}

// owe notes credit to give back.
func (o *outbox) owe(credit, returnAfter int64) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.owed += credit; o.owed >= returnAfter {
		o.signal()
	}
}

// askPing and answer queue a ping and a pong; only the newest of each waits.
func (o *outbox) askPing(number uint64) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.ping, o.pings = number, true
	o.signal()
}

func (o *outbox) answer(number uint64) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.pong, o.pongs = number, true
	o.signal()
}

// close drops what waits and leaves the writer a last frame, or none.
func (o *outbox) close(last *farewell) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.closed, o.farewell = true, last
	o.messages.clear()
	o.signal()
}

// queued counts the messages that wait.
func (o *outbox) queued() int {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.messages.len()
}
