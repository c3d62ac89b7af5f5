package evm

import (
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
)

// jumpDestLimit bounds the analyses kept; one takes an eighth of its code, so
// the cache stays under 16 MiB at the largest code size.
const jumpDestLimit = 4096

// jumpDestCache shares jump destination analyses between transactions. When it
// is full it starts again: the working set of a chain is far smaller.
type jumpDestCache struct {
	mutex sync.RWMutex
	limit int
	known map[common.Hash]vm.BitVec
}

func newJumpDestCache(limit int) *jumpDestCache {
	return &jumpDestCache{limit: limit, known: make(map[common.Hash]vm.BitVec)}
}

// Load implements vm.JumpDestCache.
func (c *jumpDestCache) Load(code common.Hash) (vm.BitVec, bool) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	analysis, ok := c.known[code]
	return analysis, ok
}

// Store implements vm.JumpDestCache.
func (c *jumpDestCache) Store(code common.Hash, analysis vm.BitVec) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.known) >= c.limit {
		clear(c.known)
	}
	c.known[code] = analysis
}
