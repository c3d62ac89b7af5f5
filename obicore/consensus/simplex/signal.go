package simplex

import (
	"context"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// signal tells everybody who waits that something has changed. Who takes the edge
// before he looks misses no change after his look.
type signal struct {
	mutex sync.Mutex
	edge  chan struct{}
}

func (s *signal) next() <-chan struct{} {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.edge == nil {
		s.edge = make(chan struct{})
	}
	return s.edge
}

func (s *signal) set() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.edge != nil {
		close(s.edge)
		s.edge = nil
	}
}

// unlimited is a wait that only a change ends.
const unlimited = time.Duration(-1)

// pause waits on the chain's clock, or until something changes; false when the
// context has ended.
func pause(ctx context.Context, clock chain.Clock, d time.Duration, changed <-chan struct{}) bool {
	var due chan struct{}
	if d != unlimited {
		due = make(chan struct{})
		stop := clock.AfterFunc(d, func() { close(due) })
		defer stop()
	}
	select {
	case <-due:
	case <-changed:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// wake sets an edge-triggered signal of one reader.
func wake(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default: // it is set
	}
}
