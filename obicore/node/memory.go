package node

import (
	"bytes"
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Limits of the chain's memories, in bytes of what they hold, about, and in blocks.
const (
	verifiedBytes   = 128 << 20
	blockCacheBytes = 96 << 20
	blockCacheLimit = 256
)

// What a transaction, one of its calls and a write take beside their bytes.
const (
	transactionBytes = 768
	callBytes        = 192
	writeBytes       = 192
)

// sizeOf is about what a decoded transaction takes.
func sizeOf(t *chain.Verified) int {
	return transactionBytes + 2*len(t.Raw) + callBytes*len(t.Calls)
}

// sizeOfResults is about what results take.
func sizeOfResults(r *chain.Results) int {
	size := writeBytes * len(r.Opening)
	for i := range r.Transactions {
		result := &r.Transactions[i]
		size += transactionBytes + writeBytes*len(result.Writes)
		for k := range result.Writes {
			size += len(result.Writes[k].Value)
		}
		for k := range result.Receipt.Logs {
			size += len(result.Receipt.Logs[k].Data) + chain.HashSize*(2+len(result.Receipt.Logs[k].Topics))
		}
	}
	return size
}

// verifiedMemory remembers by their bytes transactions that need no check of their
// signatures any more, and no decoding. It keeps two generations: when the young one is
// full, the old one goes.
type verifiedMemory struct {
	mutex      sync.RWMutex
	limit      int                       // bytes of one generation
	bytes      int                       // of the young one
	young, old map[uint64]chain.Verified // by a hash whose seed nobody knows; the bytes are compared
	seed       maphash.Seed
}

func newVerifiedMemory(bytes int) *verifiedMemory {
	return &verifiedMemory{limit: bytes / 2, young: make(map[uint64]chain.Verified), seed: maphash.MakeSeed()}
}

func (m *verifiedMemory) get(raw []byte) (chain.Verified, bool) {
	key := maphash.Bytes(m.seed, raw)
	m.mutex.RLock()
	t, ok := m.young[key]
	if !ok {
		t, ok = m.old[key]
	}
	m.mutex.RUnlock()
	if !ok || !bytes.Equal(t.Raw, raw) {
		return chain.Verified{}, false
	}
	return t, true
}

// put remembers a transaction, in place of another that happens to have its key.
func (m *verifiedMemory) put(t chain.Verified) {
	key := maphash.Bytes(m.seed, t.Raw)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.bytes >= m.limit {
		m.old, m.young, m.bytes = m.young, make(map[uint64]chain.Verified), 0
	}
	if _, known := m.young[key]; !known {
		m.bytes += sizeOf(&t)
	}
	m.young[key] = t
}

// blockCache keeps the latest blocks decoded, by height. Its generation changes
// when it is cleared, so that nothing that was read before is put in after.
type blockCache struct {
	mutex      sync.RWMutex
	limit      uint64 // blocks
	most       int    // bytes
	bytes      int
	blocks     map[uint64]cachedBlock
	generation uint64
}

type cachedBlock struct {
	*Block
	bytes int
}

func newBlockCache(limit uint64, most int) *blockCache {
	return &blockCache{limit: limit, most: most, blocks: make(map[uint64]cachedBlock)}
}

// get returns a block, or nil and the generation in which it may be put.
func (c *blockCache) get(height uint64) (*Block, uint64) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	return c.blocks[height].Block, c.generation
}

// put keeps what was read in a generation, unless that is over.
func (c *blockCache) put(b *Block, generation uint64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if generation == c.generation {
		c.keep(b)
	}
}

// set keeps a block that has just been executed.
func (c *blockCache) set(b *Block) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.keep(b)
}

// keep makes room by letting the lowest of the others go.
func (c *blockCache) keep(b *Block) {
	added := cachedBlock{Block: b, bytes: sizeOfResults(b.Results)}
	for i := range b.Transactions {
		added.bytes += sizeOf(&b.Transactions[i])
	}
	c.drop(b.Header.Height)
	for len(c.blocks) > 0 && (c.bytes+added.bytes > c.most || uint64(len(c.blocks)) >= c.limit) {
		c.drop(slices.Min(slices.Collect(maps.Keys(c.blocks))))
	}
	c.blocks[b.Header.Height] = added
	c.bytes += added.bytes
}

func (c *blockCache) drop(height uint64) {
	c.bytes -= c.blocks[height].bytes
	delete(c.blocks, height)
}

func (c *blockCache) clear() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	clear(c.blocks)
	c.bytes = 0
	c.generation++
}
