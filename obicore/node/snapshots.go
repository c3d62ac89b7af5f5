package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// snapshotsFolder is where a node keeps its snapshots, in its data directory.
const snapshotsFolder = "snapshots"

// Snapshots say which snapshots a node takes of its own chain, for nodes that join.
type Snapshots struct {
	// Interval: one is taken at each of its multiples, so that the snapshots of different nodes
	// have the same state; 0 takes none.
	Interval uint64
	// Transactions, if not 0, is after how many of them since the last multiple of the interval
	// another one is taken, and again after as many more: where blocks are large, much would lie
	// above the last one.
	Transactions uint64
	// Keep is how many are kept; the oldest goes when a new one is complete.
	Keep int
}

// snapshots takes snapshots while the chain runs, in a goroutine of its own, and holds
// those that are given to others.
type snapshots struct {
	*Chain
	rules   *snapshot.Rules
	library *snapshot.Library
	tried   uint64 // the last height that was tried
	counted counted
	wake    chan struct{}
	stop    context.CancelFunc
	loop    sync.WaitGroup

	mutex sync.Mutex
	took  time.Duration // that the last one took
}

// startSnapshots opens what was taken before, and takes snapshots from now on when the
// options ask for it.
func (c *Chain) startSnapshots(ctx context.Context) error {
	folder := filepath.Join(c.options.Directory, snapshotsFolder)
	if c.options.Snapshots.Interval == 0 {
		if _, err := os.Stat(folder); err != nil || c.options.Directory == "" {
			return nil
		}
	}
	if _, gives := c.store.(ledger.Snapshotter); !gives || c.options.Directory == "" {
		return fmt.Errorf("node: ledger %q in directory %q gives no snapshots: take none, or choose another", c.options.Ledger, c.options.Directory)
	}
	rules, err := snapshot.RulesOf(c.registry, c.genesis)
	if err != nil {
		return err
	}
	if err := c.keepsEnough(rules); err != nil {
		return err
	}
	library, err := snapshot.OpenLibrary(c.registry, rules, folder, c.options.Snapshots.Keep)
	if err != nil {
		return fmt.Errorf("node: the snapshots in %s cannot be opened: %w", folder, err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &snapshots{Chain: c, rules: rules, library: library, wake: make(chan struct{}, 1), stop: stop}
	c.snapshots.Store(s)
	if c.options.Snapshots.Interval > 0 {
		s.loop.Go(func() { s.run(running) })
	}
	return nil
}

// keepsEnough refuses to take snapshots that pruning would always overtake.
func (c *Chain) keepsEnough(rules *snapshot.Rules) error {
	if c.options.Snapshots.Interval == 0 {
		return nil
	}
	blocks, states := rules.Needs()
	blocks += pruneEvery // what is due is noticed a little later
	if c.options.RetainBlocks > 0 && c.options.RetainBlocks < blocks || c.options.RetainState > 0 && c.options.RetainState < states {
		return fmt.Errorf("node: %d blocks and %d states are retained, and snapshots of this chain need %d and %d: set data.retain_blocks and data.retain_state to so many, or snapshots.interval to 0",
			c.options.RetainBlocks, c.options.RetainState, blocks, states)
	}
	return nil
}

// executed tells of a new head.
func (s *snapshots) executed() {
	if s != nil {
		wake(s.wake)
	}
}

func (s *snapshots) run(ctx context.Context) {
	for {
		s.take(ctx)
		select {
		case <-s.wake:
		case <-ctx.Done():
			return
		}
	}
}

// counted are the transactions of the blocks above a multiple of the interval.
type counted struct {
	from, to     uint64 // heights
	transactions uint64
	due          uint64 // the last height at which there were enough for another snapshot; 0 for none
}

// due is the greatest height up to the latest at which a snapshot is to be taken. It follows
// from the chain alone, so that nodes of the same settings take the same.
func (s *snapshots) due(latest uint64) uint64 {
	interval, each := s.options.Snapshots.Interval, s.options.Snapshots.Transactions
	multiple := latest / interval * interval
	if each == 0 {
		return multiple
	}
	n := &s.counted
	if n.from != multiple || n.to < multiple {
		*n = counted{from: multiple, to: multiple}
	}
	for n.to < latest {
		header, err := s.store.Header(n.to + 1)
		if err != nil {
			break // it is not kept: what is due can be said again from the next multiple on
		}
		before := n.transactions / each
		n.to, n.transactions = header.Height, n.transactions+header.TransactionCount
		if n.transactions/each > before {
			n.due = n.to
		}
	}
	return max(multiple, n.due)
}

// take takes the snapshot that is due, if any. It reads what the ledger keeps and holds
// up nothing; a try that pruning overtakes is not repeated, the next height is.
func (s *snapshots) take(ctx context.Context) {
	due := s.due(s.rules.Latest(s.store.Status()))
	if due <= max(s.tried, s.library.Newest()) {
		return
	}
	s.tried = due
	begun := s.options.Clock.Now()
	err := s.library.Take(ctx, s.store, due)
	took := s.options.Clock.Now().Sub(begun)
	switch {
	case err == nil:
		s.mutex.Lock()
		s.took = took
		s.mutex.Unlock()
		s.log.Info("a snapshot is taken", "height", due, "took", took)
	case ctx.Err() != nil || errors.Is(err, ledger.ErrClosed):
	default:
		s.log.Warn("no snapshot is taken; the next one is tried at its height", "height", due, "reason", err)
	}
}

// last returns the height of the newest snapshot, and how long the last one took.
func (s *snapshots) last() (height uint64, took time.Duration) {
	if s == nil {
		return 0, 0
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.library.Newest(), s.took
}

func (s *snapshots) close() {
	if s != nil {
		s.stop()
		s.loop.Wait()
	}
}
