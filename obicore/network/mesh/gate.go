package mesh

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

var errCrowded = errors.New("too many handshakes at one time")

// gate bounds the incoming handshakes. When it is full, the oldest gives way: an honest
// handshake is over soon, so that silent strangers cannot keep honest nodes out.
type gate struct {
	mutex  sync.Mutex
	limit  int
	inside *list.List // of context.CancelCauseFunc, the oldest first
}

func newGate(limit int) *gate { return &gate{limit: limit, inside: list.New()} }

// enter lets a handshake in, which cancel ends; leave is called when it is over.
func (g *gate) enter(cancel context.CancelCauseFunc) (leave func()) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if oldest := g.inside.Front(); oldest != nil && g.inside.Len() >= g.limit {
		g.inside.Remove(oldest).(context.CancelCauseFunc)(errCrowded)
	}
	place := g.inside.PushBack(cancel)
	return func() {
		g.mutex.Lock()
		defer g.mutex.Unlock()
		g.inside.Remove(place) // does nothing for one that gave way
	}
}
