package dissemination

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// kindStatement is [8, root, signature], in the class of block sync as the kinds about
// batches: it must not stand behind the transactions that are being checked.
const kindStatement = 8

// maxSignature bounds the signature of a statement in bytes.
const maxSignature = 4 << 10

// statementKind names what a validator says of a batch in what it signs.
const statementKind = "checked/1"

// Statement says of a batch of transactions that its signer has checked the signatures
// of all, and what they yield. Those who have it of more validators than may be faulty
// have it of an honest one.
type Statement struct {
	Set   chain.Hash // of the validator set that the signer belongs to
	Root  chain.Hash // see [CheckedRoot]
	Count uint64     // transactions of the batch
}

// CheckedRoot is the Merkle root over what checking a batch comes to: of each transaction
// H(wire hash ‖ sender ‖ payer), in its order. The wire hash covers the signatures, which
// the id of a native transaction does not; an Ethereum transaction does not name its
// sender, so that the root must.
func CheckedRoot(hasher chain.Hasher, batch []chain.Verified) chain.Hash {
	leaves := make([]chain.Hash, len(batch))
	for i := range batch {
		t := &batch[i]
		leaves[i] = hasher.Sum(t.Wire[:], t.Sender[:], t.Payer[:])
	}
	return chain.MerkleRoot(hasher, leaves)
}

// Certifiable reports whether checking a transaction comes to nothing but a sender and a
// payer, so that a statement can tell it: authorisations yield more, and nobody has signed
// what the node itself orders.
func Certifiable(t *chain.Transaction) bool { return !t.System && len(t.Delegate) == 0 }

// Digest is what the consensus key signs on a chain of an identity.
func (s *Statement) Digest(hasher chain.Hasher, identity chain.Hash) chain.Hash {
	p := rlp.AppendBytes(nil, s.Set[:])
	p = rlp.AppendBytes(p, s.Root[:])
	p = rlp.AppendUint64(p, s.Count)
	return chain.SigningHash(hasher, chain.DomainAttestation, identity, statementKind, rlp.AppendList(nil, p))
}

// Signed is a statement as it travels: who receives it knows set and count, and that the
// peer is its signer.
type Signed struct {
	Root      chain.Hash
	Signature []byte
}

// Encode returns the message.
func (m *Signed) Encode() []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(open(kindStatement, m.Root, len(m.Signature)), m.Signature))
}

func decodeSigned(root chain.Hash, list *rlp.Reader) (*Signed, error) {
	signature, err := decodeSignature(list)
	return &Signed{Root: root, Signature: signature}, err
}

func decodeSignature(list *rlp.Reader) ([]byte, error) {
	signature, err := list.Bytes()
	if err == nil && (len(signature) == 0 || len(signature) > maxSignature) {
		err = fmt.Errorf("signature of %d bytes", len(signature))
	}
	return signature, err
}
