package node

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Limits of the chain's memories, in entries.
const (
	verifiedLimit   = 200_000
	blockCacheLimit = 256
)

// verifiedMemory remembers by wire hash transactions that need no check of their
// signatures any more. It keeps two generations: when the young one is full, the old one
// goes.
type verifiedMemory struct {
	mutex      sync.RWMutex
	limit      int
	young, old map[chain.Hash]chain.Verified
}

func newVerifiedMemory(limit int) *verifiedMemory {
	return &verifiedMemory{limit: limit / 2, young: make(map[chain.Hash]chain.Verified)}
}

func (m *verifiedMemory) get(wire chain.Hash) (chain.Verified, bool) {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	t, ok := m.young[wire]
	if !ok {
		t, ok = m.old[wire]
	}
	return t, ok
}

func (m *verifiedMemory) put(t chain.Verified) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.young) >= m.limit {
		m.old, m.young = m.young, make(map[chain.Hash]chain.Verified)
	}
	m.young[t.Wire] = t
}

// blockCache keeps the latest blocks decoded, by height. Its generation changes
// when it is cleared, so that nothing that was read before is put in after.
type blockCache struct {
	mutex      sync.RWMutex
	limit      uint64
	blocks     map[uint64]*Block
	generation uint64
}

func newBlockCache(limit uint64) *blockCache {
	return &blockCache{limit: limit, blocks: make(map[uint64]*Block)}
}

// get returns a block, or nil and the generation in which it may be put.
func (c *blockCache) get(height uint64) (*Block, uint64) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	if b := c.blocks[height%c.limit]; b != nil && b.Header.Height == height {
		return b, c.generation
	}
	return nil, c.generation
}

// put keeps what was read in a generation, unless that is over.
func (c *blockCache) put(b *Block, generation uint64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if generation == c.generation {
		c.blocks[b.Header.Height%c.limit] = b
	}
}

// set keeps a block that has just been executed.
func (c *blockCache) set(b *Block) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.blocks[b.Header.Height%c.limit] = b
}

func (c *blockCache) clear() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	clear(c.blocks)
	c.generation++
}
