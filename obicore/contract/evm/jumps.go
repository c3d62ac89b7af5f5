package evm

import (
	"sync"

	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// bitset marks bytes of code.
type bitset []byte

func (b bitset) has(i int) bool { return b[i>>3]&(1<<(i&7)) != 0 }

// jumpDestinations marks the JUMPDEST instructions of code: a byte of that value among
// what a PUSH pushes is none.
func jumpDestinations(code []byte) bitset {
	marks := make(bitset, (len(code)+7)/8)
	for pc := 0; pc < len(code); pc++ {
		switch op := Opcode(code[pc]); {
		case op == JUMPDEST:
			marks[pc>>3] |= 1 << (pc & 7)
		case op >= PUSH1 && op <= PUSH32:
			pc += int(op - PUSH0)
		}
	}
	return marks
}

// canJump reports whether the code may go on at a position.
func (f *frame) canJump(to *uint256.Int) bool {
	if !to.LtUint64(uint64(len(f.code))) {
		return false
	}
	if f.jumps == nil {
		f.jumps = f.session.jumpsOf(f.codeHash, f.code)
	}
	return f.jumps.has(int(to.Uint64()))
}

// jumpsOf returns the jump destinations of code. A session looks at each code once,
// whatever becomes of it in the cache of all; initcode has no hash here and is not kept.
func (s *session) jumpsOf(hash chain.Hash, code []byte) bitset {
	if hash.IsZero() {
		return jumpDestinations(code)
	}
	if marks, known := s.jumps[hash]; known {
		return marks
	}
	marks := s.vm.jumps.of(hash, code)
	if s.jumps == nil {
		s.jumps = make(map[chain.Hash]bitset)
	}
	s.jumps[hash] = marks
	return marks
}

// What the cache of all holds at most. The marks of a code take an eighth of it; code that
// is larger than contracts are – a query may bring it – each session looks at by itself.
const (
	jumpCacheCodes = 4096
	jumpCacheBytes = 16 << 20
	jumpCacheLarge = jumpCacheBytes / jumpCacheCodes
)

// jumpCache keeps jump destinations for all transactions. When it is full, some go, chosen
// as a map happens to give them: nothing but time depends on it.
type jumpCache struct {
	mutex sync.RWMutex
	codes int
	known map[chain.Hash]bitset
}

func newJumpCache(codes int) *jumpCache {
	return &jumpCache{codes: codes, known: make(map[chain.Hash]bitset)}
}

func (c *jumpCache) of(hash chain.Hash, code []byte) bitset {
	c.mutex.RLock()
	marks, known := c.known[hash]
	c.mutex.RUnlock()
	if known {
		return marks
	}
	marks = jumpDestinations(code)
	if len(marks) > jumpCacheLarge {
		return marks
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for other := range c.known {
		if len(c.known) < c.codes {
			break
		}
		delete(c.known, other)
	}
	c.known[hash] = marks
	return marks
}
