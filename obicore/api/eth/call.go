package eth

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/api/revert"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// scene is a state and block context in which calls are tried.
type scene struct {
	service *Service
	view    ledger.View
	block   execution.Block
	rules   execution.Rules
	state   stateOverrides
}

// open prepares the scene that a tag and overrides name; the caller closes it.
// Calls at a block run on the state after it, in its own context.
func (s *Service) open(tag quantity.BlockTag, states stateOverrides, block *blockOverrides) (*scene, error) {
	height, err := s.height(tag)
	if err != nil {
		return nil, err
	}
	view, err := s.view(quantity.BlockTag{Kind: quantity.BlockNumber, Number: height})
	if err != nil {
		return nil, err
	}
	c := &scene{service: s, view: view, state: states}
	if err := c.fill(tag, height, block); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *scene) fill(tag quantity.BlockTag, height uint64, overrides *blockOverrides) (err error) {
	if tag.Kind == quantity.BlockPending {
		c.block = c.service.chain.NextContext(c.view)
	} else {
		block, err := c.service.chain.BlockAt(height)
		if err != nil {
			return err
		}
		if c.block, err = c.service.chain.Context(block, c.view); err != nil {
			return err
		}
		if overrides != nil && overrides.Number != nil {
			c.showHash(block)
		}
	}
	c.block.Admit = nil
	overrides.apply(&c.block)
	c.rules, err = c.service.chain.Executor().Rules(c.block.Rules)
	return err
}

// showHash makes the hash of the block on which a call is tried visible to a call
// that is tried at a later number: a contract must not be able to tell.
func (c *scene) showHash(block *node.Block) {
	ancestor := c.block.Ancestor
	c.block.Ancestor = func(height uint64) chain.Hash {
		if height == block.Header.Height {
			return block.Hash
		}
		return ancestor(height)
	}
}

func (c *scene) close() { _ = c.view.Close() } // it was only read

// world returns a fresh overlay with the state overrides in place.
func (c *scene) world() (*state.State, error) {
	world := state.New(c.view)
	if err := c.state.apply(world, c.service.chain.Executor(), c.rules.Version); err != nil {
		return nil, err
	}
	return world, world.Err()
}

// run applies a message on a fresh overlay.
func (c *scene) run(ctx context.Context, m execution.Message, trace contract.Trace) (*execution.Run, error) {
	world, err := c.world()
	if err != nil {
		return nil, err
	}
	limit := max(c.block.GasLimit, m.Gas)
	return c.service.chain.Executor().Apply(ctx, c.rules, &c.block, world, m, limit, trace)
}

// decodeCall reads (transaction, block, state overrides, block overrides).
func (s *Service) decodeCall(params jsonrpc.Params) (args arguments, c *scene, err error) {
	tag, err := tagAt(params, 1)
	if err != nil {
		return args, nil, err
	}
	args, states, block, err := s.decodeArguments(params)
	if err != nil {
		return args, nil, err
	}
	c, err = s.open(tag, states, block)
	return args, c, err
}

// decodeArguments reads what decodeCall does, without the block.
func (s *Service) decodeArguments(params jsonrpc.Params) (args arguments, states stateOverrides, block *blockOverrides, err error) {
	if err := params.Decode(0, true, &args); err != nil {
		return args, nil, nil, err
	}
	if err := params.Decode(2, false, &states); err != nil {
		return args, nil, nil, err
	}
	if err := params.Decode(3, false, &block); err != nil {
		return args, nil, nil, err
	}
	return args, states, block, args.check(s.chain.Genesis().EVMChainID)
}

func (s *Service) call(ctx context.Context, params jsonrpc.Params) (result any, err error) {
	args, c, err := s.decodeCall(params)
	if err != nil {
		return nil, err
	}
	defer c.close()
	err = s.bounded(ctx, func(ctx context.Context) error {
		run, err := c.run(ctx, args.message(s.chain.Genesis().EVMChainID, s.limits.CallGas), nil)
		if err != nil {
			return err
		}
		result = quantity.Bytes(run.Output)
		return failure(run)
	})
	return result, err
}

// failure returns the error that clients expect of a failed call, nil when it
// succeeded.
func failure(run *execution.Run) error {
	if run.Fault == nil {
		return nil
	}
	if !errors.Is(run.Fault, contract.ErrRevert) {
		return jsonrpc.Errorf(jsonrpc.ServerError, "%v", run.Fault)
	}
	message := contract.ErrRevert.Error()
	if reason := revert.Reason(run.Output); reason != "" {
		message += ": " + reason
	}
	return &jsonrpc.Error{Code: jsonrpc.ExecutionReverted, Message: message, Data: quantity.Bytes(run.Output)}
}

