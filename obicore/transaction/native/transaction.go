package native

import "github.com/credibleledger/credibleledger/kernel/chain"

// Type is the EIP-2718 type byte of the family: 'C'. Who else uses which bytes stands in docs/spec/formats.
const Type byte = 0x43

// Kind names the family's messages in chain.SigningHash, and the family itself.
const Kind = "native"

// Limits of the encoding. What a chain allows is less and stands in its genesis.
const (
	// MaxCalls bounds the calls of one transaction.
	MaxCalls = 1 << 16
	// MaxKeySize bounds a public key in bytes; ML-DSA-87 has 2,592.
	MaxKeySize = 16 << 10
	// MaxSignatureSize bounds a signature in bytes; SLH-DSA-256f has 49,856.
	MaxSignatureSize = 64 << 10
)

// Transaction has the fields of the envelope in its order. It is not changed once it is signed or decoded.
type Transaction struct {
	// Identity is the chain that the transaction is for.
	Identity chain.Hash
	// Sender is the account whose lane advances and whose authority the calls carry.
	Sender chain.Address
	// Lane is 0 for the account's Ethereum nonce, chain.UnorderedLane for none, or another sequence of nonces.
	Lane uint64
	// Nonce is the place in the lane. In chain.UnorderedLane any number will do: it tells equal contents apart.
	Nonce uint64
	// ValidUntil is the last height at which the transaction may be included; 0 is no bound, which chain.UnorderedLane
	// does not allow.
	ValidUntil uint64
	// Gas bounds the gas of all calls together.
	Gas uint64
	// FeeCap and TipCap are maxFeePerGas and maxPriorityFeePerGas of EIP-1559.
	FeeCap, TipCap chain.Word
	// Calls run in order, all or none. One without recipient creates a contract and must be the only one.
	Calls []chain.Call
	// Access is the access list of EIP-2930.
	Access []chain.Access
	// Payer pays for gas; zero when the sender does. It signs too.
	Payer chain.Address
	// Payload is the commitment to data that travels beside the chain, see Commit; zero for none.
	Payload chain.Hash
	// BySender and ByPayer are the signatures over ID; ByPayer is there exactly when Payer is.
	BySender, ByPayer Signature
}

// Signature is a signature of one account. Its zero value means that the account has not signed.
type Signature struct {
	Scheme chain.Scheme
	// Key is the public key, empty where the signature yields it (secp256k1).
	Key []byte
	// Bytes is the signature in its scheme's encoding.
	Bytes []byte
}

// isMissing says whether nobody has signed.
func (s *Signature) isMissing() bool {
	return s.Scheme == chain.SchemeNone && len(s.Key) == 0 && len(s.Bytes) == 0
}

// PaidBy returns the account that pays for gas: the payer, or the sender where there is none.
func (t *Transaction) PaidBy() chain.Address {
	if t.Payer.IsZero() {
		return t.Sender
	}
	return t.Payer
}
