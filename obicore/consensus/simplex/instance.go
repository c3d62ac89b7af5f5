package simplex

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/calls"
)

// stopPatience bounds the wait for Simplex's goroutines. One that is stuck is left
// behind; it can do nothing any more, because the instance is retired.
const stopPatience = 5 * time.Second

// instance is one run of Simplex.
type instance struct {
	engine  *engine
	host    consensus.Host
	clock   chain.Clock
	members *members
	core    *upstream.Epoch
	ctx     context.Context
	cancel  context.CancelFunc
	calls   calls.Guard
	retired atomic.Bool // it sends, signs, writes and commits nothing any more
	workers sync.WaitGroup

	ledger     ledger
	ancestry   *ancestry
	journal    *journal
	stored     stored
	refused    refused
	offers     offers
	seen       seen
	belated    belated
	helped     map[chain.NodeID]time.Time
	greeted    time.Time
	watchdog   watchdog // of tip and round
	unbegun    watchdog // of a round that Simplex does not begin
	firstRound uint64
	begun      atomic.Uint64            // the last round that Simplex has begun
	pending    []*upstream.Finalization // that the log has and Simplex has not carried out
}

// startInstance starts Simplex from a tip and the engine's log.
func startInstance(ctx context.Context, e *engine, tip consensus.Decision, members *members) (*instance, error) {
	i := &instance{
		engine: e, host: e.host, clock: e.clock, members: members, ancestry: newAncestry(),
		helped: make(map[chain.NodeID]time.Time), belated: newBelated(),
	}
	i.journal = &journal{owner: i}
	i.ctx, i.cancel = context.WithCancel(ctx)
	err := i.resumeFrom(tip)
	if err == nil {
		err = i.start()
	}
	if errors.Is(err, errFault) {
		i.fail(err) // the log and the tip are sound: another instance may do better
		return i, nil
	}
	if err != nil {
		i.stop()
		return nil, err
	}
	return i, nil
}

// resumeFrom takes up the tip and the log.
func (i *instance) resumeFrom(tip consensus.Decision) error {
	first, hash, err := i.beginning(tip)
	if err != nil {
		return err
	}
	i.ledger.blocks, i.ledger.height, i.ledger.hash = []indexed{first}, tip.Proposal.Height, hash
	i.ancestry.add(&ancestor{block: first.block, height: tip.Proposal.Height, hash: hash})
	entries, err := i.engine.readLog()
	if err != nil {
		return err
	}
	i.engine.beginRound(first.block.header.Round + 1)
	if err := i.restore(entries); err != nil {
		return err
	}
	i.firstRound = i.ledger.last().header.Round
	i.engine.enterRound(i.firstRound + 1)
	return nil
}

func (i *instance) configuration() upstream.EpochConfig {
	e := i.engine
	return upstream.EpochConfig{
		MaxProposalWait: time.Millisecond, // the wait is in WaitForPendingBlock
		MaxRoundWindow:  roundWindow, MaxRebroadcastWait: e.timing.rebroadcast,
		FinalizeRebroadcastTimeout: e.timing.rebroadcast, QCDeserializer: aggregator{i}, Logger: logger{i}, ID: idOf(e.self),
		Signer: signer{i}, Verifier: i, BlockDeserializer: i, SignatureAggregator: aggregator{i}, Comm: network{i},
		Storage: storage{i}, WAL: i.journal, BlockBuilder: i, Epoch: i.members.set.Epoch, StartTime: i.clock.Now(),
		ReplicationEnabled: true, RandomSource: rand.New(rand.NewPCG(e.random(), e.random())), //nolint:gosec // it spreads requests over peers
	}
}

func (i *instance) start() error {
	err := i.protect("start", func() (err error) {
		if i.core, err = upstream.NewEpoch(i.configuration()); err != nil {
			return err
		}
		return i.core.Start()
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errFault, err)
	}
	i.workers.Go(i.dispatch)
	i.workers.Go(i.tick)
	return nil
}

// protect calls Simplex in a goroutine that survives its panics and its end.
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

// survive turns a panic of Simplex in a goroutine of the adapter into a new instance.
func (i *instance) survive(what string) {
	if cause := recover(); cause != nil {
		i.fail(fmt.Errorf("%w: %s: %v", errFault, what, cause))
	}
}

// tick tells Simplex the chain's time, and looks after what needs time.
func (i *instance) tick() {
	defer i.survive("tick")
	for pause(i.ctx, i.clock, i.engine.timing.tick, nil) {
		now := i.clock.Now()
		i.core.AdvanceTime(now)
		if err := i.core.HandleMessage(&upstream.Message{}, nil); err != nil {
			i.fail(fmt.Errorf("%w: %w", errFault, err)) // it has given itself up
		}
		i.watchOver(now)
		i.greet(now)
		i.voteLate(now)
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
		if i.core != nil {
			_ = i.protect("stop", func() error { i.core.Stop(); return nil })
		}
	}()
	bound := time.NewTimer(stopPatience)
	defer bound.Stop()
	select {
	case <-ended:
	case <-bound.C:
		i.engine.logf(slog.LevelError, "simplex: the engine has not ended after %s and is left behind", stopPatience)
	}
	i.calls.Close()
	i.workers.Wait()
}

// fail replaces an instance in which something went wrong that Simplex did not expect:
// the tip and the log on disk are sound, its memory may not be. It is no reason to stop
// the node, or else a faulty peer that finds the way could stop all.
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

// beginRound sets the round of a new instance.
func (e *engine) beginRound(round uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.at, e.decided, e.advanced = round, round-1, e.clock.Now()
}
