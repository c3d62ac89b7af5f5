package jsonrpc

import (
	"context"
	"sync/atomic"
)

// gate lets a limited number of messages be executed and a limited number wait for it.
type gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
}

func newGate(slots, queue int) *gate {
	return &gate{slots: make(chan struct{}, slots), queue: int64(queue)}
}

// enter returns nil when the caller may go on and must leave later.
func (g *gate) enter(ctx context.Context) *Error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		return ErrBusy
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return interruption(ctx)
	}
}

func (g *gate) leave() { <-g.slots }

// budget counts bytes that the server holds for clients. Nobody waits for it: what does not fit is refused.
type budget struct {
	used  atomic.Int64
	limit int64
}

func (b *budget) take(n int64) bool {
	if b.used.Add(n) > b.limit {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) { b.used.Add(-n) }
