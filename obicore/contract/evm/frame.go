package evm

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// frame is code that is running: its registers, and what it was called with.
type frame struct {
	session *session

	caller, self chain.Address
	value        chain.Word
	input        []byte
	code         []byte
	codeHash     chain.Hash // zero for initcode
	jumps        bitset     // of code; nil until the first jump
	readOnly     bool
	depth        int

	pc       int
	gas      uint64
	height   int // of the stack
	stack    *stack
	place    room // of the stack
	memory   memory
	returned []byte // output of the last inner frame

	before  uint64 // gas before the instruction in hand
	cost    uint64 // of the instruction in hand
	forward uint64 // gas that the call in hand passes on
}

// prepare makes a frame ready to run code as described.
func (f *frame) prepare(description *contract.Frame, code []byte, codeHash chain.Hash) {
	f.caller, f.self, f.value, f.input = description.Caller, description.Self, description.Value, description.Input
	f.readOnly = description.ReadOnly || description.Kind == contract.StaticCall
	f.depth, f.gas = description.Depth, description.Gas
	f.code, f.codeHash, f.jumps = code, codeHash, nil
	f.pc, f.height, f.returned = 0, 0, nil
	f.memory.reset()
}

// forget lets go of what belongs to a transaction.
func (f *frame) forget() {
	f.input, f.code, f.jumps, f.returned = nil, nil, nil, nil
	f.memory.shrink()
}

// top returns the nth word from the top of the stack, 1 being the topmost.
func (f *frame) top(n int) *uint256.Int { return f.stack.at(f.height - n) }

// offer replaces the topmost n words by one and returns it, to be set.
func (f *frame) offer(n int) *uint256.Int {
	f.height += 1 - n
	return f.stack.at(f.height - 1)
}

// pays takes gas, or reports that there is not enough.
func (f *frame) pays(gas uint64) bool {
	if f.gas < gas {
		return false
	}
	f.gas -= gas
	return true
}

// inside is the frame that this one enters with an instruction.
func (f *frame) inside(kind contract.Kind, gas uint64, input []byte) contract.Frame {
	return contract.Frame{
		Kind: kind, Caller: f.self, Gas: gas, Input: input, ReadOnly: f.readOnly, Depth: f.depth + 1,
	}
}
