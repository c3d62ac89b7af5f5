package snapshot

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// body checks that transactions and evidence are those of the header, and that the
// signatures hold: the header binds ids, and an id need not cover what signs it.
func (w *walk) body(b *block) error {
	height := b.header.Height
	if evidence := chain.EvidenceRoot(w.Suite, b.body.Evidence); evidence != b.header.EvidenceRoot {
		return fmt.Errorf("the evidence of block %d has root %s", height, evidence)
	}
	if len(b.body.Batches) != len(b.batches) {
		return fmt.Errorf("block %d has %d batches of ids and %d of transactions", height, len(b.batches), len(b.body.Batches))
	}
	var transactions []*chain.Transaction
	for i, batch := range b.body.Batches {
		if len(batch) != len(b.batches[i]) {
			return fmt.Errorf("batch %d of block %d has other ids", i, height)
		}
		for j := range batch {
			t, err := w.transaction(&batch[j], b.batches[i][j])
			if err != nil {
				return fmt.Errorf("transaction %d of batch %d of block %d: %w", j, i, height, err)
			}
			transactions = append(transactions, t)
		}
	}
	_, faults := w.families.VerifyBatch(transactions)
	for i, fault := range faults {
		if fault != nil {
			return fmt.Errorf("transaction %s of block %d: %w", transactions[i].ID, height, fault)
		}
	}
	return nil
}

// transaction reads an entry of a body, which must be the transaction with an id. A
// tombstone is none: it names any id, and nothing here shows that it is true.
func (r *Rules) transaction(entry *chain.Entry, id chain.Hash) (*chain.Transaction, error) {
	if entry.Removed != nil {
		return nil, errors.New("a tombstone in the place of a transaction")
	}
	t, err := r.families.Decode(entry.Wire)
	if err != nil {
		return nil, err
	}
	if t.ID != id {
		return nil, fmt.Errorf("its id is %s, not %s", t.ID, id)
	}
	return t, nil
}
