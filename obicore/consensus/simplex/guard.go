package simplex

import "sync"

// guard counts the calls under way and lets none in once it is closed. Simplex has
// goroutines that it does not wait for; none of them may reach the host after Stop.
type guard struct {
	mutex  sync.Mutex
	closed bool
	inside sync.WaitGroup
}

// enter reports whether a call may begin; leave ends it.
func (g *guard) enter() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed {
		return false
	}
	g.inside.Add(1)
	return true
}

func (g *guard) leave() { g.inside.Done() }

// close waits for the calls under way.
func (g *guard) close() {
	g.mutex.Lock()
	g.closed = true
	g.mutex.Unlock()
	g.inside.Wait()
}
