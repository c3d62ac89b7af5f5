package mesh

import (
	"fmt"
	"sync"
	"time"
)

// pulse is a connection's timer: it asks for pings and finds streams that are dead.
type pulse struct {
	mutex   sync.Mutex
	number  uint64    // of the last ping
	at      time.Time // when it was asked for
	cancel  func() bool
	stopped bool
}

func (p *pulse) last() (number uint64, at time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.number, p.at
}

func (p *pulse) stop() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.stopped = true
	if p.cancel != nil {
		p.cancel()
	}
}

// beat asks for a ping when one is due, and sets the timer again. The first ping goes
// out at once, so that the round trip is known.
func (c *connection) beat() {
	p, limits, now := &c.pulse, &c.mesh.Limits, c.mesh.Clock.Now()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.stopped {
		return
	}
	if p.number == 0 || now.Sub(p.at) >= limits.Ping {
		p.number, p.at = p.number+1, now
		c.out.askPing(p.number)
	}
	period := max(time.Millisecond, min(limits.Ping, limits.Silence/4, limits.WriteWithin/4))
	p.cancel = c.mesh.Clock.AfterFunc(period, c.check)
}

// check ends a connection that is dead, and goes on with the others.
func (c *connection) check() {
	limits, watch := &c.mesh.Limits, c.mesh.watch
	if silent := watch.since(c.ear.last.Load()); silent > limits.Silence {
		c.mesh.end(c, fmt.Errorf("nothing was heard for %s", silent.Round(time.Millisecond)), nil)
		return
	}
	if since := c.writing.Load(); since != 0 && watch.since(since) > limits.WriteWithin {
		c.mesh.end(c, fmt.Errorf("a frame could not be written within %s", limits.WriteWithin), nil)
		return
	}
	c.beat()
}
