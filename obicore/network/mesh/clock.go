package mesh

import (
	"context"
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// systemClock is the clock when none is injected.
type systemClock struct{}

// Now implements chain.Clock.
func (systemClock) Now() time.Time { return time.Now() }

// AfterFunc implements chain.Clock.
func (systemClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

// watch measures spans since it was made, which no step of the wall clock disturbs.
type watch struct {
	clock chain.Clock
	start time.Time
}

// now returns the time since the start, at least 1.
func (w watch) now() int64 { return max(1, int64(w.clock.Now().Sub(w.start))) }

// since returns the time that has passed since now returned then.
func (w watch) since(then int64) time.Duration { return time.Duration(w.now() - then) }

var errSlow = errors.New("no answer in time")

// within returns a context that ends with its parent or after d on the clock.
func within(parent context.Context, clock chain.Clock, d time.Duration) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	stop := clock.AfterFunc(d, func() { cancel(errSlow) })
	return ctx, func(cause error) {
		stop()
		cancel(cause)
	}
}

// pause waits for d on the clock or for the context's end.
func pause(ctx context.Context, clock chain.Clock, d time.Duration) {
	over := make(chan struct{})
	stop := clock.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case <-over:
	case <-ctx.Done():
	}
}
