package execution

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// Progress is a block being executed, transaction by transaction.
type Progress struct {
	x       *Executor
	rules   Rules
	block   Block
	world   *state.State
	results *chain.Results
	gasLeft uint64
	once    map[chain.Hash]struct{} // ids in this block that may stand in it once
}

// Begin starts a block over the state after its parent and makes the writes that
// come before its first transaction.
func (x *Executor) Begin(block Block, view state.Reader) (*Progress, error) {
	rules, err := x.table.Of(block.Rules)
	if err != nil {
		return nil, err
	}
	p := &Progress{x: x, rules: rules, block: block, world: state.New(view), gasLeft: block.GasLimit, results: &chain.Results{}}
	p.block.Included = p.includes(block.Included)
	p.results.Opening = x.open(rules, &p.block, p.world)
	return p, p.world.Err()
}

// Try executes a transaction that a proposer considers. An InvalidError means
// that it cannot start: it is not in the block, and nothing has changed.
func (p *Progress) Try(t chain.Verified) (*Run, error) {
	run, err := p.x.Apply(context.Background(), p.rules, &p.block, p.world, Message{Verified: t}, p.gasLeft, nil)
	if err != nil {
		return nil, err
	}
	p.add(&t, chain.Result{Receipt: run.Receipt(), Writes: run.Writes})
	return run, nil
}

// Include executes a transaction that has been ordered: it is in the block, void
// if it cannot start.
func (p *Progress) Include(t chain.Verified) error {
	_, err := p.Try(t)
	var refused *InvalidError
	if errors.As(err, &refused) {
		p.add(&t, chain.Result{Receipt: chain.Receipt{Status: chain.StatusFailed, Reason: refused.Reason}})
		return nil
	}
	return err
}

// includes adds this block to the blocks in which an id may not stand.
func (p *Progress) includes(before func(chain.Hash) (bool, error)) func(chain.Hash) (bool, error) {
	return func(id chain.Hash) (bool, error) {
		if _, here := p.once[id]; here || before == nil {
			return here, nil
		}
		return before(id)
	}
}

func (p *Progress) add(t *chain.Verified, result chain.Result) {
	if t.Once {
		if p.once == nil {
			p.once = make(map[chain.Hash]struct{})
		}
		p.once[t.ID] = struct{}{}
	}
	p.gasLeft -= result.Receipt.GasUsed
	p.results.Transactions = append(p.results.Transactions, result)
}

// GasLeft returns how much gas the block has left.
func (p *Progress) GasLeft() uint64 { return p.gasLeft }

// Results returns what has been executed so far, without a state root.
func (p *Progress) Results() *chain.Results { return p.results }

// World returns the state after what has been executed so far.
func (p *Progress) World() *state.State { return p.world }
