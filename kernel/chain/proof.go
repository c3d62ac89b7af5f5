package chain

import "github.com/credibleledger/credibleledger/kernel/encoding/rlp"

// MaxProof is the largest accepted proof of a decision in bytes.
const MaxProof = 1 << 20

// Proof is engine-neutral evidence that a header was decided. It stands beside
// the header: two nodes may hold different proofs of one decision.
type Proof struct {
	Kind  string // which ProofVerifier reads it, such as "solo/1"
	Epoch uint64 // of the validator set that decided
	Bytes []byte // canonical encoding of that kind
}

// Encode returns the canonical encoding.
func (p *Proof) Encode() []byte {
	b := rlp.AppendBytes(nil, []byte(p.Kind))
	b = rlp.AppendUint64(b, p.Epoch)
	b = rlp.AppendBytes(b, p.Bytes)
	return rlp.AppendList(nil, b)
}

// DecodeProof reads what Encode writes.
func DecodeProof(b []byte) (*Proof, error) {
	d := newDecoder(b, "proof")
	p := &Proof{}
	d.list(func(d *decoder) {
		p.Kind = string(d.bytes(64))
		p.Epoch = d.uint64()
		p.Bytes = d.bytes(MaxProof)
	})
	return p, d.finish()
}
