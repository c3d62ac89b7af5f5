package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Name is the VM's name in a registry.
const Name = "native"

// Module is one native contract.
type Module interface {
	// Address is where the module stands, in the range of chain.SystemAddress.
	Address() chain.Address
	// Functions lists what can be called.
	Functions() []Function
}

// Function is one callable function of a module.
type Function struct {
	Signature string // canonical, such as "setBaseFee(uint256)"
	Gas       uint64 // price of a call
	Writes    bool   // refused in read-only frames
	// Run executes a call. A revert is a *Revert; any other error is a fault.
	Run func(env contract.Env, frame contract.Frame, arguments Arguments) ([]byte, error)
}

// VM runs native modules. It is safe for concurrent use.
type VM struct {
	modules   map[chain.Address]map[[4]byte]Function
	addresses []chain.Address
}

// New returns a VM over the given modules. Two modules at one address, or an
// address outside the system range, are a programming error.
func New(modules ...Module) (*VM, error) {
	v := &VM{modules: make(map[chain.Address]map[[4]byte]Function)}
	for _, module := range modules {
		address := module.Address()
		if !chain.IsSystemAddress(address) || v.modules[address] != nil {
			return nil, fmt.Errorf("native: module address %s is taken or outside the system range", address)
		}
		v.modules[address] = make(map[[4]byte]Function)
		for _, function := range module.Functions() {
			v.modules[address][Selector(function.Signature)] = function
		}
		v.addresses = append(v.addresses, address)
	}
	slices.SortFunc(v.addresses, func(a, b chain.Address) int { return bytes.Compare(a[:], b[:]) })
	return v, nil
}

// Name implements contract.VM.
func (v *VM) Name() string { return Name }

// Accepts implements contract.VM.
func (v *VM) Accepts(address chain.Address, _ []byte) bool { return v.modules[address] != nil }

// Addresses implements contract.Modules.
func (v *VM) Addresses() []chain.Address { return v.addresses }

// Begin implements contract.VM. Modules are the same under all rules versions so
// far; one that changes asks env.Block.
func (v *VM) Begin(env contract.Env, _ uint64) (contract.Session, error) {
	return &session{vm: v, env: env}, nil
}

type session struct {
	vm  *VM
	env contract.Env
}

// Close implements contract.Session.
func (*session) Close() {}

// Run implements contract.Session.
func (s *session) Run(ctx context.Context, frame contract.Frame) contract.Outcome {
	if trace := s.env.Trace(); trace != nil {
		trace.Enter(frame)
		outcome := s.run(ctx, frame)
		trace.Exit(frame.Depth, outcome, frame.Gas-outcome.GasLeft)
		return outcome
	}
	return s.run(ctx, frame)
}

func (s *session) run(ctx context.Context, frame contract.Frame) contract.Outcome {
	if err := ctx.Err(); err != nil {
		return contract.Outcome{Err: err}
	}
	if frame.Kind != contract.Call && frame.Kind != contract.StaticCall {
		return contract.Outcome{Err: fmt.Errorf("%w: a native module runs as itself only", contract.ErrInvalidCode)}
	}
	if len(frame.Input) < 4 {
		return reverted(frame.Gas, "no function: the input is shorter than a selector")
	}
	function, ok := s.vm.modules[frame.Code][[4]byte(frame.Input[:4])]
	if !ok {
		return reverted(frame.Gas, "no such function")
	}
	return s.call(frame, function)
}

func (s *session) call(frame contract.Frame, function Function) contract.Outcome {
	readOnly := frame.ReadOnly || frame.Kind == contract.StaticCall
	switch {
	case frame.Gas < function.Gas:
		return contract.Outcome{Err: contract.ErrOutOfGas}
	case readOnly && function.Writes:
		return contract.Outcome{Err: contract.ErrReadOnly}
	case !frame.Value.IsZero():
		return reverted(frame.Gas-function.Gas, "the function takes no value")
	}
	left := frame.Gas - function.Gas
	mark := s.env.State().Snapshot()
	output, err := function.Run(s.env, frame, Arguments(frame.Input[4:]))
	var revert *Revert
	switch {
	case err == nil:
		return contract.Outcome{Output: output, GasLeft: left}
	case errors.As(err, &revert):
		s.env.State().Revert(mark)
		return reverted(left, revert.Reason)
	}
	s.env.State().Revert(mark)
	return contract.Outcome{Err: err}
}

// Revert is how a module undoes a call and says why.
type Revert struct{ Reason string }

// Error implements error.
func (r *Revert) Error() string { return r.Reason }

func reverted(gas uint64, reason string) contract.Outcome {
	return contract.Outcome{Output: EncodeError(reason), GasLeft: gas, Err: contract.ErrRevert}
}
