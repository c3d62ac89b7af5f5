package mesh

import (
	"fmt"
	"sync"
)

// inbox is what waits for a connection's deliverer; the window bounds it.
type inbox struct {
	mutex    sync.Mutex
	change   *sync.Cond
	messages fifo
	used     int64 // credit that the peer has used and not got back
	window   int64
	closed   bool
}

func newInbox(window int) *inbox {
	in := &inbox{window: int64(window)}
	in.change = sync.NewCond(&in.mutex)
	return in
}

// push takes a message, and refuses one that the peer had no credit for.
func (in *inbox) push(message []byte) error {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	if in.used += costOf(message); in.used > in.window {
		return fmt.Errorf("%w: a message of %d bytes beyond the window of %d", errFrame, len(message), in.window)
	}
	if !in.closed {
		in.messages.push(message)
		in.change.Signal()
	}
	return nil
}

// next waits for a message; false means that there will be none.
func (in *inbox) next() ([]byte, bool) {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	for in.messages.len() == 0 {
		if in.closed {
			return nil, false
		}
		in.change.Wait()
	}
	return in.messages.pop(), true
}

// handled frees the credit of a delivered message.
func (in *inbox) handled(cost int64) {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	in.used -= cost
}

// close ends the queue; with drop, what waits is not delivered any more.
func (in *inbox) close(drop bool) {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	in.closed = true
	if drop {
		in.messages.clear()
	}
	in.change.Signal()
}
