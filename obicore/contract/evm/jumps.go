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
		f.jumps = f.session.vm.jumps.of(f.codeHash, f.code)
	}
	return f.jumps.has(int(to.Uint64()))
}

// jumpCacheLimit bounds the codes whose jump destinations are kept; they take an eighth of
// their code, so that the cache stays under 16 MiB at the largest code size.
const jumpCacheLimit = 4096

// jumpCache keeps jump destinations for all transactions. When it is full it starts
// again: the working set of a chain is far smaller.
type jumpCache struct {
	mutex sync.RWMutex
	limit int
	known map[chain.Hash]bitset
}

func newJumpCache(limit int) *jumpCache {
	return &jumpCache{limit: limit, known: make(map[chain.Hash]bitset)}
}

// of returns the jump destinations of code. Initcode has no hash here and is not kept.
func (c *jumpCache) of(hash chain.Hash, code []byte) bitset {
	if hash.IsZero() {
		return jumpDestinations(code)
	}
	c.mutex.RLock()
	marks, known := c.known[hash]
	c.mutex.RUnlock()
	if known {
		return marks
	}
	marks = jumpDestinations(code)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.known) >= c.limit {
		clear(c.known)
	}
	c.known[hash] = marks
	return marks
}
