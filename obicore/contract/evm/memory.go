package evm

import "github.com/holiman/uint256"

// memory is the byte-addressed memory of a frame. It grows by whole words, which the
// instruction that needs them has paid for.
type memory struct {
	bytes []byte
	paid  uint64 // for the present size
}

const (
	wordSize = 32
	// memoryLimit keeps the price of memory far from overflowing; no gas limit buys it.
	memoryLimit = 1 << 36
	// keptMemory is what a frame keeps for the next one; more goes back to the collector.
	keptMemory = 16 << 10
)

func (m *memory) reset() {
	m.shrink()
	m.bytes, m.paid = m.bytes[:0], 0
}

func (m *memory) shrink() {
	if cap(m.bytes) > keptMemory {
		m.bytes = nil
	}
}

// price returns what it costs to grow to size bytes: three gas a word, and the square of
// the words over 512 (Yellow Paper, H.1).
func (m *memory) price(size uint64) (uint64, error) {
	if size <= uint64(len(m.bytes)) {
		return 0, nil
	}
	if size > memoryLimit {
		return 0, errGasOverflow
	}
	words := wordsOf(size)
	return words*3 + words*words/512 - m.paid, nil
}

// holds reports whether an instruction reads or writes a word that is there already, so
// that it costs no more than its fixed price.
func (m *memory) holds(op Opcode, offset *uint256.Int) bool {
	return (op == MLOAD || op == MSTORE) && len(m.bytes) > 0 && offset.LtUint64(uint64(len(m.bytes)-wordSize+1))
}

// grow makes room for size bytes, in whole words.
func (m *memory) grow(size uint64) {
	if size <= uint64(len(m.bytes)) {
		return
	}
	words := wordsOf(size)
	m.paid = words*3 + words*words/512
	if size = words * wordSize; size <= uint64(cap(m.bytes)) {
		before := len(m.bytes)
		m.bytes = m.bytes[:size]
		clear(m.bytes[before:])
		return
	}
	grown := make([]byte, size, max(size, min(2*uint64(cap(m.bytes)), size+64<<10), 1<<10))
	copy(grown, m.bytes)
	m.bytes = grown
}

// view returns memory that has been grown to. An empty range may lie anywhere.
func (m *memory) view(offset, length *uint256.Int) []byte {
	if length.IsZero() {
		return nil
	}
	start := offset.Uint64()
	end := start + length.Uint64()
	return m.bytes[start:end:end]
}

// extent returns where a range ends: what memory has to grow to.
func extent(offset, length *uint256.Int) (uint64, error) {
	if length.IsZero() {
		return 0, nil
	}
	if !length.IsUint64() {
		return 0, errGasOverflow
	}
	return extentOf(offset, length.Uint64())
}

// extentOf is extent for a length that is not zero.
func extentOf(offset *uint256.Int, length uint64) (uint64, error) {
	end := offset.Uint64() + length
	if !offset.IsUint64() || end < length || end > memoryLimit {
		return 0, errGasOverflow
	}
	return end, nil
}

func wordsOf(size uint64) uint64 { return size/wordSize + (size%wordSize+wordSize-1)/wordSize }
