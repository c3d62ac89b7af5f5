package native

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Reasons for which Check, and Decode with it, refuses a transaction. What is no well-formed transaction at all wraps
// chain.ErrMalformed, chain.ErrTooLarge or chain.ErrUnknownType instead.
var (
	// ErrChain says that the transaction names no chain, or another one than the family's.
	ErrChain = errors.New("native: transaction is not for this chain")
	// ErrNonce says that the nonce of an ordered lane is 2^64-1, so that no nonce could follow (EIP-2681).
	ErrNonce = errors.New("native: nonce is at its maximum")
	// ErrWindow says that a transaction of the unordered lane has no last height: it could come again for ever.
	ErrWindow = errors.New("native: unordered transaction has no last height; set validUntil")
	// ErrTip says that the tip cap is above the fee cap (EIP-1559).
	ErrTip = errors.New("native: max priority fee per gas is higher than max fee per gas")
	// ErrGasCost says that gas × price needs more than 256 bits, so that nobody can pay it.
	ErrGasCost = errors.New("native: gas × price overflows 256 bits")
	// ErrCalls says that there is no call, or more than MaxCalls.
	ErrCalls = fmt.Errorf("native: a transaction has 1 to %d calls", MaxCalls)
	// ErrCreation says that a call of a bundle has no recipient.
	ErrCreation = errors.New("native: contract creation must be the only call")
	// ErrValue says that the values of all calls together need more than 256 bits.
	ErrValue = errors.New("native: the calls' values overflow 256 bits together")
	// ErrPayer says that the sender is named as payer: then the field is left empty.
	ErrPayer = errors.New("native: the payer is the sender; leave the payer empty")
	// ErrSignatureCount says that a signature is missing, or that one is there for nobody. It wraps chain.ErrSignature.
	ErrSignatureCount = fmt.Errorf("%w: want one by the sender, and one by the payer where there is one", chain.ErrSignature)
	// ErrSignatureShape says that a signature has scheme 0, no bytes, or a key or bytes beyond their limits. It wraps
	// chain.ErrSignature.
	ErrSignatureShape = fmt.Errorf("%w: scheme, key or signature is out of its bounds", chain.ErrSignature)
)

// Reasons for which Verify, and Sign where it can tell, refuses a signature. They wrap chain.ErrSignature; a signature
// that is just wrong has no other reason.
var (
	// ErrScheme says that the chain's suite has no scheme of that number.
	ErrScheme = fmt.Errorf("%w: the chain's suite has no such scheme", chain.ErrSignature)
	// ErrKey says that the public key is not valid in its scheme, or stands beside a signature that yields it.
	ErrKey = fmt.Errorf("%w: public key is not valid here", chain.ErrSignature)
	// ErrAccount says that the key is that of another account than the one that the signature stands for.
	ErrAccount = fmt.Errorf("%w: the key belongs to another account", chain.ErrSignature)
)

// ErrPayload says that data are not what a transaction commits to.
var ErrPayload = errors.New("native: salt and body are not those of the commitment")
