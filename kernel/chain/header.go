package chain

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// MaxConsensusMeta is the largest accepted length of Header.ConsensusMeta in bytes.
const MaxConsensusMeta = 4096

// Header is a block header (formats, Header). The proof that it was decided
// stands beside it and is not part of its hash.
type Header struct {
	Rules            uint64 // version of the consensus rules in force
	Chain            Hash   // chain identity: hash of the canonical genesis file
	Height           uint64
	Parent           Hash
	Time             uint64 // milliseconds since the Unix epoch, decided, strictly monotone
	TransactionRoot  Hash   // tree over batch roots over transaction ids (formats, Trees over lists)
	TransactionCount uint64
	GasLimit         uint64
	StateRoot        Hash // state root after block Height-k; zero while Height < k
	ResultRoot       Hash // result root of block Height-k; zero while Height < k
	Validators       Hash // hash of the set that decides this block
	NextValidators   Hash // hash of the set that decides the next block
	Proposer         NodeID
	Randomness       Hash   // H(parent) for now: predictable by design
	EvidenceRoot     Hash   // root over the evidence in this block, zero when there is none
	ConsensusMeta    []byte // the engine's own bytes, covered by the hash
}

// Encode returns the canonical RLP list of the header's fields in order.
func (h *Header) Encode() []byte {
	p := make([]byte, 0, 420+len(h.ConsensusMeta))
	p = rlp.AppendUint64(p, h.Rules)
	p = rlp.AppendBytes(p, h.Chain[:])
	p = rlp.AppendUint64(p, h.Height)
	p = rlp.AppendBytes(p, h.Parent[:])
	p = rlp.AppendUint64(p, h.Time)
	p = rlp.AppendBytes(p, h.TransactionRoot[:])
	p = rlp.AppendUint64(p, h.TransactionCount)
	p = rlp.AppendUint64(p, h.GasLimit)
	p = rlp.AppendBytes(p, h.StateRoot[:])
	p = rlp.AppendBytes(p, h.ResultRoot[:])
	p = rlp.AppendBytes(p, h.Validators[:])
	p = rlp.AppendBytes(p, h.NextValidators[:])
	p = rlp.AppendBytes(p, h.Proposer[:])
	p = rlp.AppendBytes(p, h.Randomness[:])
	p = rlp.AppendBytes(p, h.EvidenceRoot[:])
	p = rlp.AppendBytes(p, h.ConsensusMeta)
	return rlp.AppendList(nil, p)
}

// DecodeHeader reads one header and nothing after it.
func DecodeHeader(b []byte) (*Header, error) {
	d := newDecoder(b, "header")
	h := &Header{}
	d.list(func(d *decoder) {
		h.Rules = d.uint64()
		d.fixed(h.Chain[:])
		h.Height = d.uint64()
		d.fixed(h.Parent[:])
		h.Time = d.uint64()
		d.fixed(h.TransactionRoot[:])
		h.TransactionCount = d.uint64()
		h.GasLimit = d.uint64()
		d.fixed(h.StateRoot[:])
		d.fixed(h.ResultRoot[:])
		d.fixed(h.Validators[:])
		d.fixed(h.NextValidators[:])
		d.fixed(h.Proposer[:])
		d.fixed(h.Randomness[:])
		d.fixed(h.EvidenceRoot[:])
		h.ConsensusMeta = d.bytes(MaxConsensusMeta)
	})
	return h, d.finish()
}

// Hash returns H(domain ‖ encoding), which names the block everywhere.
func (h *Header) Hash(hasher Hasher) Hash {
	return hashIn(hasher, DomainHeader, h.Encode())
}

// CheckChild verifies what header alone can tell about its child: the link and the
// validator hand-over.
func (h *Header) CheckChild(hasher Hasher, child *Header) error {
	if err := h.CheckLink(hasher, child); err != nil {
		return err
	}
	if child.Validators != h.NextValidators {
		return fmt.Errorf("%w: validator set %s, announced %s", ErrNotChild, child.Validators, h.NextValidators)
	}
	return nil
}

// CheckLink verifies chain, height, parent link and monotone time of a child. The
// block after a recovery is a child by these alone.
func (h *Header) CheckLink(hasher Hasher, child *Header) error {
	switch {
	case child.Chain != h.Chain:
		return fmt.Errorf("%w: chain %s, parent's %s", ErrNotChild, child.Chain, h.Chain)
	case child.Height != h.Height+1:
		return fmt.Errorf("%w: height %d after %d", ErrNotChild, child.Height, h.Height)
	case child.Parent != h.Hash(hasher):
		return fmt.Errorf("%w: parent hash %s", ErrNotChild, child.Parent)
	case child.Time <= h.Time:
		return fmt.Errorf("%w: time %d ms is not after %d ms", ErrNotChild, child.Time, h.Time)
	}
	return nil
}
