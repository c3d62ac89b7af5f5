package simplex

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	upstream "github.com/ava-labs/simplex"
)

// sighting is what is known of a peer.
type sighting struct {
	at     time.Time
	height uint64
}

// behind is what this node knows of heights above its tip. It begins anew with each tip.
type behind struct {
	proven    uint64    // height of a verified finalization
	provenAt  time.Time // since when
	claimed   time.Time // since when somebody claims more than the tip
	enough    time.Time // since when so many do that one is honest
	fetching  bool
	atLeast   uint64
	fetchedAt time.Time
	fruitless int
}

// sight notes where a peer stands.
func (e *engine) sight(f frame) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	s := e.heard[f.from]
	s.at, s.height = e.clock.Now(), max(s.height, f.height)
	e.heard[f.from] = s
}

// prove notes a verified finalization at a height.
func (e *engine) prove(height uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if height <= e.tip.Proposal.Height || height <= e.behind.proven {
		return
	}
	if e.behind.proven == 0 {
		e.behind.provenAt = e.clock.Now()
	}
	e.behind.proven = height
}

// ahead counts the validators that claim more than the tip; the mutex is held.
func (e *engine) ahead() (count int) {
	for id, s := range e.heard {
		if e.members.has(id) && s.height > e.tip.Proposal.Height {
			count++
		}
	}
	return count
}

// mark sets a time once while something holds.
func mark(since *time.Time, holds bool, now time.Time) {
	switch {
	case !holds:
		*since = time.Time{}
	case since.IsZero():
		*since = now
	}
}

// lags says whether the host has to catch up, and at least to which height. Simplex's
// own replication brings what is missing near the tip; what it has not brought after a
// while the host fetches. The word of so few that all may be faulty counts much later.
func (e *engine) lags(now time.Time) (atLeast uint64, lags bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	b, count := &e.behind, e.ahead()
	mark(&b.claimed, count > 0, now)
	mark(&b.enough, count > e.members.faulty(), now)
	lag := e.timing.lag
	if b.fruitless > 0 {
		lag <<= min(b.fruitless, 5)
	}
	over := func(since time.Time, d time.Duration) bool { return !since.IsZero() && now.Sub(since) >= d }
	if !b.fetchedAt.IsZero() && now.Sub(b.fetchedAt) < lag {
		return 0, false
	}
	switch {
	case b.proven > e.tip.Proposal.Height && over(b.provenAt, lag):
		return b.proven, true
	case over(b.enough, lag), over(b.claimed, 8*lag):
		return 0, true
	}
	return 0, false
}

// watchOver has the host catch up when this node lags, and Simplex started anew when it
// moves neither tip nor round although a block is wanted.
func (i *instance) watchOver(now time.Time) {
	e := i.engine
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
	return e.care.begin && i.begun.Load() < at && now.Sub(advanced) >= e.timing.settle
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

// carrier is the tip, if it was decided in this epoch.
func (l *ledger) carrier() (indexed, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.blocks[0], l.blocks[0].block.content == carrier
}

// catchUp has the host fetch what is missing, when that was asked for. No instance runs
// meanwhile: nothing is committed at the same time.
func (e *engine) catchUp(ctx context.Context) {
	e.mutex.Lock()
	due, atLeast, before := e.behind.fetching, e.behind.atLeast, e.tip.Proposal.Height
	e.behind.fetching = false
	e.mutex.Unlock()
	if !due || ctx.Err() != nil {
		return
	}
	bounded, cancel := context.WithCancel(ctx)
	defer cancel()
	defer e.clock.AfterFunc(e.timing.fetch, cancel)()
	tip, next, err := e.host.Fetch(bounded, atLeast)
	if err == nil {
		err = e.arrive(tip.Proposal.Height > before, func() error { return e.take(tip, next, e.clock.Now()) })
	} else {
		e.fruitless()
	}
	if err != nil && ctx.Err() == nil {
		e.logf(slog.LevelWarn, "simplex: catching up: %v", err)
	}
}

// arrive takes what was fetched. The restart that this asks for is the one under way.
func (e *engine) arrive(moved bool, take func() error) error {
	if err := take(); err != nil {
		return err
	}
	select {
	case <-e.restart:
	default:
	}
	if !moved {
		e.fruitless()
	}
	return nil
}

// fruitless notes that there was nothing to fetch, so that the next attempt waits longer.
func (e *engine) fruitless() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.behind.fruitless++
	e.behind.fetchedAt = e.clock.Now()
}
