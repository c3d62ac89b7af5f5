package proof

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Receipt claims the outcome of a transaction. The header carries the result root of
// the block at h, which is k below; Headers lead down to that block, whose transaction
// root says which transaction the result belongs to.
type Receipt struct {
	ID      chain.Hash    `json:"id"`
	Receipt chain.Bytes   `json:"receipt"` // canonical encoding
	Writes  chain.Hash    `json:"writes"`  // digest of the write set
	Path    []chain.Hash  `json:"path"`    // of leaf index+1 under the result root
	Headers []chain.Bytes `json:"headers"` // of heights h to h+k-1, each the parent of the next

	Inclusion Inclusion `json:"inclusion"` // in the block at h
}

func (v *verification) receipt(claim *Receipt) error {
	height, err := v.below()
	if err != nil {
		return err
	}
	block, err := v.descend(claim.Headers, height)
	if err != nil {
		return err
	}
	if err := claim.Inclusion.Verify(v.suite, block, claim.ID); err != nil {
		return at("receipt: inclusion", err)
	}
	receipt, err := chain.DecodeReceipt(claim.Receipt)
	if err != nil {
		return at("receipt", err)
	}
	// Leaf 0 is the opening. The header counts the transactions, so that the root of
	// another block does not do.
	path := chain.MerkleProof{Index: claim.Inclusion.Index + 1, Count: block.TransactionCount + 1, Path: claim.Path}
	if err := path.Verify(v.suite, v.finding.Header.ResultRoot, chain.ResultLeaf(v.suite, receipt, claim.Writes)); err != nil {
		return at("receipt: path to the header's result root", err)
	}
	v.finding.Height = height
	v.finding.Transaction = &TransactionFinding{ID: claim.ID, Index: claim.Inclusion.Index, Receipt: receipt}
	return nil
}

// descend returns the header at height, from which the headers lead to the document's.
func (v *verification) descend(encoded []chain.Bytes, height uint64) (*chain.Header, error) {
	if uint64(len(encoded)) != v.RootDelay {
		return nil, fault("receipt: headers", "%d of them, the root delay is %d", len(encoded), v.RootDelay)
	}
	block := v.finding.Header
	for i := len(encoded) - 1; i >= 0; i-- {
		place := fmt.Sprintf("receipt: header %d", i)
		parent, err := chain.DecodeHeader(encoded[i])
		if err != nil {
			return nil, at(place, err)
		}
		if err := parent.CheckLink(v.suite, block); err != nil {
			return nil, at(place, err)
		}
		block = parent
	}
	if block.Height != height {
		return nil, fault("receipt: headers", "they lead to height %d, not to %d", block.Height, height)
	}
	return block, nil
}
