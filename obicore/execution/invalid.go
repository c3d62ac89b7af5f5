package execution

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// InvalidError says why a transaction cannot start. Reason is what a receipt
// carries when it was ordered all the same; the text is what clients match on.
type InvalidError struct {
	Reason chain.Reason
	Err    error
}

// Error implements error.
func (e *InvalidError) Error() string { return e.Err.Error() }

// Unwrap gives the sentinel.
func (e *InvalidError) Unwrap() error { return e.Err }

// The reasons in the words that Ethereum clients match on.
var (
	ErrNonceTooLow       = errors.New("nonce too low")
	ErrNonceTooHigh      = errors.New("nonce too high")
	ErrNonceMax          = errors.New("nonce has max value")
	ErrInsufficientFunds = errors.New("insufficient funds for gas * price + value")
	ErrIntrinsicGas      = errors.New("intrinsic gas too low")
	ErrFloorGas          = errors.New("insufficient gas for floor data gas cost")
	ErrGasLimit          = errors.New("exceeds block gas limit")
	ErrGasCap            = errors.New("transaction gas limit too high")
	ErrTipAboveFeeCap    = errors.New("max priority fee per gas higher than max fee per gas")
	ErrFeeCapTooLow      = errors.New("max fee per gas less than block base fee")
	ErrBlobFeeCapTooLow  = errors.New("max fee per blob gas less than block blob gas fee")
	ErrSenderNotEOA      = errors.New("sender not an eoa")
	ErrInitcode          = errors.New("max initcode size exceeded")
	ErrBlobs             = errors.New("blob transaction is malformed")
	ErrDelegations       = errors.New("set code transaction is malformed")
	ErrWrongChain        = errors.New("invalid chain id for signer")
	ErrExpired           = errors.New("transaction expired")
	ErrDuplicate         = errors.New("already known")
	ErrUnbounded         = errors.New("unordered transaction is valid for too long")
	ErrType              = errors.New("transaction type not supported")
)

func invalid(reason chain.Reason, err error, format string, args ...any) error {
	return &InvalidError{Reason: reason, Err: fmt.Errorf("%w: "+format, append([]any{err}, args...)...)}
}
