package chain

import "errors"

// UnorderedLane is the lane whose transactions carry a validity window instead
// of a nonce (formats, The native transaction). Lane 0 is the Ethereum nonce; the lanes between
// are parallel nonces.
const UnorderedLane = ^uint64(0)

// Transaction is a decoded envelope as the chain sees it, whatever family it
// belongs to. It is immutable. Its signatures are not yet checked: only a
// [Verified] transaction may be pooled or executed.
type Transaction struct {
	Type byte   // EIP-2718 type byte; 0 for untyped legacy transactions
	Raw  []byte // the exact wire bytes
	ID   Hash   // what the chain knows it by; never covers native signatures
	Wire Hash   // digest of Raw, by which statements about checked signatures name it

	// System marks what the node itself orders: it has no nonce and pays nothing. A
	// family that sets it must make sure that nobody else can make one.
	System bool

	// Once marks a transaction whose id may stand only once in any window of blocks,
	// void or not (formats, Results). Of others the nonce alone says whether they are spent.
	Once bool

	ChainID    uint64 // numeric chain id it is bound to
	Protected  bool   // false only for legacy transactions without a chain id (before EIP-155)
	Lane       uint64
	Nonce      uint64
	ValidUntil uint64 // last height at which it may be included; 0 = no bound

	Gas      uint64 // upper bound of gas
	FeeCap   Word   // most that is paid for one unit of gas
	TipCap   Word   // most that goes to the proposer's side beyond the base fee
	Calls    []Call // at least one; more than one only in the native family
	Access   []Access
	Delegate []Delegation // EIP-7702 authorisations in order

	BlobHashes []Hash // EIP-4844; such transactions decode and are refused at admission
	BlobFeeCap Word

	// Payload is the salted commitment to data that travels beside the chain, zero
	// where there is none: a digest in [DomainPayload]. Only the native family has it.
	Payload Hash
}

// Call is one step of a transaction. A nil To creates a contract from Input.
type Call struct {
	To    *Address
	Value Word
	Input []byte
}

// Access declares state that the transaction will touch (EIP-2930).
type Access struct {
	Address Address
	Slots   []Word
}

// Delegation is one EIP-7702 authorisation. Authority is the recovered signer;
// it is meaningful in a Verified transaction only, and Valid tells whether the
// signature yielded one.
type Delegation struct {
	ChainID   Word
	Address   Address
	Nonce     uint64
	Authority Address
	Valid     bool
}

// Verified is a transaction whose signatures have been checked on this node.
type Verified struct {
	*Transaction
	Sender Address // whose lane advances and whose authority the calls carry
	Payer  Address // who pays gas; the sender unless a fee payer signed too
}

// Value returns the sum of the values that the calls carry; overflow reports
// that it does not fit in 256 bits.
func (t *Transaction) Value() (sum Word, overflow bool) {
	for i := range t.Calls {
		var carry bool
		sum, carry = sum.Add(t.Calls[i].Value)
		overflow = overflow || carry
	}
	return sum, overflow
}

// Family is one transaction family: a set of envelope types with one decoder
// and one way to check signatures. The kernel looks into neither.
type Family interface {
	// Name is the family's stable name, such as "ethereum".
	Name() string
	// Types lists the envelope type bytes that the family decodes.
	Types() []byte
	// Decode reads one envelope and nothing after it. It checks structure, not
	// signatures, and keeps raw.
	Decode(raw []byte) (*Transaction, error)
	// Verify checks all signatures of t and returns who sends and who pays.
	// It is the expensive step and is safe for concurrent use.
	Verify(t *Transaction) (Verified, error)
}

// BatchFamily is implemented by a family that checks many transactions faster
// together than one after the other.
type BatchFamily interface {
	Family
	// VerifyBatch checks all signatures of each transaction. Both results have one
	// entry per transaction: the error is nil exactly where the other is valid, and
	// the verdicts equal those of Verify. It is safe for concurrent use.
	VerifyBatch(transactions []*Transaction) ([]Verified, []error)
}

// Errors that a family's Decode and Verify wrap.
var (
	ErrUnknownType = errors.New("chain: unknown transaction type")
	ErrSignature   = errors.New("chain: signature does not verify")
)
