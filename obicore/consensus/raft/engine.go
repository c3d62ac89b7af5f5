package raft

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// engine has two goroutines: the owner of all state below "owned", and one that
// makes the calls of the host that may wait. Everybody else leaves what he has to say
// in the inbox.
type engine struct {
	options consensus.Options
	timing  timing
	host    consensus.Host
	clock   chain.Clock
	random  func() uint64
	self    chain.NodeID
	wal     consensus.WAL
	inbox   inbox
	wake    chan struct{}
	jobs    chan job
	cancel  context.CancelFunc
	done    chan struct{}

	mutex   sync.Mutex
	status  consensus.Status
	peers   map[chain.NodeID]bool
	stopped bool

	// owned
	tip     consensus.Decision
	members *members
	group   *group // nil while this node is no member
	faults  int    // of the group since the tip moved
	broken  error  // the node must stop

	busy       bool // a job is under way
	cancelJob  context.CancelFunc
	idle       bool // the job under way is only a fetch
	decided    *consensus.Decision
	retryAt    time.Time // of what the host has refused to do
	needSet    bool      // the set that decides the next height has to be asked for
	trouble    string    // why no block is made
	heard      map[chain.NodeID]sighting
	behindAt   time.Time // since when another has been higher
	fetchFor   uint64    // the least height that has to be fetched at once
	early      []*frame  // of an epoch to come
	earlyBytes int
	held       []held // appends that wait for validation
	heldBytes  int
	validated  chain.Hash
	votes      map[chain.NodeID]signed
	known      map[uint64]certificate // by height, of those that are not decided here
	told       audience               // to whom this node's vote was sent
	toldAt     time.Time
	wanted     bool                       // the host has something to propose
	wantedSeq  uint64                     // how often it has said so
	asked      uint64                     // height for which another member wants a block
	unmet      map[chain.NodeID]time.Time // who wants one on top of the tip, since when
	demandedAt time.Time
	due        time.Time // of the next block, with an interval

	contact   time.Time     // last sign of a leader
	patience  time.Duration // from there to a campaign
	beatAt    time.Time     // next heartbeat of a leader
	checkedAt time.Time     // when a leader last looked after members that need a snapshot
	led       bool
	shunned   audience  // a leader whose proposal this node refuses
	shunUntil time.Time // until then it is not listened to

	armed func() bool
	armAt time.Time
}

// sighting is what is known of a peer.
type sighting struct {
	at     time.Time
	height uint64
}

// audience is a leader in its term.
type audience struct{ leader, term uint64 }

func newEngine(options consensus.Options) *engine {
	interval := time.Duration(options.Interval) * time.Millisecond
	return &engine{
		options: options, timing: timingOf(time.Duration(options.Patience)*time.Millisecond, interval),
		wake: make(chan struct{}, 1), jobs: make(chan job, 1), done: make(chan struct{}),
		heard: make(map[chain.NodeID]sighting), votes: make(map[chain.NodeID]signed), unmet: make(map[chain.NodeID]time.Time),
	}
}

// Capabilities implements consensus.Engine.
func (e *engine) Capabilities() consensus.Capabilities {
	return consensus.Capabilities{
		Name: Name, Fault: consensus.CFT, MinNodes: 1, TransferableProof: true, DynamicMembership: true, FIFOLinks: true, PipelineDepth: 1,
	}
}

// Start implements consensus.Engine.
func (e *engine) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	m, err := newMembers(boot.Set)
	if err != nil {
		return err
	}
	if err := checkTip(boot.Tip); err != nil {
		return err
	}
	e.host, e.clock, e.random, e.self, e.wal = host, boot.Clock, boot.Rand, boot.Self, boot.WAL
	e.tip = boot.Tip
	if err := e.enter(m); err != nil {
		return err
	}
	if e.timing.interval > 0 {
		e.due = e.clock.Now().Add(e.timing.interval)
	}
	e.publish()
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	worker := make(chan struct{})
	go e.work(running, worker)
	go e.run(running, worker)
	return nil
}

// checkTip refuses a tip that another engine has decided.
func checkTip(tip consensus.Decision) error {
	header, err := chain.DecodeHeader(tip.Proposal.Header)
	if err != nil {
		return fmt.Errorf("raft: the tip's header: %w", err)
	}
	if header.Height == 0 {
		return nil
	}
	if _, err := termOf(header); err != nil {
		return fmt.Errorf("raft: the tip does not belong to this engine: %w", err)
	}
	return nil
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

// Receive implements consensus.Engine. It decodes and queues; nothing of raft runs in
// the caller's goroutine.
func (e *engine) Receive(from chain.NodeID, message []byte) error {
	e.mutex.Lock()
	peer, stopped := e.peers[from], e.stopped || e.peers == nil
	e.mutex.Unlock()
	switch {
	case stopped:
		return consensus.ErrStopped
	case !peer:
		return fmt.Errorf("%w: from %s, which is not another validator", consensus.ErrMessage, from)
	}
	f, err := decodeFrame(message)
	if err != nil {
		return err
	}
	f.from = from
	if f.raft != nil && f.raft.GetFrom() != numberOf(from) {
		return fmt.Errorf("%w: %s speaks for node %x", consensus.ErrMessage, from, f.raft.GetFrom())
	}
	e.inbox.put(f, len(message))
	e.rouse()
	return nil
}

// Notify implements consensus.Engine.
func (e *engine) Notify() {
	e.inbox.notify()
	e.rouse()
}

// Reconfigure implements consensus.Engine.
func (e *engine) Reconfigure(_ context.Context, set *chain.ValidatorSet) error {
	m, err := newMembers(set)
	if err != nil {
		return err
	}
	e.inbox.call(func() { e.adopt(m) })
	e.rouse()
	return nil
}

// SyncedTo implements consensus.Engine.
func (e *engine) SyncedTo(_ context.Context, tip consensus.Decision) error {
	if err := checkTip(tip); err != nil {
		return err
	}
	e.inbox.call(func() {
		if tip.Proposal.Height > e.tip.Proposal.Height {
			e.move(tip)
			e.needSet = true
		}
	})
	e.rouse()
	return nil
}

// Status implements consensus.Engine.
func (e *engine) Status() consensus.Status {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.status
}

func (e *engine) rouse() {
	select {
	case e.wake <- struct{}{}:
	default: // it is roused already
	}
}
