package eth

import (
	"bytes"
	"math"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// stateOverrides replace parts of the state for one call.
type stateOverrides map[quantity.Address]accountOverride

type accountOverride struct {
	Nonce     *quantity.Uint64                 `json:"nonce"`
	Code      *quantity.Bytes                  `json:"code"`
	Balance   *quantity.Word                   `json:"balance"`
	State     *map[quantity.Hash]quantity.Hash `json:"state"`
	StateDiff map[quantity.Hash]quantity.Hash  `json:"stateDiff"`
	Move      *quantity.Address                `json:"movePrecompileToAddress"`
}

// apply makes the overrides and turns them into the ground that calls stand on.
func (o stateOverrides) apply(world *state.State, executor *execution.Executor, rules uint64) error {
	if len(o) == 0 {
		return nil
	}
	owners := make([]quantity.Address, 0, len(o))
	for owner := range o {
		owners = append(owners, owner)
	}
	slices.SortFunc(owners, func(a, b quantity.Address) int { return bytes.Compare(a[:], b[:]) })
	precompiles := executor.Precompiles(rules)
	for _, owner := range owners {
		override := o[owner]
		if err := override.check(owner.Value(), slices.Contains(precompiles, owner.Value())); err != nil {
			return err
		}
		override.apply(world, owner.Value(), executor.CodeHash)
	}
	world.Finish()
	return world.Err()
}

// check refuses what cannot be overridden: precompiled contracts of this chain
// stay where they are.
func (o *accountOverride) check(owner chain.Address, precompile bool) error {
	switch {
	case o.Move != nil && !precompile:
		return jsonrpc.Errorf(jsonrpc.ServerError, "account %s is not a precompile", owner)
	case o.Move != nil:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "movePrecompileToAddress is not supported: precompiled contracts of this chain stay where they are")
	case o.Code != nil && precompile:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "the code of precompiled contract %s cannot be overridden", owner)
	case o.State != nil && o.StateDiff != nil:
		return jsonrpc.Errorf(jsonrpc.ServerError, "account %s has both 'state' and 'stateDiff'", owner)
	}
	return nil
}

func (o *accountOverride) apply(world *state.State, owner chain.Address, codeHash func([]byte) chain.Hash) {
	if o.Nonce != nil {
		world.SetNonce(owner, uint64(*o.Nonce))
	}
	if o.Code != nil {
		world.SetCode(owner, *o.Code, codeHash(*o.Code))
	}
	if o.Balance != nil {
		world.SetBalance(owner, o.Balance.Value())
	}
	slots := o.StateDiff
	if o.State != nil {
		world.ClearStorage(owner)
		slots = *o.State
	}
	for slot, value := range slots {
		world.SetSlot(owner, chain.Word(slot), chain.Word(value))
	}
}

// blockOverrides replace parts of the block context for one call.
type blockOverrides struct {
	Number     *quantity.Uint64  `json:"number"`
	Time       *quantity.Uint64  `json:"time"`
	GasLimit   *quantity.Uint64  `json:"gasLimit"`
	Coinbase   *quantity.Address `json:"feeRecipient"`
	Randomness *quantity.Hash    `json:"prevRandao"`
	BaseFee    *quantity.Word    `json:"baseFeePerGas"`
	BlobFee    *quantity.Word    `json:"blobBaseFee"`
}

func (o *blockOverrides) apply(block *execution.Block) {
	if o == nil {
		return
	}
	if o.Number != nil {
		block.Height = uint64(*o.Number)
	}
	if o.Time != nil {
		block.Time = min(uint64(*o.Time), math.MaxUint64/1000) * 1000
	}
	if o.GasLimit != nil {
		block.GasLimit = uint64(*o.GasLimit)
	}
	if o.Coinbase != nil {
		block.Coinbase = o.Coinbase.Value()
	}
	if o.Randomness != nil {
		block.Randomness = o.Randomness.Value()
	}
	if o.BaseFee != nil {
		block.BaseFee = o.BaseFee.Value()
	}
	if o.BlobFee != nil {
		block.BlobFee = o.BlobFee.Value()
	}
}
