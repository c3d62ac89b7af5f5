package node

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// pruneEvery is after how many heights the chain looks for what has left its window.
const pruneEvery = 256

// pruning drops old blocks while the chain runs, in a goroutine of its own.
type pruning struct {
	*Chain
	pruner ledger.Pruner
	wake   chan struct{}
	stop   context.CancelFunc
	loop   sync.WaitGroup
}

// startPruning prunes from now on when the options ask for it.
func (c *Chain) startPruning(ctx context.Context) error {
	if c.options.RetainBlocks == 0 {
		return nil
	}
	if c.options.RetainBlocks < c.genesis.Window {
		return fmt.Errorf("node: %d blocks are to be retained, and this chain needs the ids of the last %d to refuse duplicates: retain at least so many",
			c.options.RetainBlocks, c.genesis.Window)
	}
	pruner, ok := c.store.(ledger.Pruner)
	if !ok {
		return fmt.Errorf("node: ledger %q does not prune: keep all blocks, or choose another", c.options.Ledger)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &pruning{Chain: c, pruner: pruner, wake: make(chan struct{}, 1), stop: stop}
	c.pruning.Store(p)
	p.loop.Go(func() { p.run(running) })
	return nil
}

// executedUpTo tells the pruning of a new head.
func (p *pruning) executedUpTo(height uint64) {
	if p != nil && height%pruneEvery == 0 {
		wake(p.wake)
	}
}

func (p *pruning) run(ctx context.Context) {
	for {
		p.prune(ctx)
		select {
		case <-p.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (p *pruning) prune(ctx context.Context) {
	head, keep := p.Head().Header.Height, p.options.RetainBlocks
	if head <= keep {
		return
	}
	before := p.store.Status().OldestBody
	err := p.pruner.Prune(ctx, head-keep)
	switch after := p.store.Status().OldestBody; {
	case err != nil && ctx.Err() == nil && !errors.Is(err, ledger.ErrClosed):
		p.log.Error("old blocks cannot be dropped", "below", head-keep, "reason", err)
	case after > before:
		p.log.Info("old blocks are dropped", "below", after)
	}
}

func (p *pruning) close() {
	if p != nil {
		p.stop()
		p.loop.Wait()
	}
}
