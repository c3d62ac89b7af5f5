package node

import (
	"context"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// pressure slows admission down while more comes than is ordered. To check what comes takes
// the cores on which blocks are made: without it, a network that is given more than it can
// order orders less the more it is given. What tells is how long the transactions in blocks
// have waited: what waits and is never ordered says nothing.
type pressure struct {
	calm time.Duration // that transactions may wait for their block before admission slows down
	turn chan struct{} // has a value while a client's transactions are checked under pressure

	mutex  sync.Mutex
	waited time.Duration // of the transactions in the last block that held some of this pool, on average
	at     time.Time     // when that was decided
}

const (
	// leastCalm is what transactions may wait on any chain; where blocks come at intervals, two of
	// these more.
	leastCalm = 2 * time.Second
	// pressureLasts is how long a block says something of the pressure.
	pressureLasts = 5 * time.Second
	// Rests after checking are as many times as long as that took as transactions wait seconds
	// too long, but at most so many times, and not longer than mostRest.
	mostRests = 4
	mostRest  = 500 * time.Millisecond
	// clientPatience is how long a client's transactions wait for their turn.
	clientPatience = 10 * time.Second
)

func newPressure(interval uint64) *pressure {
	between := time.Duration(interval) * time.Millisecond //nolint:gosec // an operator's
	return &pressure{calm: leastCalm + 2*between, turn: make(chan struct{}, 1)}
}

// decided notes how long the transactions of a block have waited here.
func (p *pressure) decided(waited time.Duration, at time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.waited, p.at = waited, at
}

// excess is how many seconds too long transactions wait.
func (p *pressure) excess(now time.Time) float64 {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if now.Sub(p.at) > pressureLasts {
		return 0
	}
	return max((p.waited - p.calm).Seconds(), 0)
}

// pooledOf returns how many of the transactions of a decided block this node's pool holds, and
// notes how long they have waited; on a development chain they may wait for whoever mines.
func (c *Chain) pooledOf(ids []chain.Hash) int {
	pooled, waited := c.pool.Waited(ids)
	if pooled > 0 && c.options.Development == nil {
		c.pressure.decided(waited, c.options.Clock.Now())
	}
	return pooled
}

// inTurn calls check, which checks transactions of a client and gives them to the pool. Under
// pressure one client's are checked at a time, and a rest follows. It reports whether their
// turn has come within the patience.
func (c *Chain) inTurn(ctx context.Context, check func()) (came bool) {
	began := c.options.Clock.Now()
	if c.pressure.excess(began) == 0 {
		check()
		return true
	}
	late, release := c.timer(began.Add(clientPatience))
	defer release()
	select {
	case c.pressure.turn <- struct{}{}:
		defer func() { <-c.pressure.turn }()
	case <-late:
		return false
	case <-ctx.Done():
		return false
	case <-c.closing:
		return false
	}
	began = c.options.Clock.Now()
	check()
	c.rest(began)
	return true
}

// rest waits, under pressure, after checking that began at a time.
func (c *Chain) rest(began time.Time) {
	now := c.options.Clock.Now()
	rest := time.Duration(float64(now.Sub(began)) * min(c.pressure.excess(now), mostRests))
	if rest <= 0 {
		return
	}
	due, release := c.timer(now.Add(min(rest, mostRest)))
	defer release()
	select {
	case <-due:
	case <-c.closing:
	}
}
