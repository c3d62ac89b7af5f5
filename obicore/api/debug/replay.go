package debug

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/debug/tracer"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// ErrReplay says that a replay differs from the stored receipt.
var ErrReplay = errors.New("debug: the replay differs from the stored receipt")

// replay executes a decided block again, transaction by transaction.
type replay struct {
	executor *execution.Executor
	block    *node.Block
	view     ledger.View
	context  execution.Block
	rules    execution.Rules
	world    *state.State
	gasLeft  uint64
	next     int // transaction
	logs     int // events so far
}

// replay starts a replay of a block on the state before it.
func (s *Service) replay(block *node.Block) (*replay, error) {
	if block.Header.Height == 0 {
		return nil, errGenesis
	}
	view, err := s.chain.View(block.Header.Height - 1)
	if errors.Is(err, ledger.ErrPruned) {
		return nil, jsonrpc.Errorf(jsonrpc.ServerError, "state of block %d is pruned: %v", block.Header.Height-1, err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the state of block %d: %w", block.Header.Height-1, err)
	}
	r := &replay{executor: s.chain.Executor(), block: block, view: view, gasLeft: block.Header.GasLimit}
	if err := r.begin(s.chain); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *replay) begin(c *node.Chain) (err error) {
	if r.context, err = c.Context(r.block, r.view); err != nil {
		return err
	}
	if r.rules, err = r.executor.Rules(r.context.Rules); err != nil {
		return err
	}
	progress, err := r.executor.Begin(r.context, r.view)
	if err != nil {
		return err
	}
	r.world = progress.World()
	return nil
}

func (r *replay) close() { _ = r.view.Close() } // it was only read

// skip executes transactions without a trace until the next one is index.
func (r *replay) skip(ctx context.Context, index int) error {
	for r.next < index {
		if _, _, err := r.apply(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// scene is what a tracer sees of the next transaction.
func (r *replay) scene(message *execution.Message) tracer.Scene {
	return tracer.Scene{
		World: r.world, Block: &r.context, Message: message, FirstLog: r.logs,
		Precompiles: r.executor.Precompiles(r.rules.Version),
	}
}

func (r *replay) message() *execution.Message {
	return &execution.Message{Verified: r.block.Transactions[r.next]}
}

// apply executes the next transaction; refused is not nil when it is void.
func (r *replay) apply(ctx context.Context, trace contract.Trace) (run *execution.Run, refused *execution.InvalidError, err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, nil, err
	}
	run, err = r.executor.Apply(ctx, r.rules, &r.context, r.world, *r.message(), r.gasLeft, trace)
	stored := &r.block.Results.Transactions[r.next].Receipt
	switch {
	case errors.As(err, &refused):
		if stored.Reason != refused.Reason {
			return nil, nil, r.differs(stored, "void for reason %d", refused.Reason)
		}
	case err != nil:
		return nil, nil, err
	case stored.Void() || run.GasUsed != stored.GasUsed || run.Succeeded != (stored.Status == chain.StatusSucceeded):
		return nil, nil, r.differs(stored, "success %t, gas %d", run.Succeeded, run.GasUsed)
	default:
		r.gasLeft -= run.GasUsed
		r.logs += len(run.Logs)
	}
	r.next++
	return run, refused, nil
}

func (r *replay) differs(stored *chain.Receipt, format string, arguments ...any) error {
	return fmt.Errorf("%w: transaction %d of block %d: %s, stored are status %d, reason %d, gas %d", ErrReplay,
		r.next, r.block.Header.Height, fmt.Sprintf(format, arguments...), stored.Status, stored.Reason, stored.GasUsed)
}

// trace executes the next transaction and returns its trace.
func (r *replay) trace(session *session) (any, error) {
	t, err := session.newTracer()
	if err != nil {
		return nil, err
	}
	t.Begin(r.scene(r.message()))
	run, refused, err := r.apply(session.ctx, tracer.Clean(t))
	if err != nil {
		return nil, err
	}
	if refused != nil {
		t.Void(refused)
	} else {
		t.End(run)
	}
	return t.Result(), nil
}
