package eth

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// follow runs deliver for every event until the subscription ends. When it falls
// behind the chain by more than its buffer, events are lost: the client's
// connection is closed, so that it does not go on with a hole.
func (s *Service) follow(notify jsonrpc.Notify, deliver func(node.Event) error) (stop func(), err error) {
	events := s.chain.Subscribe(s.limits.Buffer)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := range events.Events {
			if deliver(event) != nil {
				events.Close() // the connection is ending, with the reason
			}
		}
		if events.Overflowed() {
			_ = notify(jsonrpc.ErrSlowConsumer) // nobody is left to be told
		}
	}()
	return func() { events.Close(); <-done }, nil
}

func (s *Service) newHeads(_ context.Context, _ jsonrpc.Params, notify jsonrpc.Notify) (func(), error) {
	return s.follow(notify, func(event node.Event) error {
		if event.Block == nil {
			return nil
		}
		return notify(s.viewHeader(event.Block))
	})
}

func (s *Service) newLogs(_ context.Context, params jsonrpc.Params, notify jsonrpc.Notify) (func(), error) {
	var c criteria
	if err := params.Decode(0, false, &c); err != nil {
		return nil, err
	}
	if err := c.check(s.limits); err != nil {
		return nil, err
	}
	return s.follow(notify, func(event node.Event) error {
		if event.Block == nil {
			return nil
		}
		for _, view := range c.inBlock(event.Block) {
			if err := notify(view); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) newPending(_ context.Context, params jsonrpc.Params, notify jsonrpc.Notify) (func(), error) {
	full := false
	if err := params.Decode(0, false, &full); err != nil {
		return nil, err
	}
	return s.follow(notify, func(event node.Event) error {
		for i := range event.Pending {
			if err := notify(s.viewPending(&event.Pending[i], full)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) viewPending(t *chain.Verified, full bool) any {
	if full {
		return s.viewTransaction(t)
	}
	return t.ID
}

// receiptCriteria select the receipts of a transactionReceipts subscription.
type receiptCriteria struct {
	Hashes []quantity.Hash `json:"transactionHashes"`
}

// maxReceiptHashes bounds the ids of one such subscription.
const maxReceiptHashes = 200

func (s *Service) newReceipts(_ context.Context, params jsonrpc.Params, notify jsonrpc.Notify) (func(), error) {
	var c receiptCriteria
	if err := params.Decode(0, false, &c); err != nil {
		return nil, err
	}
	if len(c.Hashes) > maxReceiptHashes {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%d transaction hashes, at most %d", len(c.Hashes), maxReceiptHashes)
	}
	wanted := make(map[chain.Hash]bool, len(c.Hashes))
	for _, hash := range c.Hashes {
		wanted[hash.Value()] = true
	}
	return s.follow(notify, func(event node.Event) error {
		if event.Block == nil {
			return nil
		}
		receipts := []*receiptView{}
		for _, receipt := range s.viewReceipts(event.Block) {
			if len(wanted) == 0 || wanted[receipt.TransactionHash] {
				receipts = append(receipts, receipt)
			}
		}
		if len(receipts) == 0 {
			return nil
		}
		return notify(receipts)
	})
}
