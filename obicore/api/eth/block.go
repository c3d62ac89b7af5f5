package eth

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// The constants of fields that a block has for Ethereum clients only.
var (
	emptyUncles       = chain.Hash{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a, 0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}
	emptyTransactions = chain.Hash{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e, 0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}
	emptyRequests     = chain.Hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}
)

// headerView is a header as Ethereum clients see it.
type headerView struct {
	Number           *quantity.Uint64 `json:"number"`
	Hash             *chain.Hash      `json:"hash"`
	ParentHash       chain.Hash       `json:"parentHash"`
	Nonce            *quantity.Bytes  `json:"nonce"`
	MixHash          chain.Hash       `json:"mixHash"`
	UncleHash        chain.Hash       `json:"sha3Uncles"`
	LogsBloom        *quantity.Bytes  `json:"logsBloom"`
	StateRoot        chain.Hash       `json:"stateRoot"`
	Miner            *chain.Address   `json:"miner"`
	Difficulty       quantity.Uint64  `json:"difficulty"`
	ExtraData        quantity.Bytes   `json:"extraData"`
	GasLimit         quantity.Uint64  `json:"gasLimit"`
	GasUsed          quantity.Uint64  `json:"gasUsed"`
	Timestamp        quantity.Uint64  `json:"timestamp"`
	TransactionsRoot chain.Hash       `json:"transactionsRoot"`
	ReceiptsRoot     chain.Hash       `json:"receiptsRoot"`
	BaseFee          quantity.Word    `json:"baseFeePerGas"`
	WithdrawalsRoot  chain.Hash       `json:"withdrawalsRoot"`
	BlobGasUsed      quantity.Uint64  `json:"blobGasUsed"`
	ExcessBlobGas    quantity.Uint64  `json:"excessBlobGas"`
	BeaconRoot       chain.Hash       `json:"parentBeaconBlockRoot"`
	RequestsHash     chain.Hash       `json:"requestsHash"`
}

// blockView is a block as Ethereum clients see it.
type blockView struct {
	headerView
	Size         quantity.Uint64 `json:"size"`
	Uncles       []chain.Hash    `json:"uncles"`
	Transactions any             `json:"transactions"`
	Withdrawals  []struct{}      `json:"withdrawals"`
}

func (s *Service) viewHeader(b *node.Block) headerView {
	height, hash, nonce := quantity.Uint64(b.Header.Height), b.Hash, quantity.Bytes(make([]byte, 8))
	bloom := quantity.Bytes(bloomOf(b.Results))
	coinbase := b.Coinbase
	view := headerView{
		Number: &height, Hash: &hash, ParentHash: b.Header.Parent, Nonce: &nonce, MixHash: b.Header.Randomness,
		UncleHash: emptyUncles, LogsBloom: &bloom, StateRoot: b.Results.StateRoot, Miner: &coinbase,
		GasLimit: quantity.Uint64(b.Header.GasLimit), GasUsed: quantity.Uint64(b.Results.GasUsed()),
		Timestamp: quantity.Uint64(b.Header.Time / 1000), TransactionsRoot: b.Header.TransactionRoot,
		ReceiptsRoot: s.chain.ResultRoot(b), BaseFee: quantity.Word(b.Fees.BaseFee),
		WithdrawalsRoot: emptyTransactions, RequestsHash: emptyRequests,
	}
	if b.Header.TransactionCount == 0 {
		view.TransactionsRoot = emptyTransactions
	}
	return view
}

func (s *Service) viewBlock(b *node.Block, full bool) *blockView {
	view := &blockView{
		headerView: s.viewHeader(b), Size: quantity.Uint64(b.Size), Uncles: []chain.Hash{}, Withdrawals: []struct{}{},
	}
	if full {
		list := make([]*transactionView, len(b.Transactions))
		for i := range b.Transactions {
			list[i] = s.viewIncluded(b, i)
		}
		view.Transactions = list
		return view
	}
	ids := make([]chain.Hash, len(b.Transactions))
	for i := range b.Transactions {
		ids[i] = b.Transactions[i].ID
	}
	view.Transactions = ids
	return view
}

func (s *Service) blockByNumber(_ context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	if err := params.Decode(0, true, &tag); err != nil {
		return nil, err
	}
	return s.answerBlock(tag, params)
}

