package evm

import (
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// call runs the code of an account, or a precompiled contract.
func (s *session) call(frame *contract.Frame) contract.Outcome {
	if frame.Kind > contract.CallCode {
		return contract.Outcome{Err: fault{"frame kind " + frame.Kind.String(), contract.ErrInvalidCode}}
	}
	pays := frame.Kind == contract.Call || frame.Kind == contract.CallCode
	if pays && s.state.Balance(frame.Caller).Cmp(frame.Value) < 0 {
		return contract.Outcome{GasLeft: frame.Gas, Err: contract.ErrBalance}
	}
	if frame.Kind == contract.Call && frame.ReadOnly && !frame.Value.IsZero() {
		return contract.Outcome{Err: contract.ErrReadOnly}
	}
	mark := s.state.Snapshot()
	builtIn := s.isBuiltIn(frame.Code)
	switch frame.Kind {
	case contract.Call:
		if !builtIn && frame.Value.IsZero() && !s.state.Exists(frame.Self) {
			return contract.Outcome{GasLeft: frame.Gas} // nothing is there, and nothing is left there
		}
		s.transfer(frame.Caller, frame.Self, frame.Value)
	case contract.StaticCall:
		s.state.Touch(frame.Self)
	}
	return s.undone(mark, s.runCode(frame, builtIn))
}

// undone takes back what a frame has done if it failed; a fault takes all its gas.
func (s *session) undone(mark int, outcome contract.Outcome) contract.Outcome {
	if outcome.Err == nil {
		return outcome
	}
	s.state.Revert(mark)
	if !errors.Is(outcome.Err, contract.ErrRevert) {
		outcome.GasLeft = 0
	}
	return outcome
}

func (s *session) runCode(frame *contract.Frame, builtIn bool) contract.Outcome {
	if builtIn {
		return s.runBuiltIn(frame)
	}
	code, hash := s.codeOf(frame.Code)
	if len(code) == 0 {
		return contract.Outcome{GasLeft: frame.Gas}
	}
	return s.interpret(frame, code, hash)
}

func (s *session) interpret(frame *contract.Frame, code []byte, hash chain.Hash) contract.Outcome {
	f := s.enter()
	f.prepare(frame, code, hash)
	output, err := f.interpret()
	s.leave()
	return contract.Outcome{Output: output, GasLeft: f.gas, Err: err}
}

// codeOf returns the code that a call of an account runs: of the account that it delegates
// to, one step far (EIP-7702).
func (s *session) codeOf(owner chain.Address) ([]byte, chain.Hash) {
	code := s.state.Code(owner)
	if delegate, delegated := chain.ParseDelegation(code); delegated && s.set.delegation {
		owner = delegate
		code = s.state.Code(owner)
	}
	return code, s.state.CodeHash(owner)
}

// isBuiltIn reports whether the binary itself answers at an address.
func (s *session) isBuiltIn(address chain.Address) bool {
	if _, ok := s.set.precompiled.Lookup(address); ok {
		return true
	}
	return s.isNative(address)
}

func (s *session) isNative(address chain.Address) bool {
	_, found := slices.BinarySearchFunc(s.natives, address, chain.Address.Compare)
	return found
}

func (s *session) runBuiltIn(frame *contract.Frame) contract.Outcome {
	if s.isNative(frame.Code) {
		return s.readModule(frame)
	}
	precompiled, _ := s.set.precompiled.Lookup(frame.Code)
	gas := precompiled.Gas(frame.Input)
	if frame.Gas < gas {
		return contract.Outcome{Err: contract.ErrOutOfGas}
	}
	output, err := precompiled.Run(frame.Input)
	return contract.Outcome{Output: output, GasLeft: frame.Gas - gas, Err: err}
}

// transfer moves value, and leaves the receiver touched in any case (EIP-161).
func (s *session) transfer(from, to chain.Address, amount chain.Word) {
	if !amount.IsZero() {
		before, value := toInt(s.state.Balance(from)), toInt(amount)
		before.Sub(&before, &value)
		s.state.SetBalance(from, before.Bytes32())
	}
	s.give(to, amount)
}

// give adds to a balance. What no balance can hold is burnt, as everywhere.
func (s *session) give(to chain.Address, amount chain.Word) {
	if amount.IsZero() {
		s.state.Touch(to)
		return
	}
	before, value := toInt(s.state.Balance(to)), toInt(amount)
	if _, overflow := before.AddOverflow(&before, &value); overflow {
		before.SetAllOne()
	}
	s.state.SetBalance(to, before.Bytes32())
}

// callOut is one of the four calls.
func (f *frame) callOut(op Opcode) {
	operands := f.callOperands(op)
	target := chain.Address(operands.target.Bytes20())
	inner := f.inside(contract.Call, f.forward, f.memory.view(operands.input, operands.inputLength))
	inner.Self, inner.Code, inner.Value = target, target, operands.value.Bytes32()
	switch op {
	case STATICCALL:
		inner.Kind, inner.ReadOnly = contract.StaticCall, true
	case CALLCODE:
		inner.Kind, inner.Self = contract.CallCode, f.self
	case DELEGATECALL: // as if the caller's caller had called
		inner.Kind, inner.Self, inner.Caller, inner.Value = contract.DelegateCall, f.self, f.caller, f.value
	}
	if !operands.value.IsZero() {
		inner.Gas += gasCallStipend
	}
	outcome := f.session.run(inner)
	f.gas += outcome.GasLeft
	f.returned = nil
	if outcome.Err == nil || errors.Is(outcome.Err, contract.ErrRevert) {
		f.returned = outcome.Output
		copy(f.memory.view(operands.output, operands.outputLength), outcome.Output)
	}
	setBool(f.offer(operands.count), outcome.Err == nil)
}
