package node

import (
	"sync"
	"time"
)

// crowdedChecks is how many transactions of clients, and as many of peers, are checked in a
// second while the pool has room only for what replaces something: who sends faster than
// blocks are made would otherwise take the time in which they are made.
const crowdedChecks = 256

// crowd counts the checks of the present second.
type crowd struct {
	mutex  sync.Mutex
	second time.Time
	checks int
}

// pass reports whether one more may be checked.
func (w *crowd) pass(now time.Time) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if now.Sub(w.second) >= time.Second || now.Before(w.second) {
		w.second, w.checks = now, 0
	}
	w.checks++
	return w.checks <= crowdedChecks
}

// turnAway refuses, before its signatures are checked, a transaction for which a pool that is
// full would have no room afterwards. The error is the pool's.
func (c *Chain) turnAway(from *crowd) error {
	full := c.pool.Full()
	if full == nil || from.pass(c.options.Clock.Now()) {
		return nil
	}
	return full
}
