//go:build !cgo

package evm

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum/core/vm"
)

// The accounts that programs know. Callees have random code, too; the account at
// delegated delegates to the first callee, and rich has a balance only.
var (
	caller    = address(0xca11)
	callees   = [...][20]byte{address(0xc0de01), address(0xc0de02), address(0xc0de03)}
	delegated = address(0xde1e)
	rich      = address(0x41c4)
	nobody    = address(0x404)
)

func address(n uint64) (a [20]byte) {
	binary.BigEndian.PutUint64(a[12:], n)
	return a
}

// writer assembles a program.
type writer struct {
	*rand.Rand
	code  []byte
	depth int // of initcode within code
}

// program returns initcode where depth is not 0, else code, of some length, that mostly does what it says: operands are pushed
// before most instructions, and most of them make sense.
func program(random *rand.Rand, depth int) []byte {
	w := &writer{Rand: random, depth: depth}
	for range 1 + random.IntN(60>>(2*depth)) {
		w.instruction()
	}
	if depth > 0 && random.IntN(2) == 0 {
		w.push(uint64(random.IntN(64)))
		w.push(0)
		w.op(vm.RETURN)
	}
	return w.code
}

func (w *writer) op(op vm.OpCode) { w.code = append(w.code, byte(op)) }

func (w *writer) push(v uint64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	n := 8
	for n > 1 && b[8-n] == 0 {
		n--
	}
	w.op(vm.PUSH1 + vm.OpCode(n-1))
	w.code = append(w.code, b[8-n:]...)
}

func (w *writer) pushBytes(b []byte) {
	w.op(vm.PUSH1 + vm.OpCode(len(b)-1))
	w.code = append(w.code, b...)
}

// word pushes an operand of arithmetic.
func (w *writer) word() {
	var b [32]byte
	switch w.IntN(6) {
	case 0:
		w.push(uint64(w.IntN(3)))
	case 1:
		w.push(uint64(w.IntN(300)))
	case 2:
		w.push(w.Uint64())
	case 3: // around a power of two
		bit := w.IntN(256)
		b[31-bit/8] = 1 << (bit % 8)
		if w.IntN(2) == 0 { // less one
			for i := 31 - bit/8 + 1; i < 32; i++ {
				b[i] = 0xff
			}
			b[31-bit/8]--
		}
		w.pushBytes(b[:])
	case 4: // around minus one
		for i := range b {
			b[i] = 0xff
		}
		b[31] -= byte(w.IntN(4))
		w.pushBytes(b[:])
	default:
		for i := range b {
			b[i] = byte(w.Uint32())
		}
		w.pushBytes(b[:1+w.IntN(32)])
	}
}

// place pushes an offset or a length in memory.
func (w *writer) place() {
	switch w.IntN(40) {
	case 0:
		w.word()
	case 1:
		w.push(uint64(w.IntN(100_000)))
	default:
		w.push(uint64(w.IntN(160)))
	}
}

func (w *writer) slot() {
	if w.IntN(20) == 0 {
		w.word()
		return
	}
	w.push(uint64(w.IntN(4)))
}

func (w *writer) account() {
	switch w.IntN(10) {
	case 0:
		w.push(1 + uint64(w.IntN(0x11))) // a precompiled contract
	case 1:
		w.push(0x100)
	case 2:
		w.pushBytes(nobody[:])
	case 3:
		w.pushBytes(rich[:])
	case 4:
		w.pushBytes(delegated[:])
	case 5:
		w.op(vm.ADDRESS)
	case 6:
		w.op(vm.CALLER)
	default:
		callee := callees[w.IntN(len(callees))]
		w.pushBytes(callee[:])
	}
}

func (w *writer) value() {
	switch w.IntN(8) {
	case 0:
		w.word()
	case 1, 2:
		w.push(uint64(w.IntN(5)))
	default:
		w.push(0)
	}
}

func (w *writer) gas() {
	switch w.IntN(4) {
	case 0:
		w.push(uint64(w.IntN(100_000)))
	case 1:
		w.word()
	default:
		w.op(vm.GAS)
	}
}

