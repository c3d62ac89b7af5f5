package ethereum

import "github.com/credibleledger/credibleledger/kernel/chain"

// The EIP-2718 type bytes of the family.
const (
	TypeLegacy     byte = 0 // untyped, with or without EIP-155
	TypeAccessList byte = 1 // EIP-2930
	TypeDynamicFee byte = 2 // EIP-1559
	TypeBlob       byte = 3 // EIP-4844
	TypeSetCode    byte = 4 // EIP-7702
)

// Transaction has the fields of all types; those that a type does not have are zero. A transaction is not changed once
// it is signed or decoded.
type Transaction struct {
	Type byte
	// ChainID is 0 in a legacy transaction that is valid on every chain (before EIP-155).
	ChainID uint64
	Nonce   uint64
	// GasPrice is the price of one unit of gas in types 0 and 1.
	GasPrice chain.Word
	// TipCap and FeeCap are maxPriorityFeePerGas and maxFeePerGas of types 2 to 4.
	TipCap, FeeCap chain.Word
	Gas            uint64
	// To is nil when the transaction creates a contract.
	To    *chain.Address
	Value chain.Word
	Data  []byte
	// AccessList is not part of type 0.
	AccessList []chain.Access
	// BlobFeeCap and BlobHashes are part of type 3 only.
	BlobFeeCap chain.Word
	BlobHashes []chain.Hash
	// Authorizations are part of type 4 only.
	Authorizations []Authorization
	// V is 27 or 28, or 35 or 36 plus twice the chain id, in type 0, and the parity 0 or 1 in all others.
	V, R, S chain.Word
}

// Protected says whether the signature is bound to a chain: false only for legacy transactions before EIP-155.
func (t *Transaction) Protected() bool {
	return t.Type != TypeLegacy || t.ChainID != 0
}

// hasGasPrice tells the types with one gas price from those with tip and fee cap.
func (t *Transaction) hasGasPrice() bool {
	return t.Type <= TypeAccessList
}

// feeCap returns the most that the transaction pays for one unit of gas.
func (t *Transaction) feeCap() chain.Word {
	if t.hasGasPrice() {
		return t.GasPrice
	}
	return t.FeeCap
}

// tipCap returns the most that goes to the proposer's side for one unit of gas.
func (t *Transaction) tipCap() chain.Word {
	if t.hasGasPrice() {
		return t.GasPrice
	}
	return t.TipCap
}
