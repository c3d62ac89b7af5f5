package reference

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxInbox bounds the events that wait.
const maxInbox = 10_000

// engine carries out the effects of a core. All its work is done in work, one event after
// the other; calls only leave an event.
type engine struct {
	fault    consensus.Fault
	flaw     Flaw
	patience time.Duration
	interval time.Duration
	host     consensus.Host
	clock    chain.Clock
	wal      consensus.WAL
	ctx      context.Context
	cancel   context.CancelFunc

	working sync.Mutex // held while events are worked on
	core    *core

	mutex   sync.Mutex
	inbox   []event
	awake   bool // work is due
	stopped bool
	status  consensus.Status
}

// Capabilities implements consensus.Engine.
func (e *engine) Capabilities() consensus.Capabilities { return capabilities(e.fault) }

// Start implements consensus.Engine.
func (e *engine) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	var records [][]byte
	err := boot.WAL.Replay(func(record []byte) error {
		records = append(records, append([]byte(nil), record...))
		return nil
	})
	if err != nil {
		return fmt.Errorf("reference: the log of votes cannot be read: %w", err)
	}
	e.working.Lock()
	defer e.working.Unlock()
	e.host, e.clock, e.wal = host, boot.Clock, boot.WAL
	e.ctx, e.cancel = context.WithCancel(context.WithoutCancel(ctx))
	e.core = newCore(host, boot.Self, e.fault, e.patience, boot.Set, boot.Tip)
	e.core.interval, e.core.moved, e.core.flaw = e.interval, boot.Clock.Now(), e.flaw
	effects, err := e.core.restore(records)
	if err != nil {
		return err
	}
	e.carryOut(effects)
	e.show()
	e.arm()
	return nil
}

// arm sets the clock for the next tick.
func (e *engine) arm() {
	e.clock.AfterFunc(e.patience/4, func() {
		if e.leave(event{ticked: true}) {
			e.arm()
		}
	})
}

// leave puts an event into the inbox; false when the engine has stopped.
func (e *engine) leave(events ...event) bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.stopped {
		return false
	}
	if len(e.inbox) >= maxInbox {
		return true // it is said again
	}
	e.inbox = append(e.inbox, events...)
	if !e.awake && e.clock != nil {
		e.awake = true
		e.clock.AfterFunc(0, e.work)
	}
	return true
}

// take removes the events that wait.
func (e *engine) take() (events []event) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	events, e.inbox = e.inbox, nil
	if e.awake = len(events) > 0; e.stopped {
		return nil
	}
	return events
}

// work takes the events that wait.
func (e *engine) work() {
	e.working.Lock()
	defer e.working.Unlock()
	for events := e.take(); len(events) > 0; events = e.take() {
		for _, event := range events {
			if e.ctx.Err() != nil {
				return
			}
			event.now = e.clock.Now()
			e.carryOut(e.core.step(event))
		}
	}
	e.show()
}

func (e *engine) show() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	c := e.core
	e.status = consensus.Status{Leader: c.leader(c.round), View: c.round, Height: c.tip.Proposal.Height, Waiting: c.waiting}
}

// Stop implements consensus.Engine.
func (e *engine) Stop(context.Context) error {
	e.mutex.Lock()
	e.stopped = true
	e.mutex.Unlock()
	if e.cancel == nil {
		return nil
	}
	e.cancel()
	e.working.Lock()
	defer e.working.Unlock()
	return nil
}

// Receive implements consensus.Engine.
func (e *engine) Receive(from chain.NodeID, b []byte) error {
	m, err := decodeMessage(b)
	if err != nil {
		return err
	}
	if !e.leave(event{received: &received{from, m}}) {
		return consensus.ErrStopped
	}
	return nil
}

// Notify implements consensus.Engine.
func (e *engine) Notify() { e.leave(event{noticed: true}) }

// Reconfigure implements consensus.Engine.
func (e *engine) Reconfigure(_ context.Context, set *chain.ValidatorSet) error {
	if !e.leave(event{synced: &synced{next: set}}) {
		return consensus.ErrStopped
	}
	return nil
}

// SyncedTo implements consensus.Engine.
func (e *engine) SyncedTo(_ context.Context, tip consensus.Decision) error {
	if !e.leave(event{synced: &synced{tip: &tip}}) {
		return consensus.ErrStopped
	}
	return nil
}

// Status implements consensus.Engine.
func (e *engine) Status() consensus.Status {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.status
}