func (w *writer) instruction() {
	switch w.IntN(16) {
	case 0, 1, 2:
		for range 3 {
			w.word()
		}
		w.op(vm.OpCode(1 + w.IntN(0x1e)))
	case 3:
		w.word()
		w.op([]vm.OpCode{vm.NOT, vm.ISZERO, vm.CLZ, vm.POP, vm.CALLDATALOAD, vm.BLOCKHASH, vm.BLOBHASH}[w.IntN(7)])
	case 4:
		w.op(0x30 + vm.OpCode(w.IntN(0x1b)))
	case 5:
		w.memory()
	case 6, 7:
		w.storage()
	case 8:
		w.copies()
	case 9:
		w.inspects()
	case 10, 11:
		w.calls()
	case 12:
		if w.depth < 2 {
			w.creates()
		}
	case 13:
		w.jumps()
	case 14:
		w.op([]vm.OpCode{vm.DUP1, vm.SWAP1}[w.IntN(2)] + vm.OpCode(w.IntN(16)))
	default:
		w.ends()
	}
}

func (w *writer) memory() {
	w.word()
	w.place()
	w.op([]vm.OpCode{vm.MLOAD, vm.MSTORE, vm.MSTORE, vm.MSTORE8, vm.MSIZE}[w.IntN(5)])
}

func (w *writer) storage() {
	if w.IntN(2) == 0 {
		w.value()
	} else {
		w.slot()
	}
	w.slot()
	w.op([]vm.OpCode{vm.SLOAD, vm.SSTORE, vm.SSTORE, vm.TLOAD, vm.TSTORE}[w.IntN(5)])
}

func (w *writer) copies() {
	w.place()
	w.place()
	w.place()
	w.op([]vm.OpCode{vm.CALLDATACOPY, vm.CODECOPY, vm.RETURNDATACOPY, vm.MCOPY, vm.KECCAK256}[w.IntN(5)])
}

func (w *writer) inspects() {
	if w.IntN(3) == 0 {
		w.place()
		w.place()
		w.place()
		w.account()
		w.op(vm.EXTCODECOPY)
		return
	}
	w.account()
	w.op([]vm.OpCode{vm.BALANCE, vm.EXTCODESIZE, vm.EXTCODEHASH}[w.IntN(3)])
}

func (w *writer) calls() {
	op := []vm.OpCode{vm.CALL, vm.CALL, vm.CALLCODE, vm.DELEGATECALL, vm.STATICCALL}[w.IntN(5)]
	for range 4 {
		w.place()
	}
	if op == vm.CALL || op == vm.CALLCODE {
		w.value()
	}
	w.account()
	w.gas()
	w.op(op)
}

// creates writes some initcode to memory and creates a contract of it.
func (w *writer) creates() {
	initcode := make([]byte, 32)
	copy(initcode, program(w.Rand, w.depth+1))
	if w.IntN(3) > 0 { // that returns something
		copy(initcode[27:], []byte{0x60, byte(w.IntN(40)), 0x60, byte(w.IntN(32)), byte(vm.RETURN)})
	}
	w.pushBytes(initcode)
	w.push(0)
	w.op(vm.MSTORE)
	op := []vm.OpCode{vm.CREATE, vm.CREATE2}[w.IntN(2)]
	if op == vm.CREATE2 {
		w.slot()
	}
	if w.IntN(10) == 0 {
		w.place()
		w.place()
	} else {
		w.push(32)
		w.push(0)
	}
	w.value()
	w.op(op)
}

// jumps goes back or forth, mostly to a place where it may.
func (w *writer) jumps() {
	w.op(vm.JUMPDEST)
	if w.IntN(4) == 0 {
		w.word()
		w.op([]vm.OpCode{vm.JUMP, vm.JUMPI}[w.IntN(2)])
		return
	}
	w.slot()                        // the condition
	w.push(uint64(len(w.code) + 6)) // over two bytes that would be invalid
	w.op(vm.JUMPI)
	w.op(vm.OpCode(0x0c + w.IntN(4)))
	w.op(vm.JUMPDEST)
	w.op(vm.PC)
}

func (w *writer) ends() {
	switch w.IntN(12) {
	case 0:
		w.place()
		w.place()
		w.op([]vm.OpCode{vm.RETURN, vm.REVERT}[w.IntN(2)])
	case 1:
		w.account()
		w.op(vm.SELFDESTRUCT)
	case 2:
		w.op(vm.OpCode(w.IntN(256)))
	case 3:
		w.op(vm.STOP)
	default:
		topics := w.IntN(5)
		for range topics {
			w.word()
		}
		w.place()
		w.place()
		w.op(vm.LOG0 + vm.OpCode(topics))
	}
}
