package smartbft

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

// engine owns what outlives one run of SmartBFT: the tip, the validators and what
// waits. An instance is one run; the engine replaces it when the host has moved the
// tip, when the validators change and after a fault inside SmartBFT.
type engine struct {
	options consensus.Options
	care    care
	timing  timing
	host    consensus.Host
	clock   chain.Clock
	self    chain.NodeID
	wal     consensus.WAL
	inbox   *inbox.Inbox[uint64, frame]
	dropped inbox.Remarks[chain.NodeID]
	notify  chan struct{}
	restart chan struct{}
	cancel  context.CancelFunc
	done    chan struct{}

	mutex    sync.Mutex
	tip      consensus.Decision
	moved    time.Time // when the tip moved
	members  *members  // decide the height after the tip
	previous *members  // decided the tip; nil when nobody knows
	view     uint64    // the highest that was installed
	pending  bool      // the host has something to propose
	notified time.Time // when it said so
	asked    uint64    // height for which another node wants a block
	waiting  string
	heard    map[chain.NodeID]time.Time
	faults   int                // of instances since the tip moved
	mine     consensus.Proposal // the last that this node has proposed
	mineAt   metadata
	current  *instance
	accepted accepted // one proposal for each view
	endorsed accepted // one vote
	begun    accepted // what one new view says
	ended    superseded
	stopped  bool
}

func newEngine(options consensus.Options, care care) *engine {
	return &engine{
		options: options, care: care, timing: timingOf(time.Duration(options.Patience) * time.Millisecond),
		inbox: inbox.New[uint64, frame](inbox.Whole, inbox.Least), notify: make(chan struct{}, 1), restart: make(chan struct{}, 1), done: make(chan struct{}),
		heard: make(map[chain.NodeID]time.Time),
	}
}

// Capabilities implements consensus.Engine.
func (e *engine) Capabilities() consensus.Capabilities {
	return consensus.Capabilities{
		Name: Name, Fault: consensus.BFT, MinNodes: 1, TransferableProof: true, Evidence: true,
		DynamicMembership: true, FIFOLinks: true, PipelineDepth: 1,
	}
}

// Start implements consensus.Engine.
func (e *engine) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	table, err := newMembers(boot.Set)
	if err != nil {
		return err
	}
	if _, _, err := inward(boot.Tip.Proposal); err != nil {
		return fmt.Errorf("smartbft: the tip does not belong to this engine: %w", err)
	}
	e.host, e.clock, e.self, e.wal = host, boot.Clock, boot.Self, boot.WAL
	e.mutex.Lock() // messages may come already
	e.tip, e.members, e.moved = boot.Tip, table, boot.Clock.Now()
	e.seat(table)
	e.mutex.Unlock()
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	first, err := e.launch(running)
	if err != nil {
		cancel()
		return err
	}
	e.cancel = cancel
	go e.run(running, first)
	return nil
}

// run replaces instances until its context ends.
func (e *engine) run(ctx context.Context, current *instance) {
	defer close(e.done)
	for {
		select {
		case <-ctx.Done():
			current.stop()
			return
		case <-e.restart:
		}
		current.stop()
		if !e.recover(ctx) {
			return
		}
		next, err := e.launch(ctx)
		if err != nil {
			e.logf(slog.LevelError, "smartbft: %v", err)
			e.host.Halt(err)
		}
		current = next
	}
}

// recover waits before the next instance, longer with every fault that comes before
// a new block; false when the engine ends.
func (e *engine) recover(ctx context.Context) bool {
	e.mutex.Lock()
	faults := e.faults
	e.mutex.Unlock()
	if faults == 0 {
		return ctx.Err() == nil
	}
	return sleep(ctx, e.clock, e.timing.again<<min(faults-1, 6), nil)
}

// launch starts an instance; nil when this node is no validator.
func (e *engine) launch(ctx context.Context) (*instance, error) {
	e.mutex.Lock()
	_, member := e.members.number[e.self]
	e.mutex.Unlock()
	var next *instance
	if member {
		var err error
		if next, err = startInstance(ctx, e); err != nil {
			return nil, err
		}
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if next != nil {
		next.views.decided(e.tip.Proposal.Height) // which may have moved meanwhile
	}
	e.current = next
	return next, nil
}

// Stop implements consensus.Engine.
func (e *engine) Stop(ctx context.Context) error {
	e.mutex.Lock()
	e.stopped = true
	e.mutex.Unlock()
	if e.cancel == nil {
		return nil
	}
	e.cancel()
	select {
	case <-e.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Receive implements consensus.Engine. It decodes and queues; nothing of the engine
// runs in the caller's goroutine.
func (e *engine) Receive(from chain.NodeID, message []byte) error {
	e.mutex.Lock()
	number, known, stopped := uint64(0), false, e.stopped || e.members == nil
	if !stopped {
		number, known = e.members.number[from]
	}
	e.mutex.Unlock()
	switch {
	case stopped:
		return consensus.ErrStopped
	case !known || from == e.self:
		return fmt.Errorf("%w: from %s, which is not another validator", consensus.ErrMessage, from)
	}
	f, err := decodeFrame(message)
	if err != nil {
		return err
	}
	f.from = number
	now := e.clock.Now()
	e.mutex.Lock()
	e.heard[from] = now
	e.mutex.Unlock()
	if !e.inbox.Put(number, f, f.size) {
		e.refused(from, now)
	}
	return nil
}

// Notify implements consensus.Engine.
func (e *engine) Notify() { wake(e.notify) }

// Reconfigure implements consensus.Engine.
func (e *engine) Reconfigure(_ context.Context, set *chain.ValidatorSet) error {
	table, err := newMembers(set)
	if err != nil {
		return err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.members == nil || set.Epoch > e.members.set.Epoch {
		e.adopt(table)
	}
	return nil
}

// SyncedTo implements consensus.Engine.
func (e *engine) SyncedTo(_ context.Context, tip consensus.Decision) error {
	if _, _, err := inward(tip.Proposal); err != nil {
		return fmt.Errorf("smartbft: synced to a tip that does not belong to this engine: %w", err)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if tip.Proposal.Height > e.tip.Proposal.Height {
		e.move(tip)
		e.replace()
	}
	return nil
}

// Status implements consensus.Engine.
func (e *engine) Status() consensus.Status {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	status := consensus.Status{View: e.view, Height: e.tip.Proposal.Height}
	if e.members != nil {
		status.Leader = e.members.id(e.members.leader(e.view))
		status.Waiting = e.waitingFor()
	}
	return status
}
