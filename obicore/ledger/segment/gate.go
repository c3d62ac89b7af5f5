package segment

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// gate lets users in until it is closed; closing waits until all have left.
type gate struct {
	lock   sync.Mutex
	inside int
	closed bool
	empty  sync.Cond
}

func newGate() *gate {
	g := &gate{}
	g.empty.L = &g.lock
	return g
}

// enter returns ErrClosed once the gate is closed; otherwise leave must follow.
func (g *gate) enter() error {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.closed {
		return ledger.ErrClosed
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.inside--; g.inside == 0 {
		g.empty.Broadcast()
	}
}

// close reports whether this call closed the gate; either way nobody is inside
// when it returns.
func (g *gate) close() (first bool) {
	g.lock.Lock()
	defer g.lock.Unlock()
	first = !g.closed
	g.closed = true
	for g.inside > 0 {
		g.empty.Wait()
	}
	return first
}
