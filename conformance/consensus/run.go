package consensus

import (
	"context"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// run is an engine at work for a host.
type run struct {
	bench
	*host
	engine consensus.Engine
	ended  bool
}

// start makes an engine for the host and starts it. At the end of the rule it is stopped
// and what the host has found wrong is reported.
func (b bench) start(t conformance.T, h *host, options consensus.Options) *run {
	t.Helper()
	r := &run{bench: b, host: h, engine: b.make(t, options)}
	if nodes := r.engine.Capabilities().MinNodes; nodes > 1 {
		t.Skipf("the engine needs %d nodes; the rules for several come with the network", nodes)
	}
	if err := r.engine.Start(t.Context(), h, h.boot()); err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		r.stop(t)
		r.report(t)
	})
	return r
}

func (b bench) make(t conformance.T, options consensus.Options) consensus.Engine {
	t.Helper()
	engine, err := b.New().New(options)
	if err != nil || engine == nil {
		t.Fatalf("make an engine: %v", err)
	}
	return engine
}

// report hands over what the host has found wrong.
func (r *run) report(t conformance.T) {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, wrong := range r.wrong {
		t.Errorf("%s", wrong)
	}
	r.wrong = nil
}

// stop stops the engine once; the host holds it to its silence from then on.
func (r *run) stop(t conformance.T) {
	t.Helper()
	if r.ended {
		return
	}
	r.ended = true
	ended := make(chan error, 1)
	go func() { ended <- r.engine.Stop(context.Background()) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stop: %v", err)
		}
	case <-time.After(r.Patience):
		t.Fatalf("Stop has not returned after %s", r.Patience)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.stopped = true
	if r.inside != 0 {
		r.blame("%d calls of the host are under way when Stop returns", r.inside)
	}
}

// eventually waits for what must happen. The engine gives no event for most of it, so
// that the condition is asked again and again.
func (r *run) eventually(t conformance.T, what string, holds func() bool) {
	t.Helper()
	bound, again := time.NewTimer(r.Patience), time.NewTicker(time.Millisecond)
	defer bound.Stop()
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-bound.C:
			t.Fatalf("%s has not happened after %s", what, r.Patience)
		}
	}
}

// height is the last committed height.
func (r *run) height() uint64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.tip().Proposal.Height
}

// reach waits for a height to be committed.
func (r *run) reach(t conformance.T, height uint64) {
	t.Helper()
	r.eventually(t, "the next block", func() bool { return r.height() >= height })
}

// reachCreeping is reach with a clock that goes on a little, a millisecond at a time, as
// long as creep is left.
func (r *run) reachCreeping(t conformance.T, height uint64, creep *time.Duration) {
	t.Helper()
	r.eventually(t, "the next block", func() bool {
		if r.height() < height && *creep > 0 {
			r.clock.advance(time.Millisecond)
			*creep -= time.Millisecond
		}
		return r.height() >= height
	})
}

// with gives access to what the engine's calls share.
func (r *run) with(f func(h *host)) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	f(r.host)
}
