package simplex

import (
	"fmt"
	"log/slog"
	"time"

	upstream "github.com/ava-labs/simplex"
)

// watchOver has the host catch up when this node lags, and Simplex started anew when it
// moves neither tip nor round although a block is wanted.
func (i *instance) watchOver(now time.Time) {
	e := i.engine
	if i.retired.Load() {
		return // another instance is on its way
	}
	if atLeast, lags := e.lags(now); lags {
		e.logf(slog.LevelInfo, "simplex: the host is asked to catch up")
		e.mutex.Lock()
		e.behind.fetching, e.behind.atLeast = true, atLeast
		e.replace()
		e.mutex.Unlock()
		return
	}
	e.mutex.Lock()
	at := progress{e.moved, e.advanced}
	open := e.pending || e.wants > e.tip.Proposal.Height || e.behind.proven > e.tip.Proposal.Height
	wants := e.wants == e.tip.Proposal.Height+1
	e.mutex.Unlock()
	height, _ := i.ledger.tip()
	if i.idle(now) {
		e.logf(slog.LevelWarn, "simplex: round %d is not begun", e.round())
		e.mutex.Lock()
		e.faults++
		e.replace()
		e.mutex.Unlock()
		return
	}
	still := i.watchdog.look(now, 2*e.timing.tick, at, open || i.ancestry.underWay(height, e.round()))
	switch {
	case still >= e.timing.stuck:
		i.fail(fmt.Errorf("%w: neither a decision nor another round for %s", errFault, still))
	case wants && now.Sub(i.greeted) >= e.timing.forward:
		i.greeted = now
		i.demand()
	}
}

// begin notes that Simplex has begun a round: as its leader, by waiting for its leader
// or by leaving it.
func (i *instance) begin(round uint64) {
	for {
		last := i.begun.Load()
		if round <= last || i.begun.CompareAndSwap(last, round) {
			return
		}
	}
}

// idle says whether Simplex sits in a round that it has not begun. It does so when it
// gets the notarization of the round before by replication, and would wait without a
// timer for what others do. Started anew, it begins the round.
func (i *instance) idle(now time.Time) bool {
	e := i.engine
	e.mutex.Lock()
	at, advanced := e.at, e.advanced
	e.mutex.Unlock()
	open := e.care.begin && i.begun.Load() < at
	return i.unbegun.look(now, 2*e.timing.tick, progress{advanced: advanced}, open) >= e.timing.settle
}

// progress is when the tip and the round moved.
type progress struct{ moved, advanced time.Time }

// watchdog adds up the time in which nothing moves although something should. It is used
// by one goroutine.
type watchdog struct {
	looked time.Time
	at     progress
	still  time.Duration
}

// look adds the time since the last look. A clock that jumps counts as one look: a
// process that was stopped, or a machine that slept, is not stuck.
func (w *watchdog) look(now time.Time, atMost time.Duration, at progress, open bool) time.Duration {
	w.still += max(0, min(now.Sub(w.looked), atMost))
	if w.looked = now; !open || at != w.at {
		w.at, w.still = at, 0
	}
	return w.still
}

// greet tells the others from time to time where this node stands.
func (i *instance) greet(now time.Time) {
	if now.Sub(i.greeted) >= i.engine.timing.greet {
		i.greeted = now
		i.broadcast(frameHere, nil)
	}
}

// help answers a node that is behind: with the proof of the tip, which it can verify, or
// across a change of validators with the bare height.
func (i *instance) help(f frame) {
	height, _ := i.ledger.tip()
	now := i.clock.Now()
	if f.height >= height && f.epoch >= i.members.set.Epoch || now.Sub(i.helped[f.from]) < i.engine.timing.rebroadcast {
		return
	}
	i.helped[f.from] = now
	first, ok := i.ledger.carrier()
	if !ok || f.epoch < i.members.set.Epoch {
		i.send(f.from, frameHere, nil)
		return
	}
	network{i}.Send(&upstream.Message{Finalization: &first.finalization}, idOf(f.from))
}
