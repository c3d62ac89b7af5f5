package debug

import (
	"context"
	"fmt"

	"github.com/credibleledger/credibleledger/obicore/api/debug/tracer"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/node"
)

func (s *Service) traceCall(ctx context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	var options callOptions
	if params.Raw(0) == nil {
		return nil, params.Decode(0, true, &struct{}{})
	}
	if err := params.Decode(1, false, &tag); err != nil {
		return nil, err
	}
	if err := params.Decode(2, false, &options); err != nil {
		return nil, err
	}
	block, err := s.block(tag)
	if err != nil {
		return nil, err
	}
	call, err := s.calls.Prepare(eth.CallRequest{
		Transaction: params.Raw(0), Tag: quantity.BlockTag{Kind: quantity.BlockNumber, Number: block.Header.Height},
		State: options.State, Block: options.Block,
	})
	if err != nil {
		return nil, err
	}
	defer call.Close()
	session, err := s.session(ctx, &options.traceOptions)
	if err != nil {
		return nil, err
	}
	defer session.stop()
	if options.Index != nil {
		return s.traceWithin(session, call, block, uint64(*options.Index))
	}
	world, err := call.World()
	if err != nil {
		return nil, err
	}
	return s.traceOn(session, call, world)
}

// traceWithin traces a call as if it stood before a transaction of a block.
func (s *Service) traceWithin(session *session, call *eth.PreparedCall, block *node.Block, index uint64) (any, error) {
	if index > uint64(len(block.Transactions)) {
		return nil, jsonrpc.Errorf(jsonrpc.ServerError, "transaction index %d out of range for block %s", index, block.Hash)
	}
	r, err := s.replay(block)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.skip(session.ctx, int(index)); err != nil {
		return nil, err
	}
	if err := call.Override(r.world); err != nil {
		return nil, err
	}
	return s.traceOn(session, call, r.world)
}

// traceOn executes a prepared call on a state and returns its trace.
func (s *Service) traceOn(session *session, call *eth.PreparedCall, world *state.State) (any, error) {
	t, err := session.newTracer()
	if err != nil {
		return nil, err
	}
	executor, rules := s.chain.Executor(), call.Rules()
	t.Begin(tracer.Scene{
		World: world, Block: call.Block(), Message: &call.Message, Precompiles: executor.Precompiles(rules.Version),
	})
	gas := max(call.Block().GasLimit, call.Message.Gas)
	run, err := executor.Apply(session.ctx, rules, call.Block(), world, call.Message, gas, tracer.Clean(t))
	if err != nil {
		return nil, fmt.Errorf("tracing failed: %w", err)
	}
	t.End(run)
	return t.Result(), nil
}
