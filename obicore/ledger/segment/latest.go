package segment

import (
	"hash/maphash"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// latest remembers entries of the executed state as they were last read or written:
// the accounts of those who send, and the contracts that are called, are asked for by
// admission, proposal and execution alike, and the commitment's nodes above them change
// with each block. It follows the state from one to the next, each of which has a mark – a height may come
// twice, when a ledger is rewound –; who reads another state passes it by. It is kept in parts, for
// all cores read it at once.
type latest[K comparable, V any] struct {
	sizeOf func(key K, value V) int
	far    func(key K) int // what is farther gives way to what is nearer
	most   int             // bytes of one part
	seed   maphash.Seed
	parts  [latestParts]latestPart[K, V]
}

// latestPart is what latest knows of the keys with one hash.
type latestPart[K comparable, V any] struct {
	mutex   sync.RWMutex
	mark    uint64
	entries map[K]V // zero where there is no entry
	bytes   int
}

// Bounds of what latest keeps, in bytes: of entries and of nodes in all, of one of them,
// and what a place costs beside key and value.
const (
	latestStateBytes = 32 << 20
	latestNodeBytes  = 128 << 20
	latestEntryBytes = 1 << 20
	latestPlaceBytes = 128
	latestParts      = 32
)

// givesWay is how many entries are looked at in vain for one that gives way to another.
const givesWay = 16

func newLatestState() *latest[chain.StateKey, []byte] {
	return newLatest(latestStateBytes, func(key chain.StateKey, value []byte) int { return len(key.Subkey) + len(value) }, func(chain.StateKey) int { return 0 })
}

// newLatestNodes remembers those with short names longer: they are nearer to the root, and more
// entries have them in common.
func newLatestNodes() *latest[string, node] {
	return newLatest(latestNodeBytes, func(name string, n node) int { return len(name) + n.size() }, func(name string) int { return len(name) })
}

func newLatest[K comparable, V any](most int, sizeOf func(K, V) int, far func(K) int) *latest[K, V] {
	l := &latest[K, V]{sizeOf: sizeOf, far: far, most: most / latestParts, seed: maphash.MakeSeed()}
	for i := range l.parts {
		l.parts[i].entries = make(map[K]V)
	}
	return l
}

func (l *latest[K, V]) part(key K) int { return int(maphash.Comparable(l.seed, key) % latestParts) }

// get returns what stands under a key in the state with a mark, if it is known.
func (l *latest[K, V]) get(mark uint64, key K) (value V, known bool) {
	p := &l.parts[l.part(key)]
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	if mark != p.mark {
		return value, false
	}
	value, known = p.entries[key]
	return value, known
}

// put remembers what was read in the state with a mark, unless that has moved on.
func (l *latest[K, V]) put(mark uint64, key K, value V) {
	p := &l.parts[l.part(key)]
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if mark == p.mark {
		l.set(p, key, value)
	}
}

// advance makes this the state with a mark, which differs from the one before by count
// changes. Each part moves at once.
func (l *latest[K, V]) advance(mark uint64, count int, change func(n int) (key K, value V)) {
	var changes [latestParts][]int
	for n := range count {
		key, _ := change(n)
		i := l.part(key)
		changes[i] = append(changes[i], n)
	}
	for i := range l.parts {
		l.advancePart(&l.parts[i], mark, changes[i], change)
	}
}

func (l *latest[K, V]) advancePart(p *latestPart[K, V], mark uint64, changes []int, change func(n int) (key K, value V)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.mark = mark
	for _, n := range changes {
		key, value := change(n)
		l.set(p, key, value)
	}
}

// forget makes this the state with a mark, of which nothing is known.
func (l *latest[K, V]) forget(mark uint64) {
	for i := range l.parts {
		p := &l.parts[i]
		p.mutex.Lock()
		p.mark, p.bytes = mark, 0
		clear(p.entries)
		p.mutex.Unlock()
	}
}

func (l *latest[K, V]) set(p *latestPart[K, V], key K, value V) {
	if old, known := p.entries[key]; known {
		p.bytes -= l.costOf(key, old)
		delete(p.entries, key)
	}
	cost := l.costOf(key, value)
	if cost > latestEntryBytes {
		return
	}
	p.entries[key] = value
	if p.bytes += cost; p.bytes > l.most && !l.makeRoom(p, key) {
		p.bytes -= cost
		delete(p.entries, key)
	}
}

// makeRoom drops others that are as far as an entry, or farther: any will do, for those in use come back.
func (l *latest[K, V]) makeRoom(p *latestPart[K, V], key K) bool {
	looked, far := 0, l.far(key)
	for dropped, old := range p.entries {
		if p.bytes <= l.most {
			return true
		}
		if dropped != key && l.far(dropped) >= far {
			p.bytes -= l.costOf(dropped, old)
			delete(p.entries, dropped)
		} else if looked++; looked == givesWay {
			return false
		}
	}
	return p.bytes <= l.most
}

func (l *latest[K, V]) costOf(key K, value V) int { return latestPlaceBytes + l.sizeOf(key, value) }
