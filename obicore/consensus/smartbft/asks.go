package smartbft

import (
	"sync"
	"time"
)

// asks are the messages by which this node asks for changes of view. SmartBFT answers one
// for a view of the past with the same, to all, and may take such an answer for another
// question: two nodes that have not heard of each other's newest change then answer each
// other without end, and every answer goes to all. So the same again, or one for an earlier
// view, goes to a node only every so often.
type asks struct {
	mutex sync.Mutex
	sent  map[uint64]ask // by target
}

type ask struct {
	next uint64
	at   time.Time
}

// admit reports whether a message may go, and notes that it does.
func (a *asks) admit(target, next uint64, now time.Time, every time.Duration) bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	last, known := a.sent[target]
	if known && next <= last.next && now.Sub(last.at) < every {
		return false
	}
	if a.sent == nil {
		a.sent = make(map[uint64]ask)
	}
	a.sent[target] = ask{max(next, last.next), now}
	return true
}
