package eth

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// transactionView is a transaction as Ethereum clients see it. Transactions of
// other families have zero v, r and s: clients refuse a block without them.
type transactionView struct {
	BlockHash        *chain.Hash         `json:"blockHash"`
	BlockNumber      *quantity.Uint64    `json:"blockNumber"`
	BlockTimestamp   *quantity.Uint64    `json:"blockTimestamp"`
	From             chain.Address       `json:"from"`
	Gas              quantity.Uint64     `json:"gas"`
	GasPrice         quantity.Word       `json:"gasPrice"`
	FeeCap           *quantity.Word      `json:"maxFeePerGas,omitempty"`
	TipCap           *quantity.Word      `json:"maxPriorityFeePerGas,omitempty"`
	BlobFeeCap       *quantity.Word      `json:"maxFeePerBlobGas,omitempty"`
	Hash             chain.Hash          `json:"hash"`
	Input            quantity.Bytes      `json:"input"`
	Nonce            quantity.Uint64     `json:"nonce"`
	To               *chain.Address      `json:"to"`
	TransactionIndex *quantity.Uint64    `json:"transactionIndex"`
	Value            quantity.Word       `json:"value"`
	Type             quantity.Uint64     `json:"type"`
	EnvelopeType     *quantity.Uint64    `json:"envelopeType,omitempty"`
	AccessList       *[]accessView       `json:"accessList,omitempty"`
	ChainID          *quantity.Uint64    `json:"chainId,omitempty"`
	BlobHashes       []chain.Hash        `json:"blobVersionedHashes,omitempty"`
	Authorizations   []authorizationView `json:"authorizationList,omitempty"`
	V                quantity.Word       `json:"v"`
	R                quantity.Word       `json:"r"`
	S                quantity.Word       `json:"s"`
	YParity          *quantity.Word      `json:"yParity,omitempty"`
	// Native is a transaction of the native family with all its fields and signatures;
	// beside it stands what of it Ethereum has a name for.
	Native *native.Transaction `json:"native,omitempty"`
}

type accessView struct {
	Address     chain.Address `json:"address"`
	StorageKeys []chain.Hash  `json:"storageKeys"`
}

type authorizationView struct {
	ChainID quantity.Word   `json:"chainId"`
	Address chain.Address   `json:"address"`
	Nonce   quantity.Uint64 `json:"nonce"`
	YParity quantity.Uint64 `json:"yParity"`
	R       quantity.Word   `json:"r"`
	S       quantity.Word   `json:"s"`
}

func viewAccess(list []chain.Access) *[]accessView {
	views := make([]accessView, len(list))
	for i := range list {
		views[i] = accessView{Address: list[i].Address, StorageKeys: make([]chain.Hash, len(list[i].Slots))}
		for j := range list[i].Slots {
			views[i].StorageKeys[j] = chain.Hash(list[i].Slots[j])
		}
	}
	return &views
}

// viewTransaction shows a transaction that is in no block; the price is the most
// that it would pay.
func (s *Service) viewTransaction(t *chain.Verified) *transactionView {
	call := &t.Calls[0]
	view := &transactionView{
		From: t.Sender, Gas: quantity.Uint64(t.Gas), GasPrice: quantity.Word(t.FeeCap), Hash: t.ID,
		Input: call.Input, Nonce: quantity.Uint64(t.Nonce), To: call.To, Value: quantity.Word(call.Value), Type: shownType(t.Type),
		BlobHashes: t.BlobHashes,
	}
	if t.Protected {
		id := quantity.Uint64(t.ChainID)
		view.ChainID = &id
	}
	if t.Type > ethereum.TypeSetCode {
		envelope := quantity.Uint64(t.Type)
		view.EnvelopeType = &envelope
	}
	if t.Type != ethereum.TypeLegacy {
		view.AccessList = viewAccess(t.Access)
		view.YParity = new(quantity.Word)
	}
	if t.Type >= ethereum.TypeDynamicFee {
		feeCap, tipCap := quantity.Word(t.FeeCap), quantity.Word(t.TipCap)
		view.FeeCap, view.TipCap = &feeCap, &tipCap
	}
	if t.Type == ethereum.TypeBlob {
		blobFeeCap := quantity.Word(t.BlobFeeCap)
		view.BlobFeeCap = &blobFeeCap
	}
	if t.Type == native.Type {
		view.Native, _ = native.Decode(t.Raw) // it has been decoded before
	} else {
		addSignature(view, t)
	}
	return view
}

