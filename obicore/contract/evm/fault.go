package evm

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Faults that the kernel has no name for. Their texts are the ones that Ethereum's
// clients show, which tools match.
var (
	errInvalidJump   = errors.New("invalid jump destination")
	errReturnData    = errors.New("return data out of bounds")
	errNonceOverflow = errors.New("nonce uint64 overflow")
)

// Kinds of the kernel's faults with a text of their own.
var (
	errGasOverflow  = fault{"gas uint64 overflow", contract.ErrOutOfGas}
	errSentry       = fault{"not enough gas for reentrancy sentry", contract.ErrOutOfGas}
	errCodeDeposit  = fault{"contract creation code storage out of gas", contract.ErrOutOfGas}
	errInitcodeSize = fault{"max initcode size exceeded", contract.ErrCodeSize}
	errReservedCode = fault{"invalid code: must not begin with 0xef", contract.ErrInvalidCode}
)

// fault is one of the kernel's errors with a text of its own.
type fault struct {
	text string
	kind error
}

func (f fault) Error() string { return f.text }
func (f fault) Unwrap() error { return f.kind }

// undefinedError is an instruction that the fork does not have.
type undefinedError Opcode

func (e undefinedError) Error() string {
	return "invalid opcode: " + Opcode(e).String()
}

// heightError is a stack with too few words for an instruction, or too many.
type heightError struct{ height, least, most int }

func (e heightError) Error() string {
	if e.height < e.least {
		return fmt.Sprintf("stack underflow (%d <=> %d)", e.height, e.least)
	}
	return fmt.Sprintf("stack limit reached %d (%d)", e.height, e.most)
}
