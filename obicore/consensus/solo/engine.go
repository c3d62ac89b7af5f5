package solo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Name is the engine's name in genesis.
const Name = "solo"

// voteKind separates the engine's signatures from those of other engines.
const voteKind = "solo/commit"

// Module makes solo engines.
type Module struct{}

// Name implements consensus.Module.
func (Module) Name() string { return Name }

// New implements consensus.Module.
func (Module) New(options consensus.Options) (consensus.Engine, error) {
	return &engine{
		interval: time.Duration(options.Interval) * time.Millisecond,
		wake:     make(chan struct{}, 1),
		done:     make(chan struct{}),
	}, nil
}

// Verifier implements consensus.Module.
func (Module) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	return verifier{verify}
}

type engine struct {
	interval time.Duration
	host     consensus.Host
	clock    chain.Clock
	wake     chan struct{}
	done     chan struct{}
	cancel   context.CancelFunc

	mutex   sync.Mutex
	moves   uint64 // how often SyncedTo has moved the tip
	self    chain.NodeID
	set     *chain.ValidatorSet
	tip     consensus.Decision
	waiting string
}

// Capabilities implements consensus.Engine.
func (e *engine) Capabilities() consensus.Capabilities {
	return consensus.Capabilities{Name: Name, Fault: consensus.Solo, MinNodes: 1, TransferableProof: true, PipelineDepth: 1}
}

// Start implements consensus.Engine.
func (e *engine) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	if len(boot.Set.Members) != 1 || boot.Set.Members[0].ID != boot.Self {
		return fmt.Errorf("solo: the validator set has %d members; this engine runs with exactly one, this node", len(boot.Set.Members))
	}
	e.host, e.clock, e.self, e.set, e.tip = host, boot.Clock, boot.Self, boot.Set, boot.Tip
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	go e.run(running)
	return nil
}

// Stop implements consensus.Engine.
func (e *engine) Stop(ctx context.Context) error {
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

// Receive implements consensus.Engine: a solo engine has no peers.
func (e *engine) Receive(chain.NodeID, []byte) error {
	return fmt.Errorf("%w: solo has no peers", consensus.ErrMessage)
}

// Notify implements consensus.Engine.
func (e *engine) Notify() {
	select {
	case e.wake <- struct{}{}:
	default: // a wake-up is already waiting
	}
}

// Reconfigure implements consensus.Engine.
func (e *engine) Reconfigure(_ context.Context, set *chain.ValidatorSet) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.set = set
	return nil
}

// SyncedTo implements consensus.Engine.
func (e *engine) SyncedTo(_ context.Context, tip consensus.Decision) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.tip = tip
	e.moves++
	return nil
}

// Status implements consensus.Engine.
func (e *engine) Status() consensus.Status {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return consensus.Status{Leader: e.self, Height: e.tip.Proposal.Height, Waiting: e.waiting}
}

// run makes blocks until its context ends. The clock's timers only wake it, so
// that an injected clock drives it in tests.
func (e *engine) run(ctx context.Context) {
	defer close(e.done)
	var tick chan struct{}
	if e.interval > 0 {
		tick = make(chan struct{}, 1)
		e.arm(tick)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			e.arm(tick)
			e.decide(ctx, true)
		case <-e.wake:
			e.decideAll(ctx)
		}
	}
}

func (e *engine) arm(tick chan struct{}) {
	e.clock.AfterFunc(e.interval, func() {
		select {
		case tick <- struct{}{}:
		default:
		}
	})
}

// A large block costs the cores that also admit transactions: after one of at least
// restFrom bytes the engine rests as long as it took, restMost at most, unless there is
// enough for another. So it takes half of one core, and what comes meanwhile shares the cost
// of the next block: with two cores a third more transactions a second, each of them sooner.
const (
	restFrom = 8 << 10
	restMost = 20 * time.Millisecond
)

// decideAll makes blocks as long as there is something to order.
func (e *engine) decideAll(ctx context.Context) {
	for began := e.clock.Now(); e.interval == 0 && ctx.Err() == nil && e.decide(ctx, false); began = e.clock.Now() {
		e.mutex.Lock()
		size := len(e.tip.Proposal.Body)
		e.mutex.Unlock()
		if host, tells := e.host.(consensus.Backlogged); size >= restFrom && !(tells && host.Backlogged()) {
			e.rest(ctx, min(e.clock.Now().Sub(began), restMost))
		}
	}
}

func (e *engine) rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	over := make(chan struct{})
	stop := e.clock.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// decide makes one block and reports whether there is reason to try again at
// once: it did, or the host has moved the tip from under it. An error leaves the
// tip where it is; the reason stands in Status until the next success.
func (e *engine) decide(ctx context.Context, force bool) bool {
	e.mutex.Lock()
	parent, moves := e.tip, e.moves
	e.mutex.Unlock()
	decision, err := e.propose(ctx, parent, force)
	if err == nil {
		var next *chain.ValidatorSet
		if next, err = e.host.Commit(ctx, decision); err == nil {
			e.advance(decision, next, moves)
			return true
		}
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.moves != moves && ctx.Err() == nil {
		return true
	}
	if e.waiting = ""; !errors.Is(err, consensus.ErrNothing) && ctx.Err() == nil {
		e.waiting = err.Error()
	}
	return false
}

func (e *engine) propose(ctx context.Context, parent consensus.Decision, force bool) (consensus.Decision, error) {
	proposal, err := e.host.Propose(ctx, parent, nil, force)
	if err != nil {
		return consensus.Decision{}, err
	}
	if err := e.host.Validate(ctx, proposal); err != nil {
		return consensus.Decision{}, err
	}
	hash, err := e.host.HeaderHash(proposal)
	if err != nil {
		return consensus.Decision{}, err
	}
	signature, err := e.host.Sign(voteKind, hash[:])
	if err != nil {
		return consensus.Decision{}, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	proof := chain.Proof{Kind: Kind, Epoch: e.set.Epoch, Bytes: signature}
	return consensus.Decision{Proposal: proposal, Proof: proof}, nil
}

// advance moves the tip, unless the host has moved it elsewhere meanwhile.
func (e *engine) advance(decision consensus.Decision, next *chain.ValidatorSet, moves uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.waiting = ""; e.moves == moves {
		e.tip = decision
	}
	if next != nil {
		e.set = next
	}
}
