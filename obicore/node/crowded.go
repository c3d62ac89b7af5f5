package node

import (
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// crowdedChecks is how many signatures a second are checked at admission while the pool has
// room only for what replaces something: who sends faster than blocks are made would
// otherwise take the time in which they are made.
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

// turnAway refuses, before their signatures are checked, transactions for which a pool that
// is full would have no room afterwards. The error is the pool's.
func (c *Chain) turnAway(t *chain.Transaction) error {
	full := c.pool.Full()
	if full == nil || c.crowd.pass(c.options.Clock.Now()) {
		return nil
	}
	if _, known := c.pool.Get(t.ID); known {
		return nil
	}
	return full
}
