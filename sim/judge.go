package sim

import (
	"errors"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Judge holds every node to the invariants, block by block.
type Judge struct {
	t       testing.TB
	cluster *Cluster

	mutex  sync.Mutex
	hashes map[uint64]chain.Hash // of headers, whoever decided first
	places map[chain.Hash]uint64 // heights of transactions that were not void
	roots  map[uint64]chain.Hash // state roots after each height
	blocks int
}

func newJudge(t testing.TB, c *Cluster) *Judge {
	return &Judge{t: t, cluster: c, hashes: make(map[uint64]chain.Hash), places: make(map[chain.Hash]uint64), roots: make(map[uint64]chain.Hash)}
}

// watch is one node's life under the judge's eyes.
type watch struct {
	events *node.Subscription
	done   chan struct{}
}

// eventBuffer is how many events a node may be ahead of the judge.
const eventBuffer = 1 << 16

func (j *Judge) watch(name string, c *node.Chain) *watch {
	w := &watch{events: c.Subscribe(eventBuffer), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for event := range w.events.Events {
			if event.Block != nil {
				j.judge(name, c, event.Block)
			}
		}
		if w.events.Overflowed() {
			j.t.Errorf("%s: the judge has lost events", name)
		}
	}()
	return w
}

func (w *watch) end() { <-w.done }

func (j *Judge) judge(name string, c *node.Chain, b *node.Block) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.blocks++
	height := b.Header.Height
	if known, ok := j.hashes[height]; ok && known != b.Hash {
		j.t.Errorf("fork: %s has %s at height %d, another node %s", name, b.Hash, height, known)
	}
	if known, ok := j.roots[height]; ok && known != b.Results.StateRoot {
		j.t.Errorf("divergence: %s has state root %s after height %d, another node %s", name, b.Results.StateRoot, height, known)
	}
	j.hashes[height], j.roots[height] = b.Hash, b.Results.StateRoot
	for i, t := range b.Transactions {
		if b.Results.Transactions[i].Receipt.Reason != chain.ReasonNone {
			continue
		}
		if at, ok := j.places[t.ID]; ok && at != height {
			j.t.Errorf("%s: transaction %s is executed at heights %d and %d", name, t.ID, at, height)
		}
		j.places[t.ID] = height
	}
	// A node that is stopped may have closed its ledger before the judge comes to its
	// last events.
	if err := c.VerifyDecision(b.Header); err != nil && !errors.Is(err, ledger.ErrClosed) {
		j.t.Errorf("%s: the proof of height %d does not verify: %v", name, height, err)
	}
}

// Included reports whether a transaction has been executed.
func (j *Judge) Included(id chain.Hash) bool {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	_, ok := j.places[id]
	return ok
}

// Height is the greatest height that any node has executed.
func (j *Judge) Height() (height uint64) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	for h := range j.hashes {
		height = max(height, h)
	}
	return height
}

// Count is how many transactions have been executed.
func (j *Judge) Count() int {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return len(j.places)
}