// estimateSlack is the share by which an estimate may exceed the least gas; it
// saves executions.
const estimateSlack = 0.015

// callStipend is what a call with value gives its callee (yellow paper): gas that
// a limit of exactly what was used would lack.
const callStipend = 2_300

func (s *Service) estimateGas(ctx context.Context, params jsonrpc.Params) (result any, err error) {
	args, c, err := s.decodeCall(params)
	if err != nil {
		return nil, err
	}
	defer c.close()
	err = s.bounded(ctx, func(ctx context.Context) error {
		gas, err := c.estimate(ctx, &args)
		result = quantity.Uint64(gas)
		return err
	})
	return result, err
}

// estimate finds the least gas with which the call succeeds, by bisection
// between what it used and what it may use.
func (c *scene) estimate(ctx context.Context, args *arguments) (uint64, error) {
	high := c.block.GasLimit
	if args.Gas != nil && uint64(*args.Gas) >= plainTransfer {
		high = uint64(*args.Gas)
	}
	if c.rules.GasCap != 0 {
		high = min(high, c.rules.GasCap)
	}
	high = min(high, c.service.limits.CallGas)
	high, err := c.affordable(args, high)
	if err != nil {
		return 0, err
	}
	if plain, err := c.plain(ctx, args, high); err != nil || plain {
		return plainTransfer, err
	}
	run, err := c.try(ctx, args, high)
	if tooLittleGas(err) || err == nil && errors.Is(run.Fault, contract.ErrOutOfGas) {
		return 0, jsonrpc.Errorf(jsonrpc.ServerError, "gas required exceeds allowance (%d)", high)
	}
	if err != nil {
		return 0, err
	}
	if err := failure(run); err != nil {
		return 0, err
	}
	low := run.GasUsed - 1
	if guess := (run.GasPeak + callStipend) * 64 / 63; guess < high {
		if succeeded, err := c.succeeds(ctx, args, guess); err != nil {
			return 0, err
		} else if succeeded {
			high = guess
		} else {
			low = guess
		}
	}
	for low+1 < high {
		if float64(high-low)/float64(high) < estimateSlack {
			break
		}
		middle := min(low+(high-low)/2, 2*low)
		succeeded, err := c.succeeds(ctx, args, middle)
		if err != nil {
			return 0, err
		}
		if succeeded {
			high = middle
		} else {
			low = middle
		}
	}
	return high, nil
}

func (c *scene) try(ctx context.Context, args *arguments, gas uint64) (*execution.Run, error) {
	m := args.message(c.service.chain.Genesis().EVMChainID, gas)
	m.Gas = gas
	return c.run(ctx, m, nil)
}

// succeeds reports whether the call works with so much gas; too little to start
// counts as no.
func (c *scene) succeeds(ctx context.Context, args *arguments, gas uint64) (bool, error) {
	run, err := c.try(ctx, args, gas)
	if tooLittleGas(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return run.Succeeded, nil
}

// tooLittleGas reports whether a call could not start for want of gas.
func tooLittleGas(err error) bool {
	return errors.Is(err, execution.ErrIntrinsicGas) || errors.Is(err, execution.ErrFloorGas)
}

// affordable lowers the gas to what the sender can pay for at its fee cap.
func (c *scene) affordable(args *arguments, gas uint64) (uint64, error) {
	price := word(args.FeeCap)
	if args.GasPrice != nil {
		price = word(args.GasPrice)
	}
	if price.IsZero() {
		return gas, nil
	}
	world, err := c.world()
	if err != nil {
		return 0, err
	}
	available := world.Balance(args.from())
	if args.Value != nil {
		rest, under := available.Sub(args.Value.Value())
		if under {
			return 0, jsonrpc.Errorf(jsonrpc.ServerError, "insufficient funds for transfer")
		}
		available = rest
	}
	units := available.Big()
	units.Div(units, price.Big())
	if units.IsUint64() && units.Uint64() < gas {
		return units.Uint64(), nil
	}
	return gas, nil
}

// plainTransfer is the gas of a transfer to an account without code.
const plainTransfer = 21_000

// plain reports whether a call is a transfer to an account without code that
// succeeds with the least gas: then there is nothing to search for.
func (c *scene) plain(ctx context.Context, args *arguments, gas uint64) (bool, error) {
	if args.To == nil || len(args.input()) > 0 || args.AccessList != nil || args.Authorizations != nil || gas < plainTransfer {
		return false, nil
	}
	world, err := c.world()
	if err != nil || world.CodeSize(args.To.Value()) > 0 {
		return false, err
	}
	return c.succeeds(ctx, args, plainTransfer)
}
