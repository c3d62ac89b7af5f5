// Package calls lets the adapters of engines end cleanly: upstream engines have
// goroutines that nobody waits for, and none of them may reach the host after Stop.
package calls

import "sync"

// Guard counts the calls under way and lets none in once it is closed. The zero value
// is open.
type Guard struct {
	mutex  sync.Mutex
	closed bool
	inside sync.WaitGroup
}

// Enter reports whether a call may begin; Leave ends it.
func (g *Guard) Enter() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed {
		return false
	}
	g.inside.Add(1)
	return true
}

// Leave ends a call that Enter has let in.
func (g *Guard) Leave() { g.inside.Done() }

// Close lets no call in any more and waits for those under way.
func (g *Guard) Close() {
	g.mutex.Lock()
	g.closed = true
	g.mutex.Unlock()
	g.inside.Wait()
}
