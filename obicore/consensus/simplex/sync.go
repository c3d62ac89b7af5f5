package simplex

import (
	"context"
	"log/slog"
	"time"
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
