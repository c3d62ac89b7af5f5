package cl

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// validatorsAnswer is the set that decides a block, in its canonical encoding: the
// header before names its hash.
type validatorsAnswer struct {
	Height quantity.Uint64 `json:"height"`
	Epoch  quantity.Uint64 `json:"epoch"`
	Hash   chain.Hash      `json:"hash"`
	Set    quantity.Bytes  `json:"set"`
}

// validators takes the height of a block, which may be the one after the latest.
func (s *Service) validators(_ context.Context, params jsonrpc.Params) (any, error) {
	var height quantity.Uint64
	if err := params.Decode(0, true, &height); err != nil {
		return nil, err
	}
	if top := s.chain.Head().Header.Height + 1; uint64(height) > top {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "the validators of block %d are not known yet; ask for one up to %d", uint64(height), top)
	}
	ruling, err := s.chain.Ruling(uint64(height))
	if errors.Is(err, ledger.ErrPruned) {
		return nil, jsonrpc.Errorf(jsonrpc.ResourceUnavailable, "the state that names the validators of block %d is pruned on this node; ask one that keeps more", uint64(height))
	}
	if err != nil {
		return nil, err
	}
	set := ruling.Validators
	return validatorsAnswer{Height: height, Epoch: quantity.Uint64(set.Epoch), Hash: set.Hash(s.chain.Suite()), Set: set.Encode()}, nil
}
