package cl

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// proveReceipt proves the outcome of a transaction.
func (s *Service) proveReceipt(id chain.Hash) (*proof.Document, error) {
	block, index, err := s.chain.Transaction(id)
	if err != nil {
		return nil, err
	}
	inclusion, err := s.inclusion(block, index)
	if err != nil {
		return nil, err
	}
	document, err := s.carrying(block.Header.Height)
	if err != nil {
		return nil, err
	}
	path, err := chain.ProveMerkle(s.chain.Suite(), block.Results.Leaves(s.chain.Suite()), index+1)
	if err != nil {
		return nil, err
	}
	headers, err := s.headersFrom(block.Header.Height)
	if err != nil {
		return nil, err
	}
	result := &block.Results.Transactions[index]
	document.Receipt = &proof.Receipt{
		ID: id, Receipt: result.Receipt.Encode(), Writes: chain.WriteSetDigest(s.chain.Suite(), result.Writes),
		Path: append([]chain.Hash{}, path.Path...), Headers: headers, Inclusion: inclusion,
	}
	return document, nil
}

// headersFrom returns the headers from a height on that stand below the one which
// carries its roots.
func (s *Service) headersFrom(height uint64) ([]chain.Bytes, error) {
	headers := make([]chain.Bytes, s.chain.Genesis().RootDelay)
	for i := range headers {
		header, err := s.chain.Ledger().Header(height + uint64(i))
		if err != nil {
			return nil, err
		}
		headers[i] = header.Encode()
	}
	return headers, nil
}
