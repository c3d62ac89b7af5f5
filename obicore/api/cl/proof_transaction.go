package cl

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// proveTransaction proves that a transaction stands in a block, and what it says.
func (s *Service) proveTransaction(id chain.Hash) (*proof.Document, error) {
	block, index, err := s.chain.Transaction(id)
	if err != nil {
		return nil, err
	}
	inclusion, err := s.inclusion(block, index)
	if err != nil {
		return nil, err
	}
	document, err := s.under(block.Header.Height)
	if err != nil {
		return nil, err
	}
	document.Transaction = &proof.Transaction{ID: id, Wire: block.Transactions[index].Raw, Inclusion: inclusion}
	return document, nil
}

// inclusion proves the place of a transaction across the batches of its block.
func (s *Service) inclusion(block *node.Block, index int) (proof.Inclusion, error) {
	body, err := s.chain.Ledger().Body(block.Header.Height)
	if err != nil {
		return proof.Inclusion{}, err
	}
	rest := block.Transactions
	batches := make([][]chain.Hash, len(body.Batches))
	for i, batch := range body.Batches {
		for range min(len(batch), len(rest)) {
			batches[i] = append(batches[i], rest[0].ID)
			rest = rest[1:]
		}
	}
	return proof.NewInclusion(s.chain.Suite(), batches, index)
}
