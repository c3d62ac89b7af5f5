package rowcache

import (
	"sync"
	"sync/atomic"
)

// Memory is what caches share: chunks and indexes up to a bound. It is safe for concurrent use.
type Memory struct {
	lock   sync.Mutex
	most   int
	used   int // bytes that the caches have
	chunks [][]byte
	mapped [][]byte
	closed bool
}

// regionSize is how much is asked of the operating system at once.
const regionSize = 4 << 20

const slotSize = 8

// shareOfMachine is the part of the machine's memory that one Memory takes at most.
const shareOfMachine = 32

// NewMemory returns a memory of at most so many bytes, and on Linux of no more than a 32nd of what the
// process may use. None are taken yet.
func NewMemory(most int) *Memory {
	if machine := machine(); machine > 0 {
		most = min(most, machine/shareOfMachine)
	}
	return &Memory{most: most}
}

// Used returns how many bytes the caches have.
func (m *Memory) Used() int {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.used
}

// Close gives all memory back to the operating system. The caches must have been cleared, and
// remember nothing from then on.
func (m *Memory) Close() {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.closed = true
	for _, region := range m.mapped {
		unmap(region)
	}
	m.mapped, m.chunks = nil, nil
}

func (m *Memory) take(bytes int) bool {
	if m.closed || m.used+bytes > m.most {
		return false
	}
	m.used += bytes
	return true
}

// takeChunk returns a chunk, nil at the bound.
func (m *Memory) takeChunk() []byte {
	m.lock.Lock()
	defer m.lock.Unlock()
	if !m.take(chunkSize) {
		return nil
	}
	if len(m.chunks) == 0 && !m.addRegion() {
		m.used -= chunkSize
		return nil
	}
	last := len(m.chunks) - 1
	taken := m.chunks[last]
	m.chunks = m.chunks[:last]
	return taken
}

func (m *Memory) addRegion() bool {
	region := mapped(regionSize)
	if region == nil {
		return false
	}
	m.mapped = append(m.mapped, region)
	for end := regionSize; end > 0; end -= chunkSize {
		m.chunks = append(m.chunks, region[end-chunkSize:end:end])
	}
	return true
}

func (m *Memory) giveChunk(bytes []byte) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.used -= chunkSize
	m.chunks = append(m.chunks, bytes)
}

// takeSlots returns an empty index, nil at the bound.
func (m *Memory) takeSlots(count int) []atomic.Uint64 {
	m.lock.Lock()
	defer m.lock.Unlock()
	if !m.take(count * slotSize) {
		return nil
	}
	slots := words(count)
	if slots == nil {
		m.used -= count * slotSize
	}
	return slots
}

func (m *Memory) giveSlots(slots []atomic.Uint64) {
	if slots == nil {
		return
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	m.used -= len(slots) * slotSize
	unmapWords(slots)
}
