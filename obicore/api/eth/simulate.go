package eth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// Limits of one eth_simulateV1 request, as go-ethereum has them.
const (
	maxSimulatedBlocks        = 256
	maxSimulatedCallsPerBlock = 5_000
	maxSimulatedCalls         = 10_000
	simulatedInterval         = 12 // seconds between blocks without a time of their own
)

// The error codes of eth_simulateV1 (execution-apis).
const (
	codeNonceTooLow       = -38010
	codeNonceTooHigh      = -38011
	codeBaseFeeTooLow     = -38012
	codeIntrinsicGas      = -38013
	codeInsufficientFunds = -38014
	codeBlockGasLimit     = -38015
	codeBlockNumber       = -38020
	codeBlockTime         = -38021
	codeSenderNotEOA      = -38024
	codeInitcode          = -38025
	codeClientLimit       = -38026
	codeVMError           = -32015
)

// simulation is what a client asks for.
type simulation struct {
	Blocks           []simulatedBlock `json:"blockStateCalls"`
	TraceTransfers   bool             `json:"traceTransfers"`
	Validation       bool             `json:"validation"`
	FullTransactions bool             `json:"returnFullTransactions"`
}

// simulatedBlock is one block to simulate. Unknown members of the overrides are
// refused.
type simulatedBlock struct {
	Block  simulatedOverrides `json:"blockOverrides"`
	States stateOverrides     `json:"stateOverrides"`
	Calls  []arguments        `json:"calls"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *simulatedBlock) UnmarshalJSON(input []byte) error {
	var raw struct {
		Block  json.RawMessage                      `json:"blockOverrides"`
		States map[quantity.Address]json.RawMessage `json:"stateOverrides"`
		Calls  []arguments                          `json:"calls"`
	}
	if err := json.Unmarshal(input, &raw); err != nil {
		return err
	}
	b.Calls, b.States = raw.Calls, make(stateOverrides, len(raw.States))
	if err := decodeOverride(raw.Block, &b.Block, "block override"); err != nil {
		return err
	}
	for owner, given := range raw.States {
		var override accountOverride
		if err := decodeOverride(given, &override, "state override for "+owner.String()); err != nil {
			return err
		}
		b.States[owner] = override
	}
	return nil
}

// decodeOverride refuses unknown members in go-ethereum's words.
func decodeOverride(input json.RawMessage, into any, what string) error {
	if len(input) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err != nil && strings.HasPrefix(err.Error(), "json: unknown field") {
		return fmt.Errorf("%s in %s", strings.TrimPrefix(err.Error(), "json: "), what)
	}
	return err
}

// simulatedOverrides are the block overrides of eth_simulateV1.
type simulatedOverrides struct {
	blockOverrides
	Difficulty  *quantity.Word     `json:"difficulty"`
	BeaconRoot  *quantity.Hash     `json:"beaconRoot"`
	Withdrawals *[]json.RawMessage `json:"withdrawals"`
}

// check refuses what a block of this chain does not have.
func (o *simulatedOverrides) check(height uint64) error {
	switch {
	case o.Difficulty != nil:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "block %d: difficulty override is not allowed after the merge", height)
	case o.Withdrawals != nil && len(*o.Withdrawals) > 0:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "block %d: there are no withdrawals on this chain", height)
	}
	return nil
}

func (r *simulation) check() error {
	if len(r.Blocks) == 0 {
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "empty input")
	}
	if len(r.Blocks) > maxSimulatedBlocks {
		return jsonrpc.Errorf(codeClientLimit, "too many blocks")
	}
	total := 0
	for i := range r.Blocks {
		count := len(r.Blocks[i].Calls)
		if count > maxSimulatedCallsPerBlock {
			return jsonrpc.Errorf(codeClientLimit, "too many calls in block: %d > %d", count, maxSimulatedCallsPerBlock)
		}
		if total += count; total > maxSimulatedCalls {
			return jsonrpc.Errorf(codeClientLimit, "too many calls: %d > %d", total, maxSimulatedCalls)
		}
	}
	return nil
}

// simulate serves eth_simulateV1: calls in blocks that never become part of the
// chain.
func (s *Service) simulate(ctx context.Context, params jsonrpc.Params) (result any, err error) {
	var request simulation
	if err := params.Decode(0, true, &request); err != nil {
		return nil, err
	}
	tag, err := tagAt(params, 1)
	if err != nil {
		return nil, err
	}
	if err := request.check(); err != nil {
		return nil, err
	}
	err = s.bounded(ctx, func(ctx context.Context) error {
		sim, err := s.newSimulator(tag, &request)
		if err != nil {
			return err
		}
		defer sim.view.Close()
		result, err = sim.run(ctx, request.Blocks)
		return err
	})
	return result, err
}

// refusedCall gives a call that cannot start the code that clients know.
func refusedCall(err error) error {
	var refused *execution.InvalidError
	if !errors.As(err, &refused) {
		return err
	}
	code := jsonrpc.InternalError
	for _, known := range refusalCodes {
		if errors.Is(refused, known.err) {
			code = known.code
		}
	}
	return jsonrpc.Errorf(code, "%v", refused)
}

var refusalCodes = []struct {
	err  error
	code int
}{
	{execution.ErrNonceTooHigh, codeNonceTooHigh},
	{execution.ErrNonceTooLow, codeNonceTooLow},
	{execution.ErrSenderNotEOA, codeSenderNotEOA},
	{execution.ErrTipAboveFeeCap, jsonrpc.InvalidParams},
	{execution.ErrFeeCapTooLow, codeBaseFeeTooLow},
	{execution.ErrInsufficientFunds, codeInsufficientFunds},
	{execution.ErrIntrinsicGas, codeIntrinsicGas},
	{execution.ErrInitcode, codeInitcode},
}

// fillGaps returns the blocks with number and time for each, and empty blocks
// where numbers were left out. Numbers and times must rise.
func fillGaps(blocks []simulatedBlock, height, seconds uint64) ([]simulatedBlock, error) {
	base, filled := height, make([]simulatedBlock, 0, len(blocks))
	add := func(block simulatedBlock, number, time uint64) {
		height, seconds = number, time
		block.Block.Number, block.Block.Time = (*quantity.Uint64)(&number), (*quantity.Uint64)(&time)
		filled = append(filled, block)
	}
	for _, block := range blocks {
		number, time := height+1, uint64(0)
		if block.Block.Number != nil {
			number = uint64(*block.Block.Number)
		}
		if number <= height {
			return nil, jsonrpc.Errorf(codeBlockNumber, "block numbers must be in order: %d <= %d", number, height)
		}
		if number-base > maxSimulatedBlocks {
			return nil, jsonrpc.Errorf(codeClientLimit, "too many blocks")
		}
		for height+1 < number {
			add(simulatedBlock{}, height+1, seconds+simulatedInterval)
		}
		time = seconds + simulatedInterval
		if block.Block.Time != nil {
			time = uint64(*block.Block.Time)
		}
		if time <= seconds || time > maxSimulatedTime {
			return nil, jsonrpc.Errorf(codeBlockTime, "block timestamps must be in order: %d <= %d", time, seconds)
		}
		if err := block.Block.check(number); err != nil {
			return nil, err
		}
		add(block, number, time)
	}
	return slices.Clip(filled), nil
}

// maxSimulatedTime in seconds keeps times in milliseconds within 64 bits.
const maxSimulatedTime = 1 << 50
