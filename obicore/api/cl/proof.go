package cl

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// proofAnswer is a proof of one state entry under the state root after a block.
// When the root delay is 0 the root stands in that block's own header.
type proofAnswer struct {
	Height    quantity.Uint64 `json:"height"`
	StateRoot chain.Hash      `json:"stateRoot"`
	Kind      string          `json:"kind"`
	Key       quantity.Bytes  `json:"key"`
	Value     quantity.Bytes  `json:"value"`
	Path      quantity.Bytes  `json:"path"`
}

// proof answers with a proof document when its one parameter is an object that says
// what is to be proved. The older form takes (address, slot or null, block) and answers
// with a path alone: of the account leaf without a slot, else of one storage entry.
func (s *Service) proof(_ context.Context, params jsonrpc.Params) (any, error) {
	if raw := params.Raw(0); len(raw) > 0 && raw[0] == '{' {
		return s.document(params)
	}
	return s.path(params)
}

func (s *Service) path(params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	var slot *quantity.Hash
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	if err := params.Decode(1, false, &slot); err != nil {
		return nil, err
	}
	height, err := s.height(params, 2)
	if err != nil {
		return nil, err
	}
	key := chain.AccountKey(owner.Value())
	if slot != nil {
		key = chain.StorageKey(owner.Value(), chain.Word(*slot))
	}
	results, err := s.chain.Ledger().Results(height)
	if err != nil {
		return nil, err
	}
	proof, err := s.chain.Ledger().Prove(height, key)
	if err != nil {
		return nil, err
	}
	return proofAnswer{
		Height: quantity.Uint64(height), StateRoot: results.StateRoot, Kind: proof.Kind,
		Key: key.Encode(), Value: proof.Value, Path: proof.Path,
	}, nil
}
