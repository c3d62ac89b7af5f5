package ethereum

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Reasons for which Check, and Decode with it, refuses a transaction. What is no well-formed transaction at all wraps
// chain.ErrMalformed, chain.ErrTooLarge or chain.ErrUnknownType instead.
var (
	// ErrNonce says that the nonce is 2^64-1 (EIP-2681).
	ErrNonce = errors.New("ethereum: nonce is at its maximum")
	// ErrTip says that the tip cap is above the fee cap (EIP-1559).
	ErrTip = errors.New("ethereum: max priority fee per gas is higher than max fee per gas")
	// ErrGasCost says that gas × price needs more than 256 bits, so that nobody can pay it.
	ErrGasCost = errors.New("ethereum: gas × price overflows 256 bits")
	// ErrCreation says that a blob or set-code transaction has no recipient (EIP-4844, EIP-7702).
	ErrCreation = errors.New("ethereum: this type of transaction cannot create a contract")
	// ErrNoBlobs says that a blob transaction has no blob (EIP-4844).
	ErrNoBlobs = errors.New("ethereum: blob transaction has no blob hash")
	// ErrBlobVersion says that a blob hash is not of version 1 (EIP-4844).
	ErrBlobVersion = errors.New("ethereum: blob hash has an unknown version")
	// ErrBlobSidecar says that a blob transaction has the network form, with its blobs (EIP-4844).
	ErrBlobSidecar = errors.New("ethereum: blob transaction carries its blobs; only the form without them is a transaction of a block")
	// ErrNoAuthorizations says that a set-code transaction has an empty authorisation list (EIP-7702).
	ErrNoAuthorizations = errors.New("ethereum: set-code transaction has no authorisation")
	// ErrSignatureValues says that v, r or s is out of range, or s is in the upper half (EIP-2, EIP-155). It wraps
	// chain.ErrSignature.
	ErrSignatureValues = fmt.Errorf("%w: v, r or s is out of range", chain.ErrSignature)
)
