package evm

import (
	"errors"
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// created returns the address of the contract that a frame creates: of creator and nonce
// (Yellow Paper, 7), or of creator, salt and initcode (EIP-1014).
func (s *session) created(frame *contract.Frame) chain.Address {
	var digest chain.Hash
	if frame.Kind == contract.Create2 {
		initcode := keccak.Keccak256(frame.Input)
		digest = keccak.Keccak256([]byte{0xff}, frame.Caller[:], frame.Salt[:], initcode[:])
	} else {
		fields := rlp.AppendUint64(rlp.AppendBytes(nil, frame.Caller[:]), s.state.Nonce(frame.Caller))
		digest = keccak.Keccak256(rlp.AppendList(nil, fields))
	}
	return chain.Address(digest[chain.HashSize-chain.AddressSize:])
}

// create runs initcode and keeps what it returns as the code of frame.Self. The nonce is
// used and the address is warm whatever becomes of it (EIP-2929).
func (s *session) create(frame *contract.Frame) contract.Outcome {
	nonce := s.state.Nonce(frame.Caller)
	switch {
	case frame.ReadOnly:
		return contract.Outcome{Err: contract.ErrReadOnly}
	case s.state.Balance(frame.Caller).Cmp(frame.Value) < 0:
		return contract.Outcome{GasLeft: frame.Gas, Err: contract.ErrBalance}
	case nonce == nonceLimit:
		return contract.Outcome{GasLeft: frame.Gas, Err: errNonceOverflow}
	}
	s.state.SetNonce(frame.Caller, nonce+1)
	s.state.Warm(frame.Self)
	if s.isOccupied(frame.Self) {
		return contract.Outcome{Err: contract.ErrCollision}
	}
	mark := s.state.Snapshot()
	s.state.Create(frame.Self)
	s.state.SetNonce(frame.Self, 1) // EIP-161
	s.transfer(frame.Caller, frame.Self, frame.Value)
	outcome := s.undone(mark, s.runInitcode(frame))
	outcome.Created = frame.Self
	return outcome
}

// nonceLimit is the last nonce: an account that has it creates nothing (EIP-2681).
const nonceLimit = math.MaxUint64

// isOccupied reports whether no contract can be created at an address: something was
// created there (EIP-684), or storage is left of it (EIP-7610).
func (s *session) isOccupied(address chain.Address) bool {
	return s.state.Nonce(address) != 0 || !s.state.CodeHash(address).IsZero() || s.state.HasStorage(address)
}

// reserved is the byte that code of a contract does not begin with (EIP-3541).
const reserved = 0xef

func (s *session) runInitcode(frame *contract.Frame) contract.Outcome {
	initcode := frame.Input
	frame.Input = nil
	outcome := contract.Outcome{GasLeft: frame.Gas}
	if len(initcode) > 0 {
		outcome = s.interpret(frame, initcode, chain.Hash{})
	}
	if outcome.Err != nil {
		return outcome
	}
	code := outcome.Output
	price := gasCodeByte * uint64(len(code))
	switch {
	case len(code) > 0 && code[0] == reserved:
		outcome.Err = errReservedCode
	case outcome.GasLeft < price:
		outcome.Err = errCodeDeposit
	case uint64(len(code)) > s.block.Limits.CodeBytes: // EIP-170
		outcome.Err = codeTooLarge("code", uint64(len(code)), s.block.Limits.CodeBytes)
	default:
		outcome.GasLeft -= price
		if len(code) > 0 {
			s.state.SetCode(frame.Self, code, keccak.Keccak256(code))
		}
	}
	return outcome
}

// createOut is one of the two creations.
func (f *frame) createOut(op Opcode) {
	value, offset, length := f.top(1), f.top(2), f.top(3)
	gas := f.gas - f.gas/gasShareKept // EIP-150
	f.gas -= gas
	inner := f.inside(contract.Create, gas, f.memory.view(offset, length))
	inner.Value = value.Bytes32()
	operands := 3
	if op == CREATE2 {
		inner.Kind, inner.Salt = contract.Create2, f.top(4).Bytes32()
		operands = 4
	}
	outcome := f.session.run(inner)
	f.gas += outcome.GasLeft
	f.returned = nil
	if errors.Is(outcome.Err, contract.ErrRevert) {
		f.returned = outcome.Output
	}
	word := f.offer(operands)
	word.Clear()
	if outcome.Err == nil {
		word.SetBytes20(outcome.Created[:])
	}
}
