package simplex

import (
	"context"
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// move sets the tip; the mutex is held.
func (e *engine) move(tip consensus.Decision, at time.Time) {
	e.tip, e.moved, e.waiting, e.faults = tip, at, "", 0
	e.behind = behind{}
	e.asked = time.Time{}
}

// replace retires the instance, which is silent from now on, and has another one
// started; the mutex is held.
func (e *engine) replace() {
	if e.current != nil {
		e.current.retired.Store(true)
	}
	wake(e.restart)
}

// renew has another instance started.
func (e *engine) renew() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.replace()
}

// take applies a decision that the host has committed, with the set that decides the
// next height if that changes.
func (e *engine) take(tip consensus.Decision, next *chain.ValidatorSet, at time.Time) error {
	var table *members
	if next != nil {
		var err error
		if table, err = newMembers(next); err != nil {
			return err
		}
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if tip.Proposal.Height > e.tip.Proposal.Height {
		e.move(tip, at)
	}
	if table != nil && next.Epoch > e.members.set.Epoch {
		e.members = table
		e.seat(table)
		e.replace()
	}
	return nil
}

// show puts a fault into the status.
func (e *engine) show(err error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.waiting = ""; err != nil && !errors.Is(err, context.Canceled) {
		e.waiting = err.Error()
	}
}

// enterRound notes the round that Simplex is in.
func (e *engine) enterRound(round uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if round > e.at {
		e.at, e.advanced = round, e.clock.Now()
	}
}

func (e *engine) round() uint64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.at
}

// noticed notes that the host has something to propose.
func (e *engine) noticed() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.notices++
	if !e.pending && e.clock != nil {
		e.pending, e.notified = true, e.clock.Now()
	}
}

func (e *engine) noticesNow() uint64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.notices
}

// nothing notes that the host has nothing to propose, unless it has said otherwise since.
func (e *engine) nothing(notices uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.notices == notices {
		e.pending, e.wants = false, 0
	}
}

// want notes that this node asks others for a block.
func (e *engine) want(height uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.wants = height
}

func (e *engine) wanting() uint64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.wants
}

// ask notes that another node wants a block on top of a height.
func (e *engine) ask(height uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if now := e.clock.Now(); height == e.tip.Proposal.Height {
		if e.asked.Before(now) {
			defer e.changed.set()
		}
		e.asked = now.Add(e.timing.asked)
	}
}

// reserve is how long the word of another that wants a block waits. Whoever asks leads
// within as many rounds as there are validators; when many have passed without a
// proposal he is heard less and less, so that he cannot have the others fill their disks
// with rounds of nothing. The mutex is held.
func (e *engine) reserve(now time.Time) time.Duration {
	n, passed := uint64(len(e.members.ids)), e.at-min(e.decided, e.at)
	if passed <= 4*n {
		return 0
	}
	wait := e.timing.lag << min((passed-4*n)/n, 6)
	return max(e.advanced.Add(wait).Sub(now), 0)
}

// decidedIn notes the round of the tip.
func (e *engine) decidedIn(round uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.decided = round
}

// why a block is wanted.
type reason uint8

const (
	byNobody reason = iota
	byTime
	byHost
	byOther
)

// wanted says whether a leader should make a block now, or how long to wait.
func (e *engine) wanted(now time.Time) (tip consensus.Decision, why reason, left time.Duration) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	interval := time.Duration(e.options.Interval) * time.Millisecond
	switch {
	case interval > 0:
		return e.tip, byTime, max(e.moved.Add(interval).Sub(now), 0)
	case e.pending:
		return e.tip, byHost, 0
	case now.Before(e.asked):
		return e.tip, byOther, e.reserve(now)
	}
	return e.tip, byNobody, unlimited
}

// overdue says whether a leader's silence counts now, or how long to wait.
func (e *engine) overdue(now time.Time) (tip consensus.Decision, why reason, left time.Duration) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	interval := time.Duration(e.options.Interval) * time.Millisecond
	quiet := e.moved
	if e.notified.After(quiet) {
		quiet = e.notified
	}
	switch {
	case interval > 0:
		return e.tip, byTime, max(e.moved.Add(interval+e.timing.forward).Sub(now), 0)
	case now.Before(e.asked) && !e.pending:
		return e.tip, byOther, e.reserve(now)
	case now.Before(e.asked):
		return e.tip, byOther, 0
	case e.pending:
		return e.tip, byHost, max(quiet.Add(e.timing.forward).Sub(now), 0)
	}
	return e.tip, byNobody, unlimited
}
