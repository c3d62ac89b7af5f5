package chain

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Structural limits of a block body. The chain's own Limits are tighter; these
// bound what a decoder allocates before it knows the chain.
const (
	MaxBatches      = 1 << 16
	MaxTransactions = 1 << 20
	MaxWire         = 16 << 20 // bytes of one transaction
	MaxEvidence     = 1 << 10
)

// Entry is one transaction in a body: its wire bytes, or a tombstone once the
// body was taken down by governance. Hashes never change with it, because the
// transaction root stands over ids (formats, Trees over lists).
type Entry struct {
	Wire    []byte
	Removed *Tombstone
}

// Tombstone stands in for a removed body.
type Tombstone struct {
	ID    Hash // the transaction's id
	Order Hash // hash of the governance decision that removed it
}

// Batch is an ordered list of transactions that was certified or ordered as one.
type Batch []Entry

// Body is what a header commits to besides itself.
type Body struct {
	Batches  []Batch
	Evidence [][]byte
}

// Block is a header with its body.
type Block struct {
	Header *Header
	Body   Body
}

// Entries returns all entries of all batches in order.
func (b *Body) Entries() []Entry {
	var all []Entry
	for _, batch := range b.Batches {
		all = append(all, batch...)
	}
	return all
}

// Encode returns the canonical encoding of the body: [batches, evidence], where
// an entry is a byte string (wire) or the list [id, order] (tombstone).
func (b *Body) Encode() []byte {
	dst := make([]byte, 0, b.room())
	for _, batch := range b.Batches {
		first := len(dst)
		for i := range batch {
			dst = batch[i].append(dst)
		}
		dst = rlp.CloseList(dst, first)
	}
	dst = rlp.CloseList(dst, 0)
	evidence := len(dst)
	for _, item := range b.Evidence {
		dst = rlp.AppendBytes(dst, item)
	}
	dst = rlp.CloseList(dst, evidence)
	return rlp.CloseList(dst, 0)
}

// room is enough for the encoding.
func (b *Body) room() int {
	const header = 9
	size := header * (3 + len(b.Batches) + len(b.Evidence))
	for _, batch := range b.Batches {
		for i := range batch {
			size += 3*header + 2*HashSize + len(batch[i].Wire)
		}
	}
	for _, item := range b.Evidence {
		size += len(item)
	}
	return size
}

func (e *Entry) append(dst []byte) []byte {
	if e.Removed == nil {
		return rlp.AppendBytes(dst, e.Wire)
	}
	start := len(dst)
	dst = rlp.AppendBytes(dst, e.Removed.ID[:])
	dst = rlp.AppendBytes(dst, e.Removed.Order[:])
	return rlp.CloseList(dst, start)
}

// DecodeBody reads what Encode writes.
func DecodeBody(raw []byte) (*Body, error) {
	d := newDecoder(raw, "body")
	b := &Body{}
	d.list(func(d *decoder) {
		count := 0
		d.each(MaxBatches, func(d *decoder) {
			batch := Batch{}
			d.each(MaxTransactions, func(d *decoder) { batch = append(batch, d.entry()) })
			if count += len(batch); count > MaxTransactions {
				d.fail(fmt.Errorf("%w: more than %d transactions", ErrTooLarge, MaxTransactions))
			}
			b.Batches = append(b.Batches, batch)
		})
		d.each(MaxEvidence, func(d *decoder) { b.Evidence = append(b.Evidence, d.bytes(MaxWire)) })
	})
	return b, d.finish()
}

func (d *decoder) entry() (e Entry) {
	if d.err != nil {
		return e
	}
	kind, err := d.reader.Next()
	if err != nil {
		d.fail(err)
		return e
	}
	if kind == rlp.List {
		e.Removed = &Tombstone{}
		d.list(func(d *decoder) {
			d.fixed(e.Removed.ID[:])
			d.fixed(e.Removed.Order[:])
		})
		return e
	}
	if e.Wire = d.bytes(MaxWire); len(e.Wire) == 0 {
		d.fail(fmt.Errorf("empty transaction"))
	}
	return e
}

// BatchRoot returns the root over the ids of one batch; a batch certificate
// signs it.
func BatchRoot(h Hasher, ids []Hash) Hash { return MerkleRoot(h, ids) }

// TransactionRoot returns the root over batch roots.
func TransactionRoot(h Hasher, batches [][]Hash) Hash {
	roots := make([]Hash, len(batches))
	for i, ids := range batches {
		roots[i] = BatchRoot(h, ids)
	}
	return MerkleRoot(h, roots)
}

// EvidenceRoot returns the root over the digests of the body's evidence, or the
// zero hash when there is none.
func EvidenceRoot(h Hasher, evidence [][]byte) Hash {
	if len(evidence) == 0 {
		return Hash{}
	}
	leaves := make([]Hash, len(evidence))
	for i, item := range evidence {
		leaves[i] = hashIn(h, DomainEvidence, item)
	}
	return MerkleRoot(h, leaves)
}
