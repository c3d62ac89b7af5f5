package execution

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// environment is what the sessions of one transaction see; it routes frames to
// the VM of their code.
type environment struct {
	*application
	sessions map[contract.VM]contract.Session
}

var _ contract.Env = (*environment)(nil)

// Block implements contract.Env.
func (e *environment) Block() contract.Block { return e.block.Block }

// Transaction implements contract.Env.
func (e *environment) Transaction() contract.TransactionContext {
	return contract.TransactionContext{
		Origin: e.message.Sender, GasPrice: e.price.Bytes32(), BlobHashes: e.message.BlobHashes,
	}
}

// State implements contract.Env.
func (e *environment) State() contract.State { return e.world }

// Trace implements contract.Env.
func (e *environment) Trace() contract.Trace { return e.trace }

// Natives implements contract.Env.
func (e *environment) Natives() []chain.Address { return e.x.natives }

// Call implements contract.Env.
func (e *environment) Call(ctx context.Context, frame contract.Frame) contract.Outcome {
	return e.enter(ctx, frame)
}

func (e *environment) enter(ctx context.Context, frame contract.Frame) contract.Outcome {
	if e.onlyMoves(frame) {
		return e.move(frame)
	}
	session, err := e.session(e.machine(frame))
	if err != nil {
		return contract.Outcome{Err: err}
	}
	return session.Run(ctx, frame)
}

// onlyMoves reports whether a frame does nothing but move value: a call of an
// account without code. No machine is started for it, which for a plain transfer
// would cost more than everything else.
func (e *environment) onlyMoves(frame contract.Frame) bool {
	return frame.Kind == contract.Call && !frame.ReadOnly && e.trace == nil && len(e.world.Code(frame.Code)) == 0 &&
		!e.x.isPrecompile(e.rules.Version, frame.Code) && !e.world.BalanceInt(frame.Caller).Lt(integer(frame.Value))
}

func (e *environment) move(frame contract.Frame) contract.Outcome {
	switch {
	case !frame.Value.IsZero():
		e.world.SubBalance(frame.Caller, integer(frame.Value))
		e.world.AddBalance(frame.Self, integer(frame.Value))
	case e.world.Exists(frame.Self):
		e.world.Touch(frame.Self)
	}
	return contract.Outcome{GasLeft: frame.Gas}
}

func (e *environment) machine(frame contract.Frame) contract.VM {
	if frame.Kind == contract.Create || frame.Kind == contract.Create2 {
		return e.pick(chain.Address{}, frame.Input)
	}
	return e.pick(frame.Code, e.world.Code(frame.Code))
}

func (e *environment) pick(address chain.Address, code []byte) contract.VM {
	for _, machine := range e.x.machines {
		if machine.Accepts(address, code) {
			return machine
		}
	}
	return nil
}

// close ends the sessions of the transaction.
func (e *environment) close() {
	for _, session := range e.sessions {
		session.Close()
	}
}

func (e *environment) session(machine contract.VM) (contract.Session, error) {
	if machine == nil {
		return nil, contract.ErrNoVM
	}
	if session, ok := e.sessions[machine]; ok {
		return session, nil
	}
	session, err := machine.Begin(e, e.rules.Version)
	if err != nil {
		return nil, err
	}
	if e.sessions == nil {
		e.sessions = make(map[contract.VM]contract.Session)
	}
	e.sessions[machine] = session
	return session, nil
}
