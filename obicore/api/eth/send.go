package eth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

func (s *Service) sendRawTransaction(ctx context.Context, params jsonrpc.Params) (any, error) {
	var raw quantity.Bytes
	if err := params.Decode(0, true, &raw); err != nil {
		return nil, err
	}
	id, err := s.submit(ctx, raw)
	if err != nil {
		return nil, err
	}
	return id, nil
}

func (s *Service) submit(ctx context.Context, raw []byte) (chain.Hash, error) {
	if len(raw) == 0 {
		return chain.Hash{}, jsonrpc.Errorf(jsonrpc.ServerError, "typed transaction too short")
	}
	return s.chain.Submit(ctx, raw)
}

// EIP-7966's error codes: the receipt did not come in time; the transaction waits
// in the pool for something else than the next block.
const (
	codeSyncTimeout = 4
	codeSyncQueued  = 5
)

// sendRawTransactionSync answers with the receipt (EIP-7966).
func (s *Service) sendRawTransactionSync(ctx context.Context, params jsonrpc.Params) (any, error) {
	var raw quantity.Bytes
	var wait quantityOrNumber // milliseconds
	if err := params.Decode(0, true, &raw); err != nil {
		return nil, err
	}
	if err := params.Decode(1, false, &wait); err != nil {
		return nil, err
	}
	limit := s.limits.SyncTime
	if wait > 0 {
		limit = min(limit, time.Duration(min(uint64(wait), 1<<32))*time.Millisecond)
	}
	select {
	case s.syncCalls <- struct{}{}:
		defer func() { <-s.syncCalls }()
	default:
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d calls wait for receipts, no more at once; nothing was sent: try again later, or use eth_sendRawTransaction", s.limits.SyncCalls)
	}
	events := s.chain.Subscribe(s.limits.Buffer)
	defer events.Close()
	id, err := s.submit(ctx, raw)
	if err != nil {
		return nil, err
	}
	return s.awaitReceipt(ctx, id, limit, func() (bool, error) {
		select {
		case _, open := <-events.Events:
			return open, nil
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(limit):
			return false, nil
		}
	})
}

// awaitReceipt looks for the receipt after every event, until wait says no.
func (s *Service) awaitReceipt(ctx context.Context, id chain.Hash, limit time.Duration, wait func() (bool, error)) (any, error) {
	for deadline := time.Now().Add(limit); ; {
		receipt, err := s.receiptOf(id)
		if err != nil || receipt != nil {
			return receipt, err
		}
		// It stays in the pool, but no block will bring its receipt: the place that
		// this call holds is for others.
		if nonce, waits := s.chain.Pool().Missing(id); waits {
			return nil, &jsonrpc.Error{
				Code: codeSyncQueued, Data: id,
				Message: fmt.Sprintf("nonce gap: the transaction was added to the pool and waits for nonce %d of its sender: send that one", nonce),
			}
		}
		more, err := wait()
		if err != nil {
			return nil, err
		}
		if !more || time.Now().After(deadline) {
			return nil, &jsonrpc.Error{
				Code: codeSyncTimeout, Data: id,
				Message: "the transaction was added to the pool but was not included in " + limit.String(),
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err)
		}
	}
}
