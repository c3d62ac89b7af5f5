package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// participation runs the engine while this node is one of the validators, and
// tells it when a block is due.
type participation struct {
	*Chain
	module consensus.Module

	capabilities consensus.Capabilities

	engine atomic.Pointer[consensus.Engine] // nil while this node takes no part
	reason atomic.Pointer[string]           // why it takes no part although it should

	epoch uint64 // of the set that the mesh knows
	news  chan struct{}
	loop  sync.WaitGroup
	stop  context.CancelFunc
}

func newParticipation(c *Chain, module consensus.Module) (*participation, error) {
	p := &participation{Chain: c, module: module, news: make(chan struct{}, 1)}
	engine, err := p.newEngine()
	if err != nil {
		return nil, err
	}
	p.capabilities = engine.Capabilities()
	return p, nil
}

func (p *participation) newEngine() (consensus.Engine, error) {
	return p.module.New(consensus.Options{
		Interval: p.options.Interval, Patience: uint64(p.options.Patience.Milliseconds()), Logf: p.logEngine,
	})
}

// start takes part at once when this node is a validator, and from then on whenever
// it becomes one.
func (p *participation) start(ctx context.Context) error {
	ruling, err := p.Ruling(p.Tip().Header.Height + 1)
	if err != nil {
		return err
	}
	p.epoch = ruling.Validators.Epoch
	if _, member := ruling.Validators.Member(p.options.Self); member || p.link == nil {
		if err := p.join(ctx); err != nil {
			return err
		}
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stop = stop
	p.loop.Go(func() { p.run(running) })
	p.nudge()
	return nil
}

func (p *participation) close(ctx context.Context) error {
	if p.stop == nil {
		return nil
	}
	p.stop()
	p.loop.Wait()
	return p.leave(ctx)
}

// run follows the chain: membership, peers, and the time of the next heartbeat.
func (p *participation) run(ctx context.Context) {
	for {
		due, release := p.timer(p.nextBeat())
		select {
		case <-ctx.Done():
			release()
			return
		case <-p.news:
		case <-due:
		}
		release()
		p.follow(ctx)
		p.nudge()
	}
}

// nextBeat is when the chain wants a block although nothing happens; the zero time
// for never.
func (p *participation) nextBeat() (at time.Time) {
	if beat := p.options.Heartbeat; beat > 0 {
		wait := time.UnixMilli(int64(p.Tip().Header.Time)).Add(beat).Sub(p.options.WallClock())
		// One that is overdue has been asked for; the engine has its own patience.
		// One that is far away is so by a clock that was set back.
		if wait <= 0 || wait > beat {
			wait = beat
		}
		at = p.options.Clock.Now().Add(wait)
	}
	return at
}

// follow takes part or no longer, as the set that decides the next block says.
func (p *participation) follow(ctx context.Context) {
	ruling, err := p.Ruling(p.Tip().Header.Height + 1)
	if err != nil {
		return // not executed yet; the next block comes this way again
	}
	if p.link != nil && ruling.Validators.Epoch != p.epoch {
		if err := p.link.setPeers(); err != nil {
			p.log.Warn("the mesh keeps the peers of an earlier validator set", "reason", err)
		} else {
			p.epoch = ruling.Validators.Epoch
		}
	}
	_, member := ruling.Validators.Member(p.options.Self)
	switch taking := p.engine.Load() != nil; {
	case member && !taking:
		err = p.join(ctx)
	case !member && taking && p.link != nil:
		err = p.leave(ctx)
	}
	if err != nil && ctx.Err() == nil {
		p.log.Error("this node does not take part in consensus", "reason", err)
	}
}

// join catches up and starts an engine.
func (p *participation) join(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			why := err.Error()
			p.reason.Store(&why)
		}
	}()
	if p.link != nil {
		if err := p.link.fetch(ctx, 0); err != nil {
			return err
		}
	}
	tip, err := p.tipDecision()
	if err != nil {
		return err
	}
	ruling, err := p.Ruling(tip.Proposal.Height + 1)
	if err != nil {
		return err
	}
	if _, err := p.options.keysFor(ruling.Validators); err != nil {
		return err
	}
	engine, err := p.newEngine()
	if err != nil {
		return err
	}
	if p.capabilities.Fault > consensus.Solo && p.options.Votes == nil {
		return errors.New("node: a validator of this engine needs a record of its votes; give Options.Votes")
	}
	if p.capabilities.Fault > consensus.Solo && p.options.Bodies == nil {
		return errors.New("node: a validator of this engine needs a record of the bodies that it votes for; give Options.Bodies")
	}
	boot := consensus.Boot{
		Self: p.options.Self, Set: ruling.Validators, Tip: tip, WAL: p.options.WAL, Clock: p.options.Clock, Rand: p.options.Random,
	}
	if err := engine.Start(ctx, (*host)(p.Chain), boot); err != nil {
		return err
	}
	p.engine.Store(&engine)
	p.reason.Store(nil)
	return nil
}

// leave stops the engine.
func (p *participation) leave(ctx context.Context) error {
	engine := p.engine.Swap(nil)
	if engine == nil {
		return nil
	}
	return (*engine).Stop(context.WithoutCancel(ctx))
}

// nudge tells the engine when a block is due.
func (c *Chain) nudge() {
	if c.course.wanted() {
		c.notify()
	}
}

func (c *Chain) notify() {
	if engine := c.participation.engine.Load(); engine != nil {
		(*engine).Notify()
	}
}

// decided is called after every decision, with the ids of its transactions.
func (c *Chain) decided(ids []chain.Hash) {
	if err := c.bodies.decided(c.Tip().Header.Height); err != nil {
		c.log.Warn("the record of bodies keeps what is not needed", "reason", err)
	}
	if c.link != nil {
		c.link.moved(ids)
	}
	wake(c.participation.news)
}

// Engine returns the engine's status; Waiting says why no block is made.
func (c *Chain) Engine() consensus.Status {
	if engine := c.participation.engine.Load(); engine != nil {
		return (*engine).Status()
	}
	status := consensus.Status{Height: c.Tip().Header.Height, Waiting: "this node is not a validator"}
	if why := c.participation.reason.Load(); why != nil {
		status.Waiting = *why
	}
	return status
}

// Validates reports whether this node takes part in consensus now.
func (c *Chain) Validates() bool { return c.participation.engine.Load() != nil }

func (p *participation) logEngine(level slog.Level, format string, arguments ...any) {
	if p.log.Enabled(context.Background(), level) {
		p.log.Log(context.Background(), level, fmt.Sprintf(format, arguments...), "room", "consensus")
	}
}
