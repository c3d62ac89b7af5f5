package consensus

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func (b bench) faultRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "failed-commit-does-not-advance", Statement: "When Commit fails, the engine stays on the tip before and can go on from there.", Check: b.failedCommitDoesNotAdvance},
		{Name: "failed-propose-shows-in-status", Statement: "Status says why no block is made, until one is made.", Check: b.failedProposeShowsInStatus},
		{Name: "nothing-to-propose-is-no-fault", Statement: "Having nothing to order does not show in Status as a fault.", Check: b.nothingToProposeIsNoFault},
	}
}

var errDisk = errors.New("the disk is full")

func (b bench) failedCommitDoesNotAdvance(t conformance.T) {
	r := b.start(t, newHost(), demand)
	r.order("one")
	r.engine.Notify()
	r.reach(t, 1)
	r.with(func(h *host) { h.commitFault = errDisk })
	r.order("two")
	r.engine.Notify()
	r.eventually(t, "the failing Commit", func() bool { return r.count(func(h *host) int { return h.attempts }) >= 2 })
	// The host checks every parent, so that a wrong tip shows in the next proposal.
	r.engine.Notify()
	r.eventually(t, "a block after the failure", func() bool { return r.height() >= 2 || r.blamed() })
	if r.blamed() {
		return
	}
	r.eventually(t, "the height in Status", func() bool { return r.engine.Status().Height == r.height() })
	r.with(func(h *host) {
		if body := string(h.decisions[2].Proposal.Body); body != "two" {
			t.Errorf("height 2 has the body %q", body)
		}
	})
}

// count reads one of the host's counters.
func (r *run) count(read func(h *host) int) (n int) {
	r.with(func(h *host) { n = read(h) })
	return n
}

func (b bench) failedProposeShowsInStatus(t conformance.T) {
	r := b.start(t, newHost(), demand)
	r.with(func(h *host) { h.proposeFault = errDisk })
	r.order("one")
	r.engine.Notify()
	r.eventually(t, "the reason in Status", func() bool { return strings.Contains(r.engine.Status().Waiting, errDisk.Error()) })
	if height := r.engine.Status().Height; height != 0 {
		t.Errorf("the status is at height %d", height)
	}
	r.with(func(h *host) { h.proposeFault = nil })
	r.engine.Notify()
	r.reach(t, 1)
	r.eventually(t, "the reason's going", func() bool { return r.engine.Status().Waiting == "" })
}

func (b bench) nothingToProposeIsNoFault(t conformance.T) {
	r := b.start(t, newHost(), demand)
	r.order("one")
	r.engine.Notify()
	r.reach(t, 1)
	r.stop(t)
	if reason := r.engine.Status().Waiting; reason != "" {
		t.Errorf("the status says %q", reason)
	}
}

func (b bench) stopRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "stop-returns", Statement: "Stop returns: of an engine that works, that waits, that was stopped before or has never started.", Check: b.stopReturns},
		{Name: "silent-after-stop", Statement: "When Stop has returned, no call of the host is under way and none comes.", Check: b.silentAfterStop},
		{Name: "restart-continues", Statement: "An engine that starts from a decision goes on from there.", Check: b.restartContinues},
	}
}

func (b bench) stopReturns(t conformance.T) {
	never := b.make(t, demand)
	if err := never.Stop(t.Context()); err != nil {
		t.Errorf("stopping an engine that has not started: %v", err)
	}
	for _, options := range []consensus.Options{demand, {Interval: 1000}} {
		r := b.start(t, newHost(), options)
		r.stop(t)
		if err := r.engine.Stop(t.Context()); err != nil {
			t.Errorf("stopping again: %v", err)
		}
	}
	// While the host works on a proposal; it gives up when its context ends.
	h := newHost()
	working := make(chan struct{})
	var once sync.Once
	h.hold = func(ctx context.Context, call string) {
		if call == "Propose" {
			once.Do(func() { close(working) })
			<-ctx.Done()
		}
	}
	r := b.start(t, h, demand)
	r.order("body")
	r.engine.Notify()
	r.await(t, "a call of Propose", working)
	r.stop(t)
}

// await waits for an event of the host.
func (r *run) await(t conformance.T, what string, event <-chan struct{}) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(r.Patience):
		t.Fatalf("%s has not happened after %s", what, r.Patience)
	}
}

func (b bench) silentAfterStop(t conformance.T) {
	for _, options := range []consensus.Options{demand, {Interval: 1000}} {
		h := newHost()
		committing, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		h.hold = func(_ context.Context, call string) {
			if call == "Commit" {
				once.Do(func() { close(committing) })
				<-release // a disk does not look at contexts
			}
		}
		r := b.start(t, h, options)
		r.order("one", "two")
		r.engine.Notify()
		if options.Interval > 0 {
			r.eventually(t, "the engine's waiting for the clock", r.clock.armed)
			r.clock.advance(time.Second)
		}
		r.await(t, "a call of Commit", committing)
		go func() {
			yield() // so that Stop finds the commit under way
			close(release)
		}()
		r.stop(t)
		r.order("three")
		for range 10 {
			r.engine.Notify()
			r.clock.advance(time.Second)
			_ = r.engine.Receive(chain.NodeID{9}, []byte("late")) // its error is another rule's
			r.engine.Status()
			yield()
		}
		r.report(t)
	}
}

// yield lets other goroutines run.
func yield() {
	for range 100 {
		runtime.Gosched()
	}
}

func (b bench) restartContinues(t conformance.T) {
	h := newHost()
	for height := uint64(1); height <= 3; height++ {
		h.resume()
		r := b.start(t, h, demand)
		if shown := r.engine.Status().Height; shown != height-1 {
			t.Errorf("restarted at height %d, the status shows %d", height-1, shown)
		}
		r.order("body")
		r.engine.Notify()
		r.eventually(t, "a block after the restart", func() bool { return r.height() >= height || r.blamed() })
		r.stop(t)
		r.report(t)
	}
}
