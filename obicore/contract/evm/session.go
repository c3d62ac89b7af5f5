package evm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

type session struct {
	vm      *VM
	machine *vm.EVM
	bridges *bridges // to native modules; nil where there are none
	env     contract.Env
	ctx     context.Context // of the frame that is running, for calls into other VMs
	entered entrance
}

// entrance is the call that the interpreter is entering: it tells a precompile
// nothing, but only CALL and STATICCALL reach out to the callee's account before,
// the one by a transfer and the other by a touch. DELEGATECALL and CALLCODE,
// which run code as somebody else, do neither.
type entrance struct {
	callee common.Address
	paid   bool // the call carries value
}

// Run implements contract.Session.
func (s *session) Run(ctx context.Context, frame contract.Frame) contract.Outcome {
	s.ctx = ctx
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, s.machine.Cancel)
		defer stop()
	}
	outcome := s.run(frame)
	if s.machine.Cancelled() {
		outcome.Err = context.Cause(ctx)
	}
	return outcome
}

// Close implements contract.Session: stack and bridges are used again.
func (s *session) Close() {
	s.machine.Release()
	if s.bridges != nil {
		s.bridges.session = nil
		s.vm.bridges.Put(s.bridges)
	}
}

func (s *session) run(frame contract.Frame) (outcome contract.Outcome) {
	var (
		caller = common.Address(frame.Caller)
		target = common.Address(frame.Code)
		value  = toInt(frame.Value)
		gas    = vm.NewGasBudget(frame.Gas, 0)
		left   vm.GasBudget
		made   common.Address
		err    error
	)
	switch {
	case frame.Depth > int(s.env.Block().Limits.CallDepth):
		return contract.Outcome{GasLeft: frame.Gas, Err: contract.ErrDepth}
	case frame.ReadOnly && frame.Kind != contract.Call && frame.Kind != contract.StaticCall:
		// The interpreter has no read-only entry for these.
		return contract.Outcome{Err: contract.ErrReadOnly}
	}
	switch frame.Kind {
	case contract.Call:
		if frame.ReadOnly {
			outcome.Output, left, err = s.machine.StaticCall(caller, target, frame.Input, gas)
			break
		}
		outcome.Output, left, err = s.machine.Call(caller, target, frame.Input, gas, value)
	case contract.StaticCall:
		outcome.Output, left, err = s.machine.StaticCall(caller, target, frame.Input, gas)
	case contract.DelegateCall:
		outcome.Output, left, err = s.machine.DelegateCall(caller, common.Address(frame.Self), target, frame.Input, gas, value)
	case contract.CallCode:
		outcome.Output, left, err = s.machine.CallCode(caller, target, frame.Input, gas, value)
	case contract.Create:
		outcome.Output, made, left, err = s.machine.Create(caller, frame.Input, gas, value)
	case contract.Create2:
		outcome.Output, made, left, err = s.machine.Create2(caller, frame.Input, gas, value, toInt(frame.Salt))
	default:
		return contract.Outcome{Err: fmt.Errorf("%w: frame kind %d", contract.ErrInvalidCode, frame.Kind)}
	}
	outcome.GasLeft = left.ExecutionGas
	outcome.Created = chain.Address(made)
	outcome.Err = kernelError(err)
	return outcome
}

// kernelErrors pairs the interpreter's errors with the kernel's. Running out of
// gas comes last: the interpreter wraps other reasons in it.
var kernelErrors = [...]struct{ theirs, ours error }{
	{vm.ErrExecutionReverted, contract.ErrRevert},
	{vm.ErrDepth, contract.ErrDepth},
	{vm.ErrInsufficientBalance, contract.ErrBalance},
	{vm.ErrContractAddressCollision, contract.ErrCollision},
	{vm.ErrWriteProtection, contract.ErrReadOnly},
	{vm.ErrMaxCodeSizeExceeded, contract.ErrCodeSize},
	{vm.ErrInvalidCode, contract.ErrInvalidCode},
	{vm.ErrOutOfGas, contract.ErrOutOfGas},
}

// kernelError gives the interpreter's errors the kernel's names and keeps their
// texts, which clients match. The interpreter puts details around some errors,
// and drops the identity of one that it meets while it prices an instruction.
func kernelError(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, pair := range kernelErrors {
		switch {
		case text == pair.theirs.Error() && text == pair.ours.Error():
			return pair.ours
		case errors.Is(err, pair.theirs), strings.HasSuffix(text, ": "+pair.theirs.Error()):
			return detailed{text, pair.ours}
		}
	}
	return err
}

// detailed is a kernel error with the interpreter's text.
type detailed struct {
	text string
	kind error
}

func (d detailed) Error() string { return d.text }
func (d detailed) Unwrap() error { return d.kind }

func toInt(w chain.Word) *uint256.Int { return new(uint256.Int).SetBytes32(w[:]) }
