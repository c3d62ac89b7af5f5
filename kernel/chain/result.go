package chain

import (
	"slices"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Result is what one transaction did: its receipt and every state change.
type Result struct {
	Receipt Receipt
	Writes  []Write // strictly ascending by key
}

// Leaf returns H(domain ‖ receipt ‖ write-set digest), a leaf of the result
// root (formats, Results).
func (r *Result) Leaf(h Hasher) Hash {
	return ResultLeaf(h, &r.Receipt, WriteSetDigest(h, r.Writes))
}

// ResultLeaf is Result.Leaf for who has the digest of the write set only.
func ResultLeaf(h Hasher, receipt *Receipt, writes Hash) Hash {
	return h.Sum([]byte(DomainReceipt), receipt.Encode(), writes[:])
}

// Results is the result column of one block. Opening holds the writes that the
// rules make before the first transaction (block hash history, scheduled
// parameters), so that the write sets account for every state change.
type Results struct {
	StateRoot    Hash // root after this block, whatever k is
	Opening      []Write
	Transactions []Result
}

// Leaves returns the leaves of the result root: leaf 0 is the opening, leaf i+1
// transaction i.
func (r *Results) Leaves(h Hasher) []Hash {
	leaves := make([]Hash, 0, 1+len(r.Transactions))
	opening, buffer := Result{Writes: r.Opening}, make([]byte, 0, 1024)
	leaf, buffer := opening.leaf(h, buffer)
	leaves = append(leaves, leaf)
	for i := range r.Transactions {
		leaf, buffer = r.Transactions[i].leaf(h, buffer)
		leaves = append(leaves, leaf)
	}
	return leaves
}

// leaf is Leaf with a buffer that passes from one to the next.
func (r *Result) leaf(h Hasher, buffer []byte) (Hash, []byte) {
	buffer = appendWrites(buffer[:0], r.Writes)
	writes := hashIn(h, DomainWriteSet, buffer)
	buffer = r.Receipt.append(buffer[:0])
	return h.Sum([]byte(DomainReceipt), buffer, writes[:]), buffer
}

// Root returns the result root over Leaves.
func (r *Results) Root(h Hasher) Hash { return MerkleRoot(h, r.Leaves(h)) }

// GasUsed returns the sum over all transactions.
func (r *Results) GasUsed() (sum uint64) {
	for i := range r.Transactions {
		sum += r.Transactions[i].Receipt.GasUsed
	}
	return sum
}

// Writes returns the block's net state change: for each key the last value,
// in ascending key order.
func (r *Results) Writes() []Write {
	sets := make([][]Write, 0, 1+len(r.Transactions))
	sets = append(sets, r.Opening)
	for i := range r.Transactions {
		sets = append(sets, r.Transactions[i].Writes)
	}
	return MergeWrites(sets...)
}

// Written returns the last value that the block writes under a key, nil where it removes
// the entry, and whether it writes one.
func (r *Results) Written(key StateKey) (value []byte, written bool) {
	for i := len(r.Transactions) - 1; i >= 0; i-- {
		if value, written = valueIn(r.Transactions[i].Writes, key); written {
			return value, true
		}
	}
	return valueIn(r.Opening, key)
}

func valueIn(writes []Write, key StateKey) (value []byte, written bool) {
	place, found := slices.BinarySearchFunc(writes, key, func(w Write, key StateKey) int { return w.Key.Compare(key) })
	if !found {
		return nil, false
	}
	return writes[place].Value, true
}

// Encode returns the canonical encoding of the result column.
func (r *Results) Encode() []byte {
	dst := make([]byte, 0, r.room())
	dst = rlp.AppendBytes(dst, r.StateRoot[:])
	dst = appendWrites(dst, r.Opening)
	items := len(dst)
	for i := range r.Transactions {
		item := len(dst)
		dst = r.Transactions[i].Receipt.append(dst)
		dst = appendWrites(dst, r.Transactions[i].Writes)
		dst = rlp.CloseList(dst, item)
	}
	dst = rlp.CloseList(dst, items)
	return rlp.CloseList(dst, 0)
}

// room is about what the encoding takes; events grow it.
func (r *Results) room() int {
	size := 128
	sets := func(writes []Write) {
		for i := range writes {
			size += 16 + AddressSize + 1 + len(writes[i].Key.Subkey) + len(writes[i].Value)
		}
	}
	sets(r.Opening)
	for i := range r.Transactions {
		size += 32
		sets(r.Transactions[i].Writes)
	}
	return size
}

// DecodeReceipts reads the receipts of what [Results.Encode] writes and passes over the
// writes, which are most of it.
func DecodeReceipts(b []byte) (receipts []Receipt, err error) {
	d := newDecoder(b, "results")
	d.list(func(d *decoder) {
		d.skip()
		d.skip()
		d.each(MaxTransactions, func(d *decoder) {
			d.list(func(d *decoder) {
				receipts = append(receipts, d.receipt())
				d.skip()
			})
		})
	})
	return receipts, d.finish()
}

// DecodeResults reads what Encode writes.
func DecodeResults(b []byte) (*Results, error) {
	d := newDecoder(b, "results")
	r := &Results{}
	d.list(func(d *decoder) {
		d.fixed(r.StateRoot[:])
		r.Opening = d.writes()
		d.each(MaxTransactions, func(d *decoder) {
			var item Result
			d.list(func(d *decoder) {
				item.Receipt = d.receipt()
				item.Writes = d.writes()
			})
			r.Transactions = append(r.Transactions, item)
		})
	})
	return r, d.finish()
}
