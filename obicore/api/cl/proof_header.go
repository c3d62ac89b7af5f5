package cl

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// proveHeader proves that a header was decided.
func (s *Service) proveHeader(tag *quantity.BlockTag) (*proof.Document, error) {
	height, err := s.heightOf(tag)
	if err != nil {
		return nil, err
	}
	return s.under(height)
}

// carrying returns a document without a claim whose header carries the roots of a
// height.
func (s *Service) carrying(height uint64) (*proof.Document, error) {
	carrier := height + s.chain.Genesis().RootDelay
	if tip := s.chain.Tip().Header.Height; carrier > tip && height <= s.chain.Head().Header.Height {
		return nil, jsonrpc.Errorf(codeBehind, "the roots of block %d come with block %d, which is not decided yet: the last one is %d; ask again later", height, carrier, tip)
	}
	return s.under(carrier)
}

// under returns a document without a claim under the header at a height.
func (s *Service) under(height uint64) (*proof.Document, error) {
	header, err := s.chain.Ledger().Header(height)
	if err != nil {
		return nil, err
	}
	genesis := s.chain.Genesis()
	document := &proof.Document{
		Format: proof.Format, Chain: s.chain.Identity(), Crypto: genesis.Crypto, RootDelay: genesis.RootDelay, Header: header.Encode(),
	}
	if height > 0 {
		decision, err := s.chain.Ledger().Proof(height)
		if err != nil {
			return nil, err
		}
		document.Decision = decision.Encode()
	}
	set, err := s.decidedBy(header)
	if err != nil {
		return nil, err
	}
	document.Validators = set.Encode()
	return document, nil
}

// decidedBy returns the set that decided a header. Where the state that names it is
// pruned it may still be a set that is known otherwise.
func (s *Service) decidedBy(header *chain.Header) (*chain.ValidatorSet, error) {
	first, err := s.chain.Genesis().ValidatorSet()
	if err != nil {
		return nil, err
	}
	known := []*chain.ValidatorSet{s.chain.Head().Validators, first}
	ruling, err := s.chain.Ruling(header.Height)
	switch {
	case err == nil:
		known = append(known, ruling.Validators)
	case !errors.Is(err, ledger.ErrPruned):
		return nil, err
	}
	for _, set := range known {
		if set.Hash(s.chain.Suite()) == header.Validators {
			return set, nil
		}
	}
	if err == nil {
		err = ledger.ErrNotFound
	}
	return nil, fmt.Errorf("the validators of block %d: %w", header.Height, err)
}
