package eth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// sendRawTransactions answers neighbours in a batch together: one look at the state, and
// signatures on all cores.
func (s *Service) sendRawTransactions(ctx context.Context, calls []jsonrpc.Params) []jsonrpc.Outcome {
	outcomes := make([]jsonrpc.Outcome, len(calls))
	var raws [][]byte
	var places []int
	for i, params := range calls {
		var raw quantity.Bytes
		switch err := params.Decode(0, true, &raw); {
		case err != nil:
			outcomes[i].Err = err
		case len(raw) == 0:
			outcomes[i].Err = errTooShort
		default:
			raws, places = append(raws, raw), append(places, i)
		}
	}
	ids, errs := s.chain.SubmitAll(ctx, raws)
	for i, place := range places {
		outcomes[place] = jsonrpc.Outcome{Result: ids[i], Err: errs[i]}
	}
	return outcomes
}

var errTooShort = jsonrpc.Errorf(jsonrpc.ServerError, "typed transaction too short")

func (s *Service) submit(ctx context.Context, raw []byte) (chain.Hash, error) {
	if len(raw) == 0 {
		return chain.Hash{}, errTooShort
	}
	return s.chain.Submit(ctx, raw)
}

// EIP-7966's error codes: the receipt did not come in time; the next block cannot
// bring it, because the transaction waits for something else or is gone.
const (
	codeSyncTimeout = 4
	codeSyncUnready = 5
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
	before := s.seen()
	id, err := s.submit(ctx, raw)
	if err != nil {
		return nil, err
	}
	return s.awaitReceipt(ctx, id, before, limit)
}

// seen is up to where a call has looked for its transaction.
type seen struct{ era, height uint64 }

func (s *Service) seen() seen { return seen{s.chain.Era(), s.chain.Head().Header.Height} }

// receiptSince looks for the receipt in the blocks that have come since, and notes how far.
func (s *Service) receiptSince(id chain.Hash, since *seen) (any, error) {
	from, to := *since, s.seen()
	*since = to
	if from.era != to.era {
		return s.receiptOf(id)
	}
	for height := from.height + 1; height <= to.height; height++ {
		block, err := s.chain.BlockAt(height)
		if err != nil {
			return s.receiptOf(id) // it has just been pruned, or rewound
		}
		if index := slices.IndexFunc(block.Transactions, func(t chain.Verified) bool { return t.ID == id }); index >= 0 {
			return s.receiptIn(block, index), nil
		}
	}
	return nil, nil
}

// awaitReceipt looks for the receipt after every block. No block up to before, from which on
// it looks, holds the transaction: the pool has taken it since. To look in the ledger instead
// takes a tenth of a node's time when a thousand a second are sent.
func (s *Service) awaitReceipt(ctx context.Context, id chain.Hash, before seen, limit time.Duration) (any, error) {
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		receipt, err := node.Steady(ctx, s.chain, func() (any, error) { return s.receiptSince(id, &before) })
		height := before.height
		if err == nil && receipt != nil {
			return receipt, nil
		}
		if err != nil {
			return nil, unanswered(id, err)
		}
		// It stays in the pool, but no block will bring its receipt: the place that
		// this call holds is for others.
		if nonce, waits := s.chain.Pool().Missing(id); waits {
			return nil, &jsonrpc.Error{
				Code: codeSyncUnready, Data: id,
				Message: fmt.Sprintf("nonce gap: the transaction was added to the pool and waits for nonce %d of its sender: send that one", nonce),
			}
		}
		// The head moves on before the pool lets go of what a block holds: what is gone
		// at the same head is in no block.
		if _, pooled := s.chain.Pool().Get(id); !pooled && s.chain.Head().Header.Height == height {
			return nil, &jsonrpc.Error{
				Code: codeSyncUnready, Data: id,
				Message: "the transaction is neither in the chain nor any longer in this node's pool: its nonce was used by another, or it was replaced",
			}
		}
		switch err := s.chain.AwaitHeight(waiting, height+1); {
		case err == nil:
		case ctx.Err() == nil && waiting.Err() != nil:
			return nil, &jsonrpc.Error{
				Code: codeSyncTimeout, Data: id,
				Message: "the transaction was added to the pool but was not included in " + limit.String(),
			}
		default:
			return nil, unanswered(id, err)
		}
	}
}

// unanswered says that a transaction was taken and nobody here can tell what became of
// it. It is no refusal: other nodes may have the transaction by now.
func unanswered(id chain.Hash, why error) error {
	return &jsonrpc.Error{
		Code: codeSyncTimeout, Data: id,
		Message: "the transaction was added to the pool, and then the wait for its receipt ended: " + why.Error(),
	}
}
