package node

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// recentRoots remembers what the last executed blocks came to, for the headers that will
// carry it: who proposes or judges the next block waits for nothing else then.
type recentRoots struct {
	mutex sync.Mutex
	kept  [rootsKept]executedRoots
}

type executedRoots struct {
	height        uint64
	state, result chain.Hash
}

// rootsKept is more than any block looks back.
const rootsKept = 32

func (r *recentRoots) put(height uint64, results *chain.Results, hasher chain.Hasher) {
	roots := executedRoots{height, results.StateRoot, results.Root(hasher)}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.kept[height%rootsKept] = roots
}

// at returns the roots of a block, nil when they are not known.
func (r *recentRoots) at(height uint64) *executedRoots {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if roots := r.kept[height%rootsKept]; roots.height == height && height > 0 {
		return &roots
	}
	return nil
}
