package execution

import (
	"context"

	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// Message is a transaction to apply, with what a query may leave out.
type Message struct {
	chain.Verified
	// Query relaxes what only an ordered transaction must satisfy: nonce, sender
	// without code, gas cap, and fees when both fee caps are zero. eth_call,
	// eth_estimateGas and traces of calls use it.
	Query bool
	// Future lets the nonce be ahead of the account's: admission to a pool.
	Future bool
}

// Run is what applying one transaction came to.
type Run struct {
	Succeeded bool
	GasUsed   uint64
	GasPeak   uint64 // before refunds
	GasPrice  chain.Word
	Output    []byte        // of the last call
	Created   chain.Address // contract that a creating transaction made
	Fault     error         // why it failed; contract.ErrRevert with a reason in Output
	Logs      []chain.Log
	Writes    []chain.Write
}

// Receipt returns the receipt of an ordered transaction.
func (r *Run) Receipt() chain.Receipt {
	receipt := chain.Receipt{Status: chain.StatusFailed, GasUsed: r.GasUsed, Logs: r.Logs}
	if r.Succeeded {
		receipt.Status = chain.StatusSucceeded
	}
	return receipt
}

// Apply executes one message on world and finishes the transaction there. An
// InvalidError means that it cannot start, and that world is as before.
func (x *Executor) Apply(ctx context.Context, rules Rules, block *Block, world *state.State, m Message, gasLeft uint64, trace contract.Trace) (*Run, error) {
	a := &application{x: x, ctx: ctx, rules: rules, block: block, world: world, message: m, trace: trace}
	if err := a.check(gasLeft); err != nil {
		if fault := world.Err(); fault != nil {
			return nil, fault
		}
		return nil, err
	}
	run, err := a.execute()
	if err == nil {
		err = world.Err()
	}
	if err != nil {
		return nil, err
	}
	run.Logs = world.Logs()
	run.Writes = world.Finish()
	return run, world.Err()
}

// Check decides whether a message can start on world, and changes nothing. The
// error is an InvalidError, or a storage fault.
func (x *Executor) Check(rules Rules, block *Block, world *state.State, m Message) error {
	a := &application{x: x, rules: rules, block: block, world: world, message: m}
	err := a.check(block.GasLimit)
	if fault := world.Err(); fault != nil {
		return fault
	}
	return err
}

// application is the state of applying one message.
type application struct {
	x       *Executor
	ctx     context.Context
	rules   Rules
	block   *Block
	world   *state.State
	message Message
	trace   contract.Trace

	intrinsic uint64
	floor     uint64
	price     uint256.Int // paid for one unit of gas
	tip       uint256.Int // share of price beyond the base fee
	upfront   uint256.Int // taken from the payer before the first instruction
}

func (a *application) execute() (*Run, error) {
	m := &a.message
	a.world.SubBalance(m.Payer, &a.upfront)
	a.warm()
	env := &environment{application: a}
	defer env.close()
	run := &Run{GasPrice: a.price.Bytes32()}

	spend(a.world, &m.Verified)
	a.delegate()
	gas := m.Gas - a.intrinsic
	mark := a.world.Snapshot()
	for i := range m.Calls {
		outcome := env.enter(a.ctx, a.frame(&m.Calls[i], gas))
		if cause := context.Cause(a.ctx); cause != nil {
			return nil, cause
		}
		gas = outcome.GasLeft
		run.Output, run.Created, run.Fault = outcome.Output, outcome.Created, outcome.Err
		if outcome.Err != nil {
			if len(m.Calls) > 1 {
				a.world.Revert(mark) // a bundle happens whole or not at all
			}
			break
		}
	}
	run.Succeeded = run.Fault == nil
	a.settle(run, gas)
	return run, nil
}

func (a *application) frame(call *chain.Call, gas uint64) contract.Frame {
	frame := contract.Frame{
		Kind: contract.Call, Caller: a.message.Sender, Value: call.Value, Gas: gas, Input: call.Input,
	}
	if call.To == nil {
		frame.Kind = contract.Create
		return frame
	}
	frame.Self, frame.Code = *call.To, *call.To
	if target, delegated := chain.ParseDelegation(a.world.Code(*call.To)); a.rules.Delegation && delegated {
		a.world.Warm(target)
	}
	return frame
}

// warm fills the access lists (EIP-2929, EIP-2930, EIP-3651).
func (a *application) warm() {
	a.world.Warm(a.message.Sender)
	a.world.Warm(a.block.Coinbase)
	for i := range a.message.Calls {
		if to := a.message.Calls[i].To; to != nil {
			a.world.Warm(*to)
		}
	}
	a.world.WarmAll(a.x.Precompiles(a.rules.Version))
	for i := range a.message.Access {
		a.world.Warm(a.message.Access[i].Address)
		for _, slot := range a.message.Access[i].Slots {
			a.world.WarmSlot(a.message.Access[i].Address, slot)
		}
	}
}

// settle applies refund and floor, gives back unused gas and pays the fees.
func (a *application) settle(run *Run, gasLeft uint64) {
	if a.message.System {
		return // nothing was bought
	}
	used := a.message.Gas - gasLeft
	run.GasPeak = max(used, a.floor)
	used -= min(a.world.Refund(), used/refundQuotient)
	used = max(used, a.floor)
	run.GasUsed = used

	a.world.AddBalance(a.message.Payer, product(a.message.Gas-used, &a.price))
	fee := &a.tip
	if !a.block.BurnBase {
		fee = &a.price
	}
	a.world.AddBalance(a.block.FeeAccount, product(used, fee))
}

func product(gas uint64, price *uint256.Int) *uint256.Int {
	return new(uint256.Int).Mul(uint256.NewInt(gas), price)
}

// Call runs a read-only query: a call without fees on the state of a view.
func (x *Executor) Call(ctx context.Context, rules Rules, block *Block, view state.Reader, from, to chain.Address, input []byte, gas uint64) (*Run, error) {
	t := &chain.Transaction{Gas: gas, Calls: []chain.Call{{To: &to, Input: input}}}
	m := Message{Verified: chain.Verified{Transaction: t, Sender: from, Payer: from}, Query: true}
	return x.Apply(ctx, rules, block, state.New(view), m, max(gas, block.GasLimit), nil)
}
