package eth

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// receiptView is a receipt as Ethereum clients see it. A void transaction has
// status 0, no gas, and the reason in a field of its own.
type receiptView struct {
	BlockHash         chain.Hash       `json:"blockHash"`
	BlockNumber       quantity.Uint64  `json:"blockNumber"`
	ContractAddress   *chain.Address   `json:"contractAddress"`
	CumulativeGasUsed quantity.Uint64  `json:"cumulativeGasUsed"`
	EffectiveGasPrice quantity.Word    `json:"effectiveGasPrice"`
	From              chain.Address    `json:"from"`
	GasUsed           quantity.Uint64  `json:"gasUsed"`
	Logs              []logView        `json:"logs"`
	LogsBloom         quantity.Bytes   `json:"logsBloom"`
	Status            quantity.Uint64  `json:"status"`
	To                *chain.Address   `json:"to"`
	TransactionHash   chain.Hash       `json:"transactionHash"`
	TransactionIndex  quantity.Uint64  `json:"transactionIndex"`
	Type              quantity.Uint64  `json:"type"`
	VoidReason        *quantity.Uint64 `json:"voidReason,omitempty"`
}

// logView is an event as Ethereum clients see it.
type logView struct {
	Address          chain.Address   `json:"address"`
	Topics           []chain.Hash    `json:"topics"`
	Data             quantity.Bytes  `json:"data"`
	BlockNumber      quantity.Uint64 `json:"blockNumber"`
	TransactionHash  chain.Hash      `json:"transactionHash"`
	TransactionIndex quantity.Uint64 `json:"transactionIndex"`
	BlockHash        chain.Hash      `json:"blockHash"`
	BlockTimestamp   quantity.Uint64 `json:"blockTimestamp"`
	LogIndex         quantity.Uint64 `json:"logIndex"`
	Removed          bool            `json:"removed"`
}

// viewReceipts shows all receipts of a block.
func (s *Service) viewReceipts(b *node.Block) []*receiptView {
	views := make([]*receiptView, len(b.Transactions))
	cumulative, logIndex := uint64(0), 0
	for i := range b.Transactions {
		cumulative += b.Results.Transactions[i].Receipt.GasUsed
		views[i] = s.viewReceipt(b, i, cumulative, logIndex)
		logIndex += len(b.Results.Transactions[i].Receipt.Logs)
	}
	return views
}

func (s *Service) viewReceipt(b *node.Block, i int, cumulative uint64, logIndex int) *receiptView {
	t, receipt := &b.Transactions[i], &b.Results.Transactions[i].Receipt
	bloom := newBloom()
	bloom.addLogs(receipt.Logs)
	view := &receiptView{
		BlockHash: b.Hash, BlockNumber: quantity.Uint64(b.Header.Height), CumulativeGasUsed: quantity.Uint64(cumulative),
		EffectiveGasPrice: quantity.Word(effectivePrice(t, b.Fees.BaseFee)), From: t.Sender, GasUsed: quantity.Uint64(receipt.GasUsed),
		Logs: logsOf(b, i, logIndex), LogsBloom: bloom.bits, Status: quantity.Uint64(receipt.Status), To: t.Calls[0].To,
		TransactionHash: t.ID, TransactionIndex: quantity.Uint64(i), Type: shownType(t.Type),
	}
	if t.Calls[0].To == nil && !receipt.Void() {
		created := ethereum.ContractAddress(t.Sender, t.Nonce, keccak.Keccak256)
		view.ContractAddress = &created
	}
	if receipt.Void() {
		reason := quantity.Uint64(receipt.Reason)
		view.VoidReason = &reason
	}
	return view
}

// logsOf shows the events of transaction i of a block.
func logsOf(b *node.Block, i, first int) []logView {
	return viewLogs(b.Header, b.Hash, b.Results.Transactions[i].Receipt.Logs, b.Transactions[i].ID, i, first)
}

// viewLogs shows the events of transaction i, the first of which has the given
// index in the block.
func viewLogs(header *chain.Header, hash chain.Hash, logs []chain.Log, id chain.Hash, i, first int) []logView {
	views := make([]logView, len(logs))
	for j := range logs {
		topics := logs[j].Topics
		if topics == nil {
			topics = []chain.Hash{}
		}
		views[j] = logView{
			Address: logs[j].Address, Topics: topics, Data: logs[j].Data, BlockNumber: quantity.Uint64(header.Height),
			TransactionHash: id, TransactionIndex: quantity.Uint64(i), BlockHash: hash,
			BlockTimestamp: quantity.Uint64(header.Time / 1000), LogIndex: quantity.Uint64(first + j),
		}
	}
	return views
}

func (s *Service) transactionReceipt(_ context.Context, params jsonrpc.Params) (any, error) {
	var id quantity.Hash
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	return s.receiptOf(id.Value())
}

func (s *Service) receiptOf(id chain.Hash) (any, error) {
	block, index, ok, err := s.find(id)
	if err != nil || !ok {
		return nil, err
	}
	return s.receiptIn(block, index), nil
}

// receiptIn shows the receipt of transaction index of a block.
func (s *Service) receiptIn(block *node.Block, index int) any {
	// The receipts before it count, but need not be shown.
	cumulative, logIndex := block.Results.Transactions[index].Receipt.GasUsed, 0
	for i := range block.Results.Transactions[:index] {
		cumulative += block.Results.Transactions[i].Receipt.GasUsed
		logIndex += len(block.Results.Transactions[i].Receipt.Logs)
	}
	return s.viewReceipt(block, index, cumulative, logIndex)
}

func (s *Service) blockReceipts(_ context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	if err := params.Decode(0, true, &tag); err != nil {
		return nil, err
	}
	if tag.Kind == quantity.BlockPending {
		return nil, nil
	}
	block, err := s.block(tag)
	if err != nil || block == nil {
		return nil, err
	}
	return s.viewReceipts(block), nil
}