func (s *Service) blockByHash(_ context.Context, params jsonrpc.Params) (any, error) {
	var hash quantity.Hash
	if err := params.Decode(0, true, &hash); err != nil {
		return nil, err
	}
	return s.answerBlock(quantity.BlockTag{Kind: quantity.BlockHash, Hash: hash.Value()}, params)
}

func (s *Service) answerBlock(tag quantity.BlockTag, params jsonrpc.Params) (any, error) {
	full := false
	if err := params.Decode(1, false, &full); err != nil {
		return nil, err
	}
	if tag.Kind == quantity.BlockPending {
		return s.viewPendingBlock(full)
	}
	block, err := s.block(tag)
	if err != nil || block == nil {
		return nil, err
	}
	return s.viewBlock(block, full), nil
}

// pendingBlock returns the pool's pending transactions, as many as a block has
// room for, as the block that would come next.
func (s *Service) pendingBlock() (*node.Block, error) {
	view, err := s.view(quantity.BlockTag{})
	if err != nil {
		return nil, err
	}
	next := s.chain.NextContext(view)
	if err := view.Close(); err != nil {
		return nil, err
	}
	head, limits, bytes := s.chain.Head(), s.chain.Genesis().Limits, uint64(0)
	block := &node.Block{
		Header:  &chain.Header{Height: next.Height, Parent: next.Parent, Time: next.Time, GasLimit: next.GasLimit, Chain: next.Chain},
		Results: &chain.Results{}, Fees: head.Parameters.Fees,
	}
	most, selection := min(limits.BlockCount, next.GasLimit/plainTransfer), s.chain.Pool().Select()
	for t, ok := selection.Next(); ok && block.Header.TransactionCount < most; t, ok = selection.Next() {
		if bytes += uint64(len(t.Raw)); bytes > limits.BlockBytes {
			break
		}
		block.Transactions = append(block.Transactions, t)
		block.Header.TransactionCount++
	}
	return block, nil
}

// viewWaiting shows transaction i of the block that would come next.
func (s *Service) viewWaiting(b *node.Block, i int) *transactionView {
	view := s.viewTransaction(&b.Transactions[i])
	view.GasPrice = quantity.Word(effectivePrice(&b.Transactions[i], b.Fees.BaseFee))
	return view
}

// viewPendingBlock shows the block that would come next; what only execution would
// tell is empty.
func (s *Service) viewPendingBlock(full bool) (any, error) {
	block, err := s.pendingBlock()
	if err != nil {
		return nil, err
	}
	view := s.viewBlock(block, false)
	if full {
		list := make([]*transactionView, len(block.Transactions))
		for i := range list {
			list[i] = s.viewWaiting(block, i)
		}
		view.Transactions = list
	}
	view.Hash, view.Nonce, view.Miner, view.LogsBloom = nil, nil, nil, nil
	return view, nil
}

func (s *Service) transactionCountByNumber(_ context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	if err := params.Decode(0, true, &tag); err != nil {
		return nil, err
	}
	if tag.Kind == quantity.BlockPending {
		block, err := s.pendingBlock()
		if err != nil {
			return nil, err
		}
		return quantity.Uint64(len(block.Transactions)), nil
	}
	return s.countTransactions(tag)
}

func (s *Service) transactionCountByHash(_ context.Context, params jsonrpc.Params) (any, error) {
	var hash quantity.Hash
	if err := params.Decode(0, true, &hash); err != nil {
		return nil, err
	}
	return s.countTransactions(quantity.BlockTag{Kind: quantity.BlockHash, Hash: hash.Value()})
}

func (s *Service) countTransactions(tag quantity.BlockTag) (any, error) {
	block, err := s.block(tag)
	if err != nil || block == nil {
		return nil, err
	}
	return quantity.Uint64(len(block.Transactions)), nil
}

// uncleCount and uncle answer for what does not exist on a chain with finality.
func (s *Service) uncleCount(_ context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	if err := params.Decode(0, true, &tag); err != nil {
		return nil, err
	}
	block, err := s.block(tag)
	if err != nil || block == nil {
		return nil, err
	}
	return quantity.Uint64(0), nil
}

func (s *Service) uncle(context.Context, jsonrpc.Params) (any, error) { return nil, nil }
