package segment

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// latest remembers entries of the executed state as they were last read or written:
// the accounts of those who send, and the contracts that are called, are asked for by
// admission, proposal and execution alike. It follows the state from height to height;
// who reads at another height passes it by.
type latest struct {
	mutex   sync.RWMutex
	height  uint64
	entries map[chain.StateKey][]byte // nil where there is no entry
	bytes   int
}

// Bounds of what latest keeps, in bytes: in all, of one entry, and what a place costs
// beside key and value.
const (
	latestBytes      = 32 << 20
	latestEntryBytes = 1 << 20
	latestPlaceBytes = 128
)

func newLatest() *latest { return &latest{entries: make(map[chain.StateKey][]byte)} }

// get returns what stands under a key in the state of a height, if it is known.
func (l *latest) get(height uint64, key chain.StateKey) (value []byte, known bool) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	if height != l.height {
		return nil, false
	}
	value, known = l.entries[key]
	return value, known
}

// put remembers what was read in the state of a height, unless that has moved on.
func (l *latest) put(height uint64, key chain.StateKey, value []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if height == l.height {
		l.set(key, value)
	}
}

// advance makes this the state of a height, which differs from the one before by
// writes.
func (l *latest) advance(height uint64, writes []chain.Write) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.height = height
	for i := range writes {
		value := writes[i].Value
		if len(value) == 0 {
			value = nil
		}
		l.set(writes[i].Key, value)
	}
}

// forget makes this the state of a height of which nothing is known.
func (l *latest) forget(height uint64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.height, l.bytes = height, 0
	clear(l.entries)
}

func (l *latest) set(key chain.StateKey, value []byte) {
	if old, known := l.entries[key]; known {
		l.bytes -= costOf(key, old)
		delete(l.entries, key)
	}
	if len(value) > latestEntryBytes {
		return
	}
	l.entries[key] = value
	l.bytes += costOf(key, value)
	for dropped, old := range l.entries { // any will do: those in use come back
		if l.bytes <= latestBytes {
			break
		}
		l.bytes -= costOf(dropped, old)
		delete(l.entries, dropped)
	}
}

func costOf(key chain.StateKey, value []byte) int {
	return latestPlaceBytes + len(key.Subkey) + len(value)
}
