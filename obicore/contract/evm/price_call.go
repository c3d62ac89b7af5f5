package evm

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// priceCall is for the four calls. The gas that the callee gets is part of the price:
// what was asked for, but at most all but one part in 64 of what is left (EIP-150).
func (f *frame) priceCall(op Opcode) (gas, size uint64, err error) {
	operands := f.callOperands(op)
	if op == CALL && !operands.value.IsZero() && f.readOnly {
		return 0, 0, contract.ErrReadOnly
	}
	gas, size, err = f.priceCallMemory(&operands)
	if err != nil {
		return 0, 0, err
	}
	target := chain.Address(operands.target.Bytes20())
	gas += f.priceAccess(target)
	if !operands.value.IsZero() {
		gas += gasCallValue
	}
	if f.gas < gas {
		return gas, size, contract.ErrOutOfGas // before an account is read that nobody pays for
	}
	if op == CALL && !operands.value.IsZero() && f.session.state.IsEmpty(target) {
		gas += gasNewAccount
	}
	gas += f.priceDelegation(target)
	if f.gas < gas {
		return gas, size, contract.ErrOutOfGas
	}
	left := f.gas - gas
	f.forward = left - left/gasShareKept
	if wanted := operands.gas; wanted.IsUint64() {
		f.forward = min(f.forward, wanted.Uint64())
	}
	return gas + f.forward, size, nil
}

func (f *frame) priceCallMemory(operands *callOperands) (gas, size uint64, err error) {
	input, err := extent(operands.input, operands.inputLength)
	if err != nil {
		return 0, 0, err
	}
	output, err := extent(operands.output, operands.outputLength)
	if err != nil {
		return 0, 0, err
	}
	size = max(input, output)
	gas, err = f.memory.price(size)
	return gas, size, err
}

// priceDelegation is what following a delegation costs (EIP-7702).
func (f *frame) priceDelegation(target chain.Address) uint64 {
	s := f.session
	if !s.set.delegation {
		return 0
	}
	delegate, delegated := chain.ParseDelegation(s.state.Code(target))
	switch {
	case !delegated:
		return 0
	case s.state.IsWarm(delegate):
		return gasWarm
	}
	s.state.Warm(delegate)
	return gasColdAccount
}

// callOperands are the words that a call finds on the stack.
type callOperands struct {
	gas, target, value   *uint256.Int // value is zero where the call has none
	input, inputLength   *uint256.Int
	output, outputLength *uint256.Int
	count                int
}

var noValue uint256.Int // never written to

func (f *frame) callOperands(op Opcode) callOperands {
	o := callOperands{gas: f.top(1), target: f.top(2), value: &noValue, count: 6}
	n := 3
	if op == CALL || op == CALLCODE {
		o.value, o.count = f.top(3), 7
		n++
	}
	o.input, o.inputLength, o.output, o.outputLength = f.top(n), f.top(n+1), f.top(n+2), f.top(n+3)
	return o
}

// priceCreate is for both creations; CREATE2 hashes the initcode for its address (EIP-1014).
func (f *frame) priceCreate(op Opcode) (gas, size uint64, err error) {
	if err = f.writable(); err != nil {
		return 0, 0, err
	}
	length, limit := f.top(3), f.session.block.Limits.InitcodeBytes
	switch {
	case !length.IsUint64() || length.Uint64() > memoryLimit:
		return 0, 0, errGasOverflow
	case length.Uint64() > limit: // EIP-3860
		return 0, 0, codeTooLarge("initcode", length.Uint64(), limit)
	}
	perWord := uint64(gasInitcodeWord)
	if op == CREATE2 {
		perWord += gasKeccak256Word
	}
	return f.priceWords(f.top(2), length, perWord)
}
