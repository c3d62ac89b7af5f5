package eth

import (
	"context"
	"fmt"
	"strconv"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

func (s *Service) poolStatus(context.Context, jsonrpc.Params) (any, error) {
	pending, queued := s.chain.Pool().Count()
	return map[string]quantity.Uint64{"pending": quantity.Uint64(pending), "queued": quantity.Uint64(queued)}, nil
}

// byNonce maps nonces, in decimal, to what is shown of a transaction.
type byNonce map[string]any

// maxPoolContent bounds the wire bytes of the transactions that one answer shows;
// their JSON takes several times as much.
const maxPoolContent = 4 << 20

// tooMuch refuses to show a pool that no answer could hold.
func (s *Service) tooMuch() error {
	if bytes := s.chain.Pool().Bytes(); bytes > maxPoolContent {
		return jsonrpc.Errorf(jsonrpc.LimitExceeded, "the pool holds %d bytes, an answer shows %d: ask txpool_status, or txpool_contentFrom for one account", bytes, maxPoolContent)
	}
	return nil
}

func (s *Service) poolContent(context.Context, jsonrpc.Params) (any, error) {
	if err := s.tooMuch(); err != nil {
		return nil, err
	}
	return s.viewPool(func(t *chain.Verified) any {
		return s.viewTransaction(t)
	}), nil
}

func (s *Service) poolInspect(context.Context, jsonrpc.Params) (any, error) {
	if err := s.tooMuch(); err != nil {
		return nil, err
	}
	return s.viewPool(func(t *chain.Verified) any {
		target := "contract creation"
		if to := t.Calls[0].To; to != nil {
			target = ethereum.Checksum(*to, keccak.Keccak256)
		}
		return fmt.Sprintf("%s: %s wei + %d gas × %s wei", target, t.Calls[0].Value, t.Gas, t.FeeCap)
	}), nil
}

func (s *Service) viewPool(show func(*chain.Verified) any) any {
	pending, queued := map[string]byNonce{}, map[string]byNonce{}
	for _, content := range s.chain.Pool().Contents() {
		name := ethereum.Checksum(content.Sender, keccak.Keccak256)
		if len(content.Pending) > 0 {
			pending[name] = viewNonces(content.Pending, show)
		}
		if len(content.Queued) > 0 {
			queued[name] = viewNonces(content.Queued, show)
		}
	}
	return map[string]any{"pending": pending, "queued": queued}
}

func viewNonces(list []chain.Verified, show func(*chain.Verified) any) byNonce {
	views := make(byNonce, len(list))
	for i := range list {
		views[nameInPool(&list[i])] = show(&list[i])
	}
	return views
}

// nameInPool is the nonce, as geth has it, in other lanes with the lane before it, and in
// the unordered lane the id.
func nameInPool(t *chain.Verified) string {
	switch nonce := strconv.FormatUint(t.Nonce, 10); t.Lane {
	case 0:
		return nonce
	case chain.UnorderedLane:
		return t.ID.String()
	default:
		return strconv.FormatUint(t.Lane, 10) + "/" + nonce
	}
}

func (s *Service) poolContentFrom(_ context.Context, params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	show := func(t *chain.Verified) any { return s.viewTransaction(t) }
	view := map[string]byNonce{"pending": {}, "queued": {}}
	for _, content := range s.chain.Pool().Contents() {
		if content.Sender == owner.Value() {
			view["pending"], view["queued"] = viewNonces(content.Pending, show), viewNonces(content.Queued, show)
		}
	}
	return view, nil
}
