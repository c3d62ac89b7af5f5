package evm

import (
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// hooks translates the interpreter's events into the kernel's.
func hooks(trace contract.Trace, state contract.State) *tracing.Hooks {
	return &tracing.Hooks{
		OnEnter: func(depth int, kind byte, from, to common.Address, input []byte, gas uint64, value *big.Int) {
			trace.Enter(frameOf(depth, kind, from, to, input, gas, value))
		},
		OnExit: func(depth int, output []byte, gasUsed uint64, err error, _ bool) {
			trace.Exit(depth, contract.Outcome{Output: output, Err: kernelError(unwrapVM(err))}, gasUsed)
		},
		OnOpcode: func(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, data []byte, depth int, err error) {
			trace.Step(stepOf(pc, op, gas, cost, scope, data, depth, state.Refund(), err))
		},
		OnFault: func(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, depth int, err error) {
			trace.Step(stepOf(pc, op, gas, cost, scope, nil, depth, state.Refund(), err))
		},
	}
}

func frameOf(depth int, kind byte, from, to common.Address, input []byte, gas uint64, value *big.Int) contract.Frame {
	frame := contract.Frame{
		Caller: chain.Address(from), Self: chain.Address(to), Code: chain.Address(to),
		Gas: gas, Depth: depth, Input: input,
	}
	if value != nil {
		frame.Value, _ = chain.WordFromBig(value)
	}
	switch vm.OpCode(kind) {
	case vm.STATICCALL:
		frame.Kind, frame.ReadOnly = contract.StaticCall, true
	case vm.DELEGATECALL:
		frame.Kind, frame.Self = contract.DelegateCall, chain.Address(from)
	case vm.CALLCODE:
		frame.Kind, frame.Self = contract.CallCode, chain.Address(from)
	case vm.CREATE:
		frame.Kind = contract.Create
	case vm.CREATE2:
		frame.Kind = contract.Create2
	case vm.SELFDESTRUCT:
		frame.Kind = contract.Destroy
	}
	return frame
}

func stepOf(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, data []byte, depth int, refund uint64, err error) contract.Step {
	return contract.Step{
		PC: pc, Op: op, OpName: vm.OpCode(op).String(), Gas: gas, Cost: cost, Depth: depth, Refund: refund,
		Self: chain.Address(scope.Address()), Machine: registers{scope, data}, Err: kernelError(unwrapVM(err)),
	}
}

// unwrapVM takes off the numbering that the interpreter puts around errors it
// hands to tracers.
func unwrapVM(err error) error {
	var wrapped *vm.VMError
	if errors.As(err, &wrapped) {
		return wrapped.Unwrap()
	}
	return err
}

// registers shows the interpreter's registers through the kernel's interface.
type registers struct {
	scope tracing.OpContext
	data  []byte
}

// Stack implements contract.Machine.
func (r registers) Stack() []chain.Word {
	stack := r.scope.StackData()
	words := make([]chain.Word, len(stack))
	for i := range stack {
		words[i] = stack[i].Bytes32()
	}
	return words
}

// Memory implements contract.Machine.
func (r registers) Memory() []byte { return r.scope.MemoryData() }

// ReturnData implements contract.Machine.
func (r registers) ReturnData() []byte { return r.data }
