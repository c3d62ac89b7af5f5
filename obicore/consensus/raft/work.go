package raft

import "context"

// job is a call of the host that may wait. What it returns runs in the owner's
// goroutine.
type job struct {
	ctx    context.Context
	cancel context.CancelFunc // releases ctx, when all is done
	run    func(ctx context.Context) (after func())
}

// work makes the calls of the host, one after the other.
func (e *engine) work(ctx context.Context, done chan struct{}) {
	defer close(done)
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-e.jobs:
			after := j.run(j.ctx)
			e.inbox.call(func() {
				e.busy = false
				after()
				j.cancel()
			})
			e.rouse()
		}
	}
}

// start hands a job over; none is under way.
func (e *engine) start(ctx context.Context, idle bool, run func(ctx context.Context) (after func())) {
	e.busy, e.idle = true, idle
	inner, cancel := context.WithCancel(ctx)
	e.cancelJob = cancel
	e.jobs <- job{inner, cancel, run}
}

// interrupt ends a fetch that stands in the way of something better.
func (e *engine) interrupt() {
	if e.busy && e.idle {
		e.cancelJob()
	}
}
