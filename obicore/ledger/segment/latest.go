package segment

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment/rowcache"
)

// latest remembers entries of the executed state as they were last read or written:
// the accounts of those who send, and the contracts that are called, are asked for by
// admission, proposal and execution alike, and the commitment's nodes above them change
// with each block. It follows the state from one to the next, each of which has a mark – a height may come
// twice, when a ledger is rewound –; who reads another state passes it by. It is kept in parts, for
// all cores read it at once.
//
// What there is no place for on the heap goes into rows, a look at which costs a copy, and stays
// there: millions of accounts that are paid now and then.
type latest[K comparable, V any] struct {
	form[K, V]
	most   int // bytes of one part
	seed   maphash.Seed
	memory *rowcache.Memory
	parts  [latestParts]latestPart[K, V]
}

// form says what entries are like.
type form[K comparable, V any] struct {
	sizeOf      func(key K, value V) int
	far         func(key K) int // what is farther gives way to what is nearer
	appendKey   func(dst []byte, key K) []byte
	appendValue func(dst []byte, value V) []byte
	valueOf     func(row []byte) V // of what appendValue appended, which it may keep
}

// latestPart is what latest knows of the keys with one hash.
type latestPart[K comparable, V any] struct {
	mutex   sync.RWMutex
	mark    uint64
	entries map[K]V // zero where there is no entry
	bytes   int
	rows    *rowcache.Cache // of no key of entries
	key     []byte          // scratch, as the other
	value   []byte
}

// Bounds of what latest keeps, in bytes: of entries and of nodes in all, on the heap and in rows,
// and what a place costs beside key and value. One of them takes a fourth of its part at most.
const (
	latestStateBytes = 16 << 20
	latestNodeBytes  = 48 << 20
	latestStateRows  = 416 << 20
	latestNodeRows   = 640 << 20
	latestEntryShare = 4
	latestPlaceBytes = 128
	latestParts      = 32
)

// givesWay is how many entries are looked at in vain for one that gives way to another.
const givesWay = 16

func newLatestState() *latest[chain.StateKey, []byte] {
	return newLatest(latestStateBytes, latestStateRows, form[chain.StateKey, []byte]{
		sizeOf:      func(key chain.StateKey, value []byte) int { return len(key.Subkey) + len(value) },
		far:         func(chain.StateKey) int { return 0 },
		appendKey:   func(dst []byte, key chain.StateKey) []byte { return key.Append(dst) },
		appendValue: func(dst, value []byte) []byte { return append(dst, value...) },
		valueOf:     present,
	})
}

// newLatestNodes remembers those with short names longer: they are nearer to the root, and more
// entries have them in common.
func newLatestNodes() *latest[string, node] {
	return newLatest(latestNodeBytes, latestNodeRows, form[string, node]{
		sizeOf:    func(name string, n node) int { return len(name) + n.size() },
		far:       func(name string) int { return len(name) },
		appendKey: func(dst []byte, name string) []byte { return append(dst, name...) },
		appendValue: func(dst []byte, n node) []byte {
			return append(binary.AppendUvarint(dst, uint64(n.behind)), n.value...) //nolint:gosec // a length
		},
		valueOf: func(row []byte) node {
			behind, length := binary.Uvarint(row)
			return node{present(row[length:]), int(behind)} //nolint:gosec // as above
		},
	})
}

// present returns nil for no bytes, which stand for no entry.
func present(value []byte) []byte {
	if len(value) == 0 {
		return nil
	}
	return value
}

func newLatest[K comparable, V any](most, rows int, f form[K, V]) *latest[K, V] {
	l := &latest[K, V]{form: f, most: most / latestParts, seed: maphash.MakeSeed(), memory: rowcache.NewMemory(rows)}
	for i := range l.parts {
		l.parts[i].entries, l.parts[i].rows = make(map[K]V), rowcache.New(l.memory)
	}
	return l
}

// close gives the memory back. Nothing is remembered from then on.
func (l *latest[K, V]) close() {
	l.forget(math.MaxUint64) // which no state has
	l.memory.Close()
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
	if value, known = p.entries[key]; known || p.rows.Len() == 0 {
		return value, known
	}
	var room [128]byte
	row, known := p.rows.Get(nil, l.appendKey(room[:0], key))
	if !known {
		return value, false
	}
	return l.valueOf(row), true
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

// offer remembers what stands in the state with a mark where nothing must be forgotten for it, and
// reports whether there is more such room.
func (l *latest[K, V]) offer(mark uint64, key K, value V) (room bool) {
	p := &l.parts[l.part(key)]
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, known := p.entries[key]; known || mark != p.mark {
		return true
	}
	if cost := l.costOf(key, value); p.rows.Len() == 0 && p.bytes+cost <= l.most {
		p.entries[key] = value
		p.bytes += cost
		return true
	}
	if l.sizeOf(key, value) > rowcache.MaxRow {
		return true // there may be room for others
	}
	p.key, p.value = l.appendKey(p.key[:0], key), l.appendValue(p.value[:0], value)
	return p.rows.Offer(p.key, p.value)
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
		p.rows.Clear()
		p.mutex.Unlock()
	}
}

func (l *latest[K, V]) set(p *latestPart[K, V], key K, value V) {
	if old, known := p.entries[key]; known {
		p.bytes -= l.costOf(key, old)
		delete(p.entries, key)
	} else if p.rows.Len() > 0 {
		if p.key = l.appendKey(p.key[:0], key); p.rows.Has(p.key) {
			l.setRow(p, key, value)
			return
		}
	}
	cost := l.costOf(key, value)
	if cost > l.most/latestEntryShare {
		return
	}
	p.entries[key] = value
	if p.bytes += cost; p.bytes > l.most && !l.makeRoom(p, key) {
		l.drop(p, key, value)
	}
}

// drop moves an entry from the heap to the rows.
func (l *latest[K, V]) drop(p *latestPart[K, V], key K, value V) {
	p.bytes -= l.costOf(key, value)
	delete(p.entries, key)
	l.setRow(p, key, value)
}

func (l *latest[K, V]) setRow(p *latestPart[K, V], key K, value V) {
	p.key = l.appendKey(p.key[:0], key)
	if l.sizeOf(key, value) > rowcache.MaxRow {
		p.rows.Delete(p.key)
		return
	}
	p.value = l.appendValue(p.value[:0], value)
	p.rows.Set(p.key, p.value)
}

// makeRoom drops others that are as far as an entry, or farther: any will do.
func (l *latest[K, V]) makeRoom(p *latestPart[K, V], key K) bool {
	looked, far := 0, l.far(key)
	for dropped, old := range p.entries {
		if p.bytes <= l.most {
			return true
		}
		if dropped != key && l.far(dropped) >= far {
			l.drop(p, dropped, old)
		} else if looked++; looked == givesWay {
			return false
		}
	}
	return p.bytes <= l.most
}

func (l *latest[K, V]) costOf(key K, value V) int { return latestPlaceBytes + l.sizeOf(key, value) }
