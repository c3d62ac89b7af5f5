package contract

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Version is the version of this standard that a module is written for.
const Version = 1

// Kind is the way a frame was entered.
type Kind uint8

// The kinds of frames.
const (
	Call         Kind = iota // runs Code's code as itself
	StaticCall               // Call that may not change state
	DelegateCall             // runs Code's code as Self, with the caller's caller and value
	CallCode                 // runs Code's code as Self, with Self as caller (EVM only)
	Create                   // runs Input as initcode; address from creator and nonce
	Create2                  // runs Input as initcode; address from creator, Salt and Input
	Destroy                  // shown to traces only: Caller destroys itself in favour of Self
)

// String returns the kind as traces spell it.
func (k Kind) String() string {
	names := [...]string{"CALL", "STATICCALL", "DELEGATECALL", "CALLCODE", "CREATE", "CREATE2", "SELFDESTRUCT"}
	if int(k) < len(names) {
		return names[k]
	}
	return "UNKNOWN"
}

// Frame is one call. It is passed by value and never kept.
type Frame struct {
	Kind     Kind
	Caller   chain.Address // msg.sender
	Self     chain.Address // whose state the code sees as its own
	Code     chain.Address // whose code runs; differs from Self in DelegateCall and CallCode
	Value    chain.Word
	Gas      uint64
	ReadOnly bool
	Depth    int // 0 for the frame that a transaction enters
	Input    []byte
	Salt     chain.Word // Create2 only
}

// Outcome is what a frame came to. Err is nil on success; ErrRevert when the
// contract undid itself and says why in Output; any other error is a fault that
// consumed all gas.
type Outcome struct {
	Output  []byte
	GasLeft uint64
	Created chain.Address // Create and Create2 only
	Err     error
}

// Errors that outcomes carry. ErrRevert leaves gas; all others are faults.
var (
	ErrRevert      = errors.New("execution reverted")
	ErrOutOfGas    = errors.New("out of gas")
	ErrDepth       = errors.New("max call depth exceeded")
	ErrBalance     = errors.New("insufficient balance for transfer")
	ErrCollision   = errors.New("contract address collision")
	ErrReadOnly    = errors.New("write protection")
	ErrCodeSize    = errors.New("max code size exceeded")
	ErrInvalidCode = errors.New("invalid code")
	ErrNoVM        = errors.New("no virtual machine accepts this code")
	ErrRules       = errors.New("contract: virtual machine lacks this rules version")
)
