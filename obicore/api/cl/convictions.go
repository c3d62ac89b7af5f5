package cl

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// convictionAnswer is a validator against whom blocks have recorded evidence.
type convictionAnswer struct {
	Node   chain.NodeID    `json:"node"`
	Height quantity.Uint64 `json:"height"` // of the newest offence
	Round  quantity.Uint64 `json:"round"`
	Count  quantity.Uint64 `json:"count"`
}

// convictions lists those of the present validators that have any.
func (s *Service) convictions(_ context.Context, params jsonrpc.Params) (any, error) {
	if err := params.Expect(0, 0); err != nil {
		return nil, err
	}
	list := []convictionAnswer{}
	set := s.chain.Head().Validators
	for i := range set.Members {
		id := set.Members[i].ID
		conviction, err := s.chain.Conviction(id)
		if err != nil {
			return nil, err
		}
		if conviction.Count > 0 {
			list = append(list, convictionAnswer{
				Node: id, Height: quantity.Uint64(conviction.Height), Round: quantity.Uint64(conviction.Round), Count: quantity.Uint64(conviction.Count),
			})
		}
	}
	return list, nil
}
