package simplex

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

// engine owns what outlives one run of Simplex: the tip, the validators, what this node
// has signed and what waits. An instance is one run; the engine replaces it when the
// host has moved the tip, when the validators change, when the node has to catch up, and
// after a fault inside Simplex.
type engine struct {
	options consensus.Options
	care    care
	timing  timing
	host    consensus.Host
	clock   chain.Clock
	random  func() uint64
	self    chain.NodeID
	wal     consensus.WAL
	inbox   *frames
	early   *frames // of the next epoch
	dropped inbox.Remarks[chain.NodeID]
	spoiled inbox.Remarks[chain.NodeID]
	votes   votes
	changed signal // anything below, or the ledger of the instance
	restart chan struct{}
	cancel  context.CancelFunc
	done    chan struct{}

	mutex    sync.Mutex
	tip      consensus.Decision
	moved    time.Time // when the tip moved
	members  *members  // decide the height after the tip
	current  *instance
	at       uint64    // the round
	decided  uint64    // the round of the tip
	advanced time.Time // when it moved
	pending  bool      // the host has something to propose
	notified time.Time // when it said so
	notices  uint64    // how often it has
	asked    time.Time // until when the word of another who wants a block counts
	wants    uint64    // height for which this node asks others for a block
	waiting  string
	heard    map[chain.NodeID]sighting
	behind   behind
	faults   int // of instances since the tip moved
	stopped  bool
}

func newEngine(options consensus.Options, care care) *engine {
	return &engine{
		options: options, care: care, timing: timingOf(time.Duration(options.Patience) * time.Millisecond),
		inbox: inbox.New[chain.NodeID, frame](inbox.Whole, inbox.Least), early: inbox.New[chain.NodeID, frame](allThatIsEarly, leastEarlyOfEach),
		restart: make(chan struct{}, 1), done: make(chan struct{}), heard: make(map[chain.NodeID]sighting),
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
	if err := checkTip(boot.Tip); err != nil {
		return err
	}
	e.host, e.clock, e.random, e.self, e.wal = host, boot.Clock, boot.Rand, boot.Self, boot.WAL
	e.mutex.Lock()
	e.tip, e.members, e.moved, e.advanced = boot.Tip, table, boot.Clock.Now(), boot.Clock.Now()
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
		e.catchUp(ctx)
		next, err := e.launch(ctx)
		if err != nil && ctx.Err() == nil {
			e.logf(slog.LevelError, "simplex: %v", err)
			e.show(err)
			e.host.Halt(err)
		}
		current = next
	}
}

// recover waits before the next instance, longer with every fault that comes before a
// new block; false when the engine ends.
func (e *engine) recover(ctx context.Context) bool {
	e.mutex.Lock()
	faults := e.faults
	e.mutex.Unlock()
	if faults == 0 {
		return ctx.Err() == nil
	}
	return pause(ctx, e.clock, e.timing.again<<min(faults-1, 6), nil)
}

// launch starts an instance; nil when this node is no validator, or does not know yet on
// what its validators decide.
func (e *engine) launch(ctx context.Context) (*instance, error) {
	e.mutex.Lock()
	members, tip := e.members, e.tip
	e.mutex.Unlock()
	var next *instance
	if epoch, err := epochOf(tip); err != nil {
		return nil, err
	} else if members.has(e.self) && ready(members.set, tip.Proposal.Height, epoch) {
		if next, err = startInstance(ctx, e, tip, members); err != nil {
			return nil, err
		}
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.current = next
	return next, nil
}

// ready says whether a set of validators can go on from a tip: from one that they have
// decided, or from the last that others have.
func ready(set *chain.ValidatorSet, height, epoch uint64) bool {
	if height == 0 {
		return set.From <= 1
	}
	return epoch == set.Epoch || epoch < set.Epoch && set.From == height+1
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

// Receive implements consensus.Engine. It decodes and queues; nothing of Simplex runs in
// the caller's goroutine.
func (e *engine) Receive(from chain.NodeID, message []byte) error {
	e.mutex.Lock()
	known, stopped := false, e.stopped || e.members == nil
	if !stopped {
		known = e.members.has(from)
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
	f.from = from
	if !e.inbox.Put(from, f, f.size) {
		e.refused(from, e.clock.Now())
	}
	return nil
}

// Notify implements consensus.Engine.
func (e *engine) Notify() {
	e.noticed()
	e.changed.set()
}

// Reconfigure implements consensus.Engine.
func (e *engine) Reconfigure(_ context.Context, set *chain.ValidatorSet) error {
	table, err := newMembers(set)
	if err != nil {
		return err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.members == nil || set.Epoch > e.members.set.Epoch {
		e.members = table
		e.seat(table)
		e.replace()
	}
	return nil
}

// SyncedTo implements consensus.Engine.
func (e *engine) SyncedTo(_ context.Context, tip consensus.Decision) error {
	if err := checkTip(tip); err != nil {
		return err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if tip.Proposal.Height > e.tip.Proposal.Height {
		e.move(tip, e.clock.Now())
		e.replace()
	}
	return nil
}

// Status implements consensus.Engine.
func (e *engine) Status() consensus.Status {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	status := consensus.Status{View: e.at, Height: e.tip.Proposal.Height}
	if e.members != nil {
		status.Leader = e.members.leader(e.at)
		status.Waiting = e.waitingFor()
	}
	return status
}
