package smartbft

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// height is that of the tip.
func (e *engine) height() uint64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.tip.Proposal.Height
}

func (e *engine) tipNow() consensus.Decision {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.tip
}

func (e *engine) membersNow() *members {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.members
}

// membersAt are the validators of a height near the tip, nil when they are unknown.
func (e *engine) membersAt(height uint64) *members {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	switch tip := e.tip.Proposal.Height; {
	case height > tip:
		return e.members
	case height == tip && e.previous != nil:
		return e.previous
	case height == tip && e.members.set.From < height:
		return e.members
	default:
		return nil
	}
}

// move sets the tip; the mutex is held.
func (e *engine) move(tip consensus.Decision) {
	e.previous = nil
	if tip.Proof.Epoch == e.members.set.Epoch {
		e.previous = e.members
	}
	e.tip, e.moved, e.waiting, e.faults = tip, e.clock.Now(), "", 0
}

// adopt takes a new set into use, with a new instance when other nodes decide; the
// mutex is held.
func (e *engine) adopt(table *members) {
	same := slices.Equal(table.ids, e.members.ids)
	e.members = table
	e.seat(table)
	if !same {
		e.replace()
	}
}

// seat gives every validator a place in the inbox; the mutex is held.
func (e *engine) seat(table *members) {
	e.inbox.Seat(table.ids)
	e.dropped.Forget()
}

// replace retires the instance, which is silent from now on, and has another one
// started; the mutex is held.
func (e *engine) replace() {
	if e.current != nil {
		e.current.retired.Store(true)
	}
	wake(e.restart)
}

// take applies a decision that the host has committed, with the set that decides
// the next height if that changes.
func (e *engine) take(tip consensus.Decision, next *chain.ValidatorSet) error {
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
		e.move(tip)
		if e.current != nil {
			e.current.views.decided(tip.Proposal.Height)
		}
	}
	if table != nil && next.Epoch > e.members.set.Epoch {
		e.adopt(table)
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

// installed notes the view that the instance works in.
func (e *engine) installed(view uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.view = max(e.view, view)
}

// sleep waits on the chain's clock, or until nudge is set; false when the context
// ends.
func sleep(ctx context.Context, clock chain.Clock, d time.Duration, nudge chan struct{}) bool {
	due := make(chan struct{})
	stop := clock.AfterFunc(d, func() { close(due) })
	defer stop()
	select {
	case <-due:
		return true
	case <-nudge:
		return true
	case <-ctx.Done():
		return false
	}
}
