package proof

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Inclusion proves that a transaction id stands at a place in a block: all batches by
// their sizes and tops, which gives the place across them, and a path in its own.
type Inclusion struct {
	Index   uint64       `json:"index"` // among all transactions of the block
	Batches []Batch      `json:"batches"`
	Path    []chain.Hash `json:"path"` // in its batch, from the sibling of the id up
}

// Batch stands for one batch of a block.
type Batch struct {
	Count uint64     `json:"count"`
	Top   chain.Hash `json:"top"` // MTH of its ids
}

// NewInclusion proves the transaction at index in a block with the given batches of ids.
func NewInclusion(hasher chain.Hasher, batches [][]chain.Hash, index int) (Inclusion, error) {
	i := Inclusion{Index: uint64(index), Batches: make([]Batch, len(batches)), Path: []chain.Hash{}}
	found := false
	for n, ids := range batches {
		i.Batches[n] = Batch(chain.SummarizeMerkle(hasher, ids))
		if !found && index < len(ids) {
			proof, err := chain.ProveMerkle(hasher, ids, index)
			if err != nil {
				return i, err
			}
			i.Path, found = append(i.Path, proof.Path...), true
		}
		index -= len(ids)
	}
	if !found {
		return i, fmt.Errorf("%w: no transaction %d in the block", chain.ErrMerkleProof, i.Index)
	}
	return i, nil
}

// Verify checks that the block of header has id at the inclusion's place; the error
// names the part that does not hold.
func (i *Inclusion) Verify(hasher chain.Hasher, header *chain.Header, id chain.Hash) error {
	own, place, total, err := i.locate()
	if err != nil {
		return err
	}
	if total != header.TransactionCount {
		return fmt.Errorf("batches: they have %d transactions, the header counts %d", total, header.TransactionCount)
	}
	roots := make([]chain.Hash, len(i.Batches))
	for n := range i.Batches {
		roots[n] = chain.MerkleSummary(i.Batches[n]).Root(hasher)
	}
	if have := chain.MerkleRoot(hasher, roots); have != header.TransactionRoot {
		return fmt.Errorf("batches: they lead to transaction root %s, the header has %s", have, header.TransactionRoot)
	}
	path := chain.MerkleProof{Index: place, Count: i.Batches[own].Count, Path: i.Path}
	if err := path.Verify(hasher, roots[own], id); err != nil {
		return fmt.Errorf("path of transaction %d: %w", i.Index, err)
	}
	return nil
}

// locate returns the batch in which the index falls, the place in it, and the size of
// all batches.
func (i *Inclusion) locate() (own int, place, total uint64, err error) {
	if len(i.Batches) > chain.MaxBatches {
		return 0, 0, 0, fmt.Errorf("batches: %d, at most %d", len(i.Batches), chain.MaxBatches)
	}
	own = -1
	for n := range i.Batches {
		size := i.Batches[n].Count
		if size > chain.MaxTransactions {
			return 0, 0, 0, fmt.Errorf("batch %d: %d transactions, at most %d", n, size, chain.MaxTransactions)
		}
		if own < 0 && i.Index < total+size {
			own, place = n, i.Index-total
		}
		total += size
	}
	if own < 0 {
		return 0, 0, 0, fmt.Errorf("index %d: the batches have %d transactions", i.Index, total)
	}
	return own, place, total, nil
}