// shownType is the envelope type that clients are shown. One that Ethereum does
// not know is shown as type 2, because clients such as geth's refuse a whole
// block for it; the real one stands in envelopeType.
func shownType(kind byte) quantity.Uint64 {
	if kind > ethereum.TypeSetCode {
		return quantity.Uint64(ethereum.TypeDynamicFee)
	}
	return quantity.Uint64(kind)
}

// addSignature fills in what only the envelope of the Ethereum family has.
func addSignature(view *transactionView, t *chain.Verified) {
	decoded, err := ethereum.Decode(t.Raw)
	if err != nil {
		return // another family: v, r and s stay zero
	}
	view.V, view.R, view.S = quantity.Word(decoded.V), quantity.Word(decoded.R), quantity.Word(decoded.S)
	if view.YParity != nil {
		*view.YParity = view.V
	}
	for i := range decoded.Authorizations {
		a := &decoded.Authorizations[i]
		view.Authorizations = append(view.Authorizations, authorizationView{
			ChainID: quantity.Word(a.ChainID), Address: a.Address, Nonce: quantity.Uint64(a.Nonce),
			YParity: quantity.Uint64(a.Parity), R: quantity.Word(a.R), S: quantity.Word(a.S),
		})
	}
}

// viewIncluded shows transaction i of a block.
func (s *Service) viewIncluded(b *node.Block, i int) *transactionView {
	view := s.viewTransaction(&b.Transactions[i])
	view.GasPrice = quantity.Word(effectivePrice(&b.Transactions[i], b.Fees.BaseFee))
	hash, height, index := b.Hash, quantity.Uint64(b.Header.Height), quantity.Uint64(i)
	timestamp := quantity.Uint64(b.Header.Time / 1000)
	view.BlockHash, view.BlockNumber, view.TransactionIndex, view.BlockTimestamp = &hash, &height, &index, &timestamp
	return view
}

// effectivePrice is min(fee cap, base fee + tip cap) (EIP-1559).
func effectivePrice(t *chain.Verified, baseFee chain.Word) chain.Word {
	sum, overflow := baseFee.Add(t.TipCap)
	if overflow || sum.Cmp(t.FeeCap) > 0 {
		return t.FeeCap
	}
	return sum
}

// find returns where a transaction stands; ok is false when no block has it.
func (s *Service) find(id chain.Hash) (block *node.Block, index int, ok bool, err error) {
	block, index, err = s.chain.Transaction(id)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, 0, false, nil
	}
	return block, index, err == nil, err
}

func (s *Service) transactionByHash(_ context.Context, params jsonrpc.Params) (any, error) {
	var id quantity.Hash
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	if t, waiting := s.chain.Pool().Get(id.Value()); waiting {
		return s.viewTransaction(&t), nil
	}
	block, index, ok, err := s.find(id.Value())
	if err != nil || !ok {
		return nil, err
	}
	return s.viewIncluded(block, index), nil
}

func (s *Service) rawTransactionByHash(_ context.Context, params jsonrpc.Params) (any, error) {
	var id quantity.Hash
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	if t, waiting := s.chain.Pool().Get(id.Value()); waiting {
		return quantity.Bytes(t.Raw), nil
	}
	block, index, ok, err := s.find(id.Value())
	if err != nil || !ok {
		return nil, err
	}
	return quantity.Bytes(block.Transactions[index].Raw), nil
}

func (s *Service) transactionByBlockAndIndex(_ context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	var index quantity.Uint64
	if err := errors.Join(params.Decode(0, true, &tag), params.Decode(1, true, &index)); err != nil {
		return nil, err
	}
	read, view := s.block, s.viewIncluded
	if tag.Kind == quantity.BlockPending {
		read, view = func(quantity.BlockTag) (*node.Block, error) { return s.pendingBlock() }, s.viewWaiting
	}
	block, err := read(tag)
	if err != nil || block == nil || uint64(index) >= uint64(len(block.Transactions)) {
		return nil, err
	}
	return view(block, int(index)), nil
}
