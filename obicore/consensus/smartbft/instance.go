package smartbft

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hyperledger-labs/SmartBFT/pkg/api"
	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
	"github.com/hyperledger-labs/SmartBFT/pkg/types"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/calls"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

// stopPatience bounds the wait for SmartBFT's goroutines. One that is stuck is left
// behind; it can do nothing any more, because the instance is retired.
const stopPatience = 5 * time.Second

// instance is one run of SmartBFT.
type instance struct {
	engine  *engine
	host    consensus.Host
	clock   chain.Clock
	self    uint64
	origin  origin
	core    *upstream.Consensus
	ctx     context.Context
	cancel  context.CancelFunc
	calls   calls.Guard
	retired atomic.Bool // it sends, signs, writes and commits nothing any more
	workers sync.WaitGroup

	heartbeats, changes chan time.Time // ticks for SmartBFT
	beat, beats         chan struct{}  // for pace and dispatch

	views    views
	gate     gate
	newViews map[uint64]*allowance // by sender; dispatch's
	remarks  remarks
	help     help
	stalled  stalled
	outgoing outgoing
	asks     asks
	votes    votes
	flight   flight
	impasse  impasse
	wished   wished
	demands  demands
	checked  checked
	judging  judging
	seen     seen
	watchdog watchdog
	turn     turn
	seal     seal
	syncing  atomic.Bool // the turn is the controller's, to catch up
}

// startInstance starts SmartBFT from the engine's tip and log.
func startInstance(ctx context.Context, e *engine) (*instance, error) {
	e.mutex.Lock()
	tip, members, previous, view := e.tip, e.members, e.previous, e.view
	e.mutex.Unlock()
	last, m, err := inward(tip.Proposal)
	if err != nil {
		return nil, err
	}
	log, err := readLog(e.wal)
	var records [][]byte
	if err == nil {
		records, err = restore(log, m, view)
	}
	if err != nil {
		return nil, fmt.Errorf("smartbft: the log of votes cannot be read, and without it this node could contradict itself; restore the file or give the node a new key: %w", err)
	}
	if log.content.Height == m.height+1 {
		e.recollect(log, members)
	}
	i := &instance{
		turn: newTurn(), seal: make(seal, 1), engine: e, host: e.host, clock: e.clock, self: members.number[e.self], origin: origin{e.clock.Now(), time.Now()},
		heartbeats: make(chan time.Time, 1), changes: make(chan time.Time, 1), beat: make(chan struct{}, 1), beats: make(chan struct{}, 1),
	}
	i.gate.limit = inbox.Share(inbox.Whole, inbox.Least, len(members.ids)) // as the inbox itself
	i.views.stage.tip = m.height
	i.views.changed, i.views.started = make(chan struct{}, 1), make(chan struct{}, 1)
	i.watchdog.freed = make(chan struct{}, 1)
	i.demands.moved, i.demands.nudge = make(chan struct{}, 1), make(chan struct{}, 1)
	i.ctx, i.cancel = context.WithCancel(ctx)
	i.flight = flightOf(log, m, view)
	i.wished.begin(records)
	if log.vote != nil && log.round > log.proposed.view {
		i.views.stage.carried = carriage{position{log.proposed.view, log.proposed.height}, log.round}
	}
	i.core = &upstream.Consensus{
		Config: e.timing.configuration(i.self), Application: i, Assembler: i, WAL: journal{i}, WALInitialContent: records,
		Comm: network{i, members.ids}, Signer: i, Verifier: judge{i}, RequestInspector: judge{i}, Synchronizer: i,
		Logger: logger{i}, Metrics: api.NewMetrics(&meters{views: &i.views}), Metadata: m.message(), LastProposal: last,
		LastSignatures: i.checkpoint(tip, previous), Scheduler: i.heartbeats, ViewChangerTicker: i.changes,
	}
	if err := i.start(); err != nil {
		i.stop()
		return nil, err
	}
	return i, nil
}

// checkpoint rebuilds the engine's signatures under the tip.
func (i *instance) checkpoint(tip consensus.Decision, decided *members) []types.Signature {
	if tip.Proposal.Height == 0 || decided == nil {
		return nil
	}
	hash, err := i.host.HeaderHash(tip.Proposal)
	if err != nil {
		return nil
	}
	return signatures(decided.set, hash, tip.Proof)
}

func (i *instance) start() error {
	i.workers.Go(i.tick)
	if err := i.protect("start", i.core.Start); err != nil {
		return err
	}
	i.workers.Go(i.dispatch)
	i.workers.Go(i.pace)
	return nil
}

// errFault reports a fault inside SmartBFT.
var errFault = errors.New("smartbft: a fault inside the engine")

// protect calls SmartBFT in a goroutine that survives its panics and the end of its
// logger.
func (i *instance) protect(what string, call func() error) error {
	ended := make(chan error, 1)
	go func() {
		err := fmt.Errorf("%w: %s did not return", errFault, what)
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("%w: %s: %v", errFault, what, cause)
			}
			ended <- err
		}()
		err = call()
	}()
	return <-ended
}

// tick feeds SmartBFT's timers from the chain's clock until the workers end.
func (i *instance) tick() {
	due := make(chan struct{}, 1)
	for {
		stop := i.clock.AfterFunc(tick, func() { wake(due) })
		select {
		case <-i.ctx.Done():
			stop()
			return
		case <-due:
		}
		now := i.clock.Now()
		for _, ticks := range []chan time.Time{i.heartbeats, i.changes} {
			select {
			case ticks <- i.origin.of(now):
			default: // it has not taken the last one
			}
		}
		wake(i.beat)
		wake(i.beats)
		i.watchOver(now)
	}
}

// stop ends the instance; no call of the host is under way when it returns.
func (i *instance) stop() {
	if i == nil {
		return
	}
	i.retired.Store(true)
	i.cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = i.protect("stop", func() error { i.core.Stop(); return nil })
	}()
	i.await(ended)
	i.calls.Close()
	i.workers.Wait()
}

// unblockAfter is how long SmartBFT may take to end before what may be blocked in it
// is freed.
const unblockAfter = 300 * time.Millisecond

// await waits for SmartBFT's end. It may wait for a tick before it looks at its stop
// signal, so that ticks go on.
func (i *instance) await(ended chan struct{}) {
	bound, free := time.NewTimer(stopPatience), time.NewTicker(unblockAfter)
	defer bound.Stop()
	defer free.Stop()
	for {
		select {
		case <-ended:
			return
		case <-free.C:
			unblock(i.core)
		case i.changes <- i.origin.of(i.clock.Now()):
		case <-bound.C:
			i.engine.logf(slog.LevelError, "smartbft: the engine has not ended after %s and is left behind", stopPatience)
			return
		}
	}
}

// fail replaces an instance in which something went wrong that SmartBFT did not
// expect: the tip and the log on disk are sound, its memory may not be. It is no
// reason to stop the node, or else a faulty peer that finds the way could stop all.
func (i *instance) fail(reason error) {
	if i.retired.Swap(true) {
		return
	}
	e := i.engine
	e.logf(slog.LevelError, "%v", reason)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.faults++
	e.waiting = reason.Error()
	wake(e.restart)
}
