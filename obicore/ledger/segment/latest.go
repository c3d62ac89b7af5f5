package segment

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// latest remembers entries of the executed state as they were last read or written:
// the accounts of those who send, and the contracts that are called, are asked for by
// admission, proposal and execution alike, and the commitment's nodes above them change
// with each block. It follows the state from height to height; who reads at another
// height passes it by.
type latest[K comparable] struct {
	sizeOf func(key K) int
	most   int // bytes

	mutex   sync.RWMutex
	height  uint64
	entries map[K][]byte // nil where there is no entry
	bytes   int
}

// Bounds of what latest keeps, in bytes: of entries and of nodes in all, of one of them,
// and what a place costs beside key and value.
const (
	latestStateBytes = 32 << 20
	latestNodeBytes  = 64 << 20
	latestEntryBytes = 1 << 20
	latestPlaceBytes = 128
)

func newLatestState() *latest[chain.StateKey] {
	return &latest[chain.StateKey]{
		sizeOf: func(key chain.StateKey) int { return len(key.Subkey) }, most: latestStateBytes, entries: make(map[chain.StateKey][]byte),
	}
}

func newLatestNodes() *latest[string] {
	return &latest[string]{sizeOf: func(name string) int { return len(name) }, most: latestNodeBytes, entries: make(map[string][]byte)}
}

// get returns what stands under a key in the state of a height, if it is known.
func (l *latest[K]) get(height uint64, key K) (value []byte, known bool) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	if height != l.height {
		return nil, false
	}
	value, known = l.entries[key]
	return value, known
}

// put remembers what was read in the state of a height, unless that has moved on.
func (l *latest[K]) put(height uint64, key K, value []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if height == l.height {
		l.set(key, value)
	}
}

// advance makes this the state of a height, which differs from the one before by count
// changes.
func (l *latest[K]) advance(height uint64, count int, change func(n int) (key K, value []byte)) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.height = height
	for n := range count {
		key, value := change(n)
		if len(value) == 0 {
			value = nil
		}
		l.set(key, value)
	}
}

// forget makes this the state of a height of which nothing is known.
func (l *latest[K]) forget(height uint64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.height, l.bytes = height, 0
	clear(l.entries)
}

func (l *latest[K]) set(key K, value []byte) {
	if old, known := l.entries[key]; known {
		l.bytes -= l.costOf(key, old)
		delete(l.entries, key)
	}
	if len(value) > latestEntryBytes {
		return
	}
	l.entries[key] = value
	l.bytes += l.costOf(key, value)
	for dropped, old := range l.entries { // any will do: those in use come back
		if l.bytes <= l.most {
			break
		}
		l.bytes -= l.costOf(dropped, old)
		delete(l.entries, dropped)
	}
}

func (l *latest[K]) costOf(key K, value []byte) int {
	return latestPlaceBytes + l.sizeOf(key) + len(value)
}
