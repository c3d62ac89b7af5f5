package evm

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Faults that the kernel has no name for. Texts are mostly go-ethereum's, which tools
// match, without the "out of gas: " that it puts before whatever it meets while it prices
// an instruction; a test holds them.
var (
	errInvalidJump   = errors.New("invalid jump destination")
	errReturnData    = errors.New("return data out of bounds")
	errNonceOverflow = errors.New("nonce uint64 overflow")
	errGasOverflow   = errors.New("gas uint64 overflow")
	errCodeDeposit   = errors.New("contract creation code storage out of gas")
)

// Kinds of the kernel's faults with a text of their own.
var (
	errSentry       = fault{"out of gas: not enough gas for reentrancy sentry", contract.ErrOutOfGas}
	errReservedCode = fault{"invalid code: must not begin with 0xef", contract.ErrInvalidCode}
)

// codeTooLarge is ErrCodeSize of code, and of initcode (EIP-170, EIP-3860).
func codeTooLarge(what string, size, limit uint64) error {
	return fault{fmt.Sprintf("max %s size exceeded: code size %d limit %d", what, size, limit), contract.ErrCodeSize}
}

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
