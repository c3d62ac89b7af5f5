package cl

import (
	"context"
	"encoding/hex"
	"encoding/json"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// transactionsAtOnce bounds one cl_sendTransactions.
const transactionsAtOnce = 1000

// sent is what became of a transaction.
type sent struct {
	ID    *chain.Hash `json:"id,omitempty"` // when its envelope is good
	Error string      `json:"error,omitempty"`
}

// sendTransactions takes many raw transactions of any family, in order, and answers with
// one entry for each. Their signatures are checked together, which for Ed25519 costs
// about half, on the cores that no other batch is admitted on.
func (s *Service) sendTransactions(ctx context.Context, params jsonrpc.Params) (any, error) {
	var given quantity.BytesList
	if err := params.Decode(0, true, &given); err != nil {
		return nil, err
	}
	if len(given) > transactionsAtOnce {
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d transactions, at most %d at once: send them in parts", len(given), transactionsAtOnce)
	}
	raws := make([][]byte, len(given))
	for i := range given {
		raws[i] = given[i]
	}
	ids, errs := s.chain.SubmitAll(ctx, raws)
	return appendSent(make([]byte, 0, 80*len(ids)), ids, errs)
}

// appendSent appends the JSON of what became of transactions. There are many, and package
// json looks for the fields of each.
func appendSent(dst []byte, ids []chain.Hash, errs []error) (json.RawMessage, error) {
	dst = append(dst, '[')
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		if errs[i] == nil {
			dst = append(hex.AppendEncode(append(dst, `{"id":"0x`...), id[:]), `"}`...)
			continue
		}
		refused := sent{Error: errs[i].Error()}
		if !id.IsZero() {
			refused.ID = &id
		}
		encoded, err := json.Marshal(refused)
		if err != nil {
			return nil, err
		}
		dst = append(dst, encoded...)
	}
	return append(dst, ']'), nil
}

// laneNonce takes (address, lane, block): the next nonce of a lane, "pending" with what
// the pool holds. The unordered lane has none.
func (s *Service) laneNonce(_ context.Context, params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	var number quantity.Uint64
	var tag quantity.BlockTag
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	if err := params.Decode(1, true, &number); err != nil {
		return nil, err
	}
	if err := params.Decode(2, false, &tag); err != nil {
		return nil, err
	}
	if uint64(number) == chain.UnorderedLane {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "the unordered lane has no nonces: any will do, with a last valid height")
	}
	lane := pool.Lane{Sender: owner.Value(), Number: uint64(number)}
	height, err := s.height(params, 2)
	if err != nil {
		return nil, err
	}
	view, err := s.chain.View(height)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	nonce, err := node.NextNonce(view, lane)
	if err == nil && tag.Kind == quantity.BlockPending {
		nonce = s.chain.Pool().NextNonce(lane, nonce)
	}
	return quantity.Uint64(nonce), err
}
