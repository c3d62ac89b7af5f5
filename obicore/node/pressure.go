package node

import (
	"sync"
	"time"
)

// pressure slows admission down while more waits than is ordered. To check what comes takes
// the cores on which blocks are made: without it, a network that is given more than it can
// order orders less the more it is given.
type pressure struct {
	turn chan struct{} // has a value while an admission under pressure is under way

	mutex sync.Mutex
	last  [pressureBlocks]ordered
	next  int
}

func newPressure() *pressure { return &pressure{turn: make(chan struct{}, 1)} }

// ordered is how many transactions a decided block held.
type ordered struct {
	at    time.Time
	count int
}

const (
	pressureBlocks = 16
	// leastPerSecond is what any network is taken to order.
	leastPerSecond = 2000
	// calm is how many seconds of ordering may wait before admission slows down.
	calm = 2
	// Rests after checking are at most so many times as long as that took, and not longer than
	// mostRest.
	mostRests = 4
	mostRest  = 500 * time.Millisecond
	// clientPatience is how long a client's transactions wait for their turn.
	clientPatience = 2 * time.Second
)

// decided notes a decision.
func (p *pressure) decided(count int, at time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.last[p.next%pressureBlocks] = ordered{at, count}
	p.next++
}

// perSecond is how much is ordered now.
func (p *pressure) perSecond(now time.Time) float64 {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	oldest, sum := now, 0
	for i := range min(p.next, pressureBlocks) {
		sum += p.last[i].count
		if p.last[i].at.Before(oldest) {
			oldest = p.last[i].at
		}
	}
	if passed := now.Sub(oldest).Seconds(); passed > 0 {
		return max(float64(sum)/passed, leastPerSecond)
	}
	return leastPerSecond
}

// excess is by how many seconds of ordering what is pending goes beyond what may wait.
func (p *pressure) excess(pending int, now time.Time) float64 {
	return max(float64(pending)/p.perSecond(now)-calm, 0)
}

// inTurn calls check, which checks transactions and gives them to the pool. While there is
// an excess one is under way at a time, and is followed by a rest that is the longer the
// greater the excess is. It waits for its turn no longer than patience, and for 0 as long as
// it takes; it reports whether the turn came.
func (c *Chain) inTurn(patience time.Duration, check func()) (came bool) {
	began := c.options.Clock.Now()
	if c.excess(began) == 0 {
		check()
		return true
	}
	var late <-chan struct{}
	if patience > 0 {
		var release func()
		late, release = c.timer(began.Add(patience))
		defer release()
	}
	select {
	case c.pressure.turn <- struct{}{}:
		defer func() { <-c.pressure.turn }()
	case <-late:
		return false
	case <-c.closing:
		return false
	}
	began = c.options.Clock.Now()
	check()
	c.rest(began)
	return true
}

func (c *Chain) excess(now time.Time) float64 {
	pending, _ := c.pool.Count()
	return c.pressure.excess(pending, now)
}

// rest waits after checking that began at a time.
func (c *Chain) rest(began time.Time) {
	now := c.options.Clock.Now()
	times := min(c.excess(now), mostRests)
	due, release := c.timer(now.Add(min(time.Duration(float64(now.Sub(began))*times), mostRest)))
	defer release()
	select {
	case <-due:
	case <-c.closing:
	}
}
