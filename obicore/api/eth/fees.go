package eth

import (
	"context"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// gasPrice is the base fee: it is a chain parameter, and there is no market that
// a tip would win.
func (s *Service) gasPrice(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Word(s.chain.Head().Parameters.Fees.BaseFee), nil
}

func (s *Service) maxPriorityFee(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Word{}, nil
}

func (s *Service) baseFee(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Word(s.chain.Head().Parameters.Fees.BaseFee), nil
}

func (s *Service) blobBaseFee(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Uint64(1), nil
}

// feeHistoryView is the answer of eth_feeHistory.
type feeHistoryView struct {
	OldestBlock      quantity.Uint64   `json:"oldestBlock"`
	BaseFee          []quantity.Word   `json:"baseFeePerGas"`
	GasUsedRatio     []float64         `json:"gasUsedRatio"`
	BlobBaseFee      []quantity.Uint64 `json:"baseFeePerBlobGas"`
	BlobGasUsedRatio []float64         `json:"blobGasUsedRatio"`
	Reward           [][]quantity.Word `json:"reward,omitempty"`
}

func (s *Service) feeHistory(ctx context.Context, params jsonrpc.Params) (any, error) {
	var count quantityOrNumber
	var tag quantity.BlockTag
	var percentiles []float64
	if err := params.Decode(0, true, &count); err != nil {
		return nil, err
	}
	if err := params.Decode(1, true, &tag); err != nil {
		return nil, err
	}
	if err := params.Decode(2, false, &percentiles); err != nil {
		return nil, err
	}
	if err := checkPercentiles(percentiles); err != nil {
		return nil, err
	}
	last, err := s.height(tag)
	if err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.ServerError, "request beyond head block: requested %d, head %d", tag.Number, s.chain.Head().Header.Height)
	}
	blocks := min(uint64(count), s.limits.FeeHistory, last+1)
	view := &feeHistoryView{
		OldestBlock: quantity.Uint64(last + 1 - blocks), BaseFee: []quantity.Word{}, GasUsedRatio: []float64{},
		BlobBaseFee: []quantity.Uint64{}, BlobGasUsedRatio: []float64{},
	}
	if blocks == 0 {
		view.OldestBlock = 0
		return view, nil
	}
	for height := last + 1 - blocks; height <= last; height++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.addFees(view, height, percentiles); err != nil {
			return nil, err
		}
	}
	next, err := s.feesOf(last + 1)
	view.BaseFee = append(view.BaseFee, quantity.Word(next.BaseFee))
	view.BlobBaseFee = append(view.BlobBaseFee, 1)
	return view, err
}

// feesOf returns the fees in force for a block; it may be the one to come.
func (s *Service) feesOf(height uint64) (chain.Fees, error) {
	if head := s.chain.Head(); height > head.Header.Height {
		return head.Parameters.Fees, nil
	}
	block, err := s.chain.BlockAt(height)
	if err != nil {
		return chain.Fees{}, err
	}
	return block.Fees, nil
}

func (s *Service) addFees(view *feeHistoryView, height uint64, percentiles []float64) error {
	block, err := s.chain.BlockAt(height)
	if err != nil {
		return err
	}
	view.BaseFee = append(view.BaseFee, quantity.Word(block.Fees.BaseFee))
	view.BlobBaseFee = append(view.BlobBaseFee, 1)
	view.BlobGasUsedRatio = append(view.BlobGasUsedRatio, 0)
	view.GasUsedRatio = append(view.GasUsedRatio, float64(block.Results.GasUsed())/float64(block.Header.GasLimit))
	if len(percentiles) > 0 {
		view.Reward = append(view.Reward, rewards(block, percentiles))
	}
	return nil
}

func checkPercentiles(percentiles []float64) error {
	if len(percentiles) > 100 {
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "over the query limit 100")
	}
	for i, p := range percentiles {
		if p < 0 || p > 100 || i > 0 && p <= percentiles[i-1] {
			return jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid reward percentile: %v", p)
		}
	}
	return nil
}

// rewards returns the tips at the percentiles of a block's gas, in rising order
// of tip.
func rewards(block *node.Block, percentiles []float64) []quantity.Word {
	type paid struct {
		tip chain.Word
		gas uint64
	}
	list := make([]paid, 0, len(block.Transactions))
	for i := range block.Transactions {
		tip, under := effectivePrice(&block.Transactions[i], block.Fees.BaseFee).Sub(block.Fees.BaseFee)
		if under {
			tip = chain.Word{}
		}
		list = append(list, paid{tip, block.Results.Transactions[i].Receipt.GasUsed})
	}
	slices.SortStableFunc(list, func(a, b paid) int { return a.tip.Cmp(b.tip) })
	answer := make([]quantity.Word, len(percentiles))
	if len(list) == 0 {
		return answer
	}
	at, sum := 0, list[0].gas
	for i, p := range percentiles {
		threshold := uint64(float64(block.Results.GasUsed()) * p / 100)
		for sum < threshold && at < len(list)-1 {
			at++
			sum += list[at].gas
		}
		answer[i] = quantity.Word(list[at].tip)
	}
	return answer
}
