package contract_test

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/contract"
	"github.com/credibleledger/credibleledger/conformance/contract/evmsample"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// void is a ledger view without entries.
type void struct{}

func (void) Get(chain.StateKey) ([]byte, error) { return nil, nil }
func (void) Scan(chain.Address, chain.Space, string, func(string, []byte) bool) error {
	return nil
}

// altered is a VM of which parts can be replaced; a nil part is that of the EVM, made to
// keep every rule.
type altered struct {
	*evm.VM
	name        func() string
	accepts     func(code []byte) bool
	precompiles func(list []chain.Address) []chain.Address
	rules       func(rules uint64) uint64
	env         func(env contract.Env) contract.Env
	frame       func(frame contract.Frame) contract.Frame
	run         func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome
	state       func(state contract.State) contract.State
	strictness  // what is not switched off
}

// strictness switches off single corrections of the EVM, also those that the EVM makes
// itself.
type strictness struct {
	kindsMayWrite, anyDepth, anyEvent, silentEvents, foreignErrors bool
}

// runner is the session that an altered run stands on.
type runner struct {
	contract.Session
	env contract.Env
}

func direction(alter func(a *altered)) conformance.Direction {
	return conformant.Direction(conformant.Subject{
		New: func() contract.VM {
			a := &altered{VM: evm.New()}
			alter(a)
			return a
		},
		Rules:    1,
		NewState: func() contract.State { return state.New(void{}) },
		Samples:  evmsample.Samples(),
	})
}

func (a *altered) Name() string {
	if a.name != nil {
		return a.name()
	}
	return a.VM.Name()
}

func (a *altered) Accepts(at chain.Address, code []byte) bool {
	if a.accepts != nil {
		return a.accepts(code)
	}
	return a.VM.Accepts(at, code)
}

func (a *altered) Precompiles(rules uint64) []chain.Address {
	list := a.VM.Precompiles(rules)
	if a.precompiles != nil {
		return a.precompiles(list)
	}
	return list
}

func (a *altered) Begin(env contract.Env, rules uint64) (contract.Session, error) {
	if a.rules != nil {
		rules = a.rules(rules)
	}
	if a.env != nil {
		env = a.env(env)
	}
	watched := &strictEnv{Env: env, altered: a}
	session, err := a.VM.Begin(watched, rules)
	if err != nil {
		return nil, err
	}
	return &strictSession{Session: session, env: watched, altered: a}, nil
}

// strictSession bounds events, which the EVM leaves to gas, and does without what is switched off.
type strictSession struct {
	contract.Session
	env *strictEnv
	*altered
}

func (s *strictSession) Run(ctx context.Context, frame contract.Frame) contract.Outcome {
	if s.frame != nil {
		frame = s.frame(frame)
	}
	if s.altered.run != nil {
		return s.altered.run(runner{strictRun{s}, s.env}, ctx, frame)
	}
	return s.strict(ctx, frame)
}

// strictRun is the session without the altered run.
type strictRun struct{ *strictSession }

func (s strictRun) Run(ctx context.Context, frame contract.Frame) contract.Outcome {
	return s.strict(ctx, frame)
}

func (s *strictSession) strict(ctx context.Context, frame contract.Frame) contract.Outcome {
	if s.kindsMayWrite && frame.Kind != contract.Call && frame.Kind != contract.StaticCall {
		frame.ReadOnly = false
	}
	if s.anyDepth {
		frame.Depth = 0
	}
	world := s.env.Env.State()
	mark := world.Snapshot()
	o := s.Session.Run(ctx, frame)
	if s.env.largest > int(s.env.Block().Limits.EventBytes) && !s.anyEvent {
		world.Revert(mark)
		o = contract.Outcome{Err: contract.ErrInvalidCode}
	}
	o.Err = s.named(o.Err)
	return o
}

// named takes the kernel's names from errors, if it is to.
func (s strictness) named(err error) error {
	if err != nil && s.foreignErrors {
		return errors.New(err.Error())
	}
	return err
}

// strictEnv sees events on their way into the state.
type strictEnv struct {
	contract.Env
	altered *altered
	largest int
}

func (e *strictEnv) State() contract.State {
	var world contract.State = &strictState{e.Env.State(), e}
	if e.altered.state != nil {
		world = e.altered.state(world)
	}
	return world
}

func (e *strictEnv) Trace() contract.Trace {
	if trace := e.Env.Trace(); trace != nil {
		return strictTrace{trace, e.altered}
	}
	return nil
}

type strictState struct {
	contract.State
	env *strictEnv
}

func (s *strictState) EmitLog(log chain.Log) {
	s.env.largest = max(s.env.largest, len(log.Data))
	s.State.EmitLog(log)
	if trace := s.env.Env.Trace(); trace != nil && !s.env.altered.silentEvents {
		trace.Log(log)
	}
}

// strictTrace leaves events to strictState.
type strictTrace struct {
	contract.Trace
	altered *altered
}

func (t strictTrace) Log(chain.Log) {}

func (t strictTrace) Exit(depth int, outcome contract.Outcome, used uint64) {
	outcome.Err = t.altered.named(outcome.Err)
	t.Trace.Exit(depth, outcome, used)
}

// after alters what a frame comes to.
func after(change func(frame contract.Frame, o *contract.Outcome)) conformance.Direction {
	return direction(func(a *altered) {
		a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
			o := r.Run(ctx, frame)
			change(frame, &o)
			return o
		}
	})
}

// tracing alters the trace that the VM reports to.
func tracing(wrap func(trace contract.Trace) contract.Trace) conformance.Direction {
	return direction(func(a *altered) {
		a.env = func(env contract.Env) contract.Env {
			if env.Trace() == nil {
				return env
			}
			return tracedEnv{env, wrap(env.Trace())}
		}
	})
}

// defaultLimits knows no limits but the defaults.
type defaultLimits struct{ contract.Env }

func (e defaultLimits) Block() contract.Block {
	block := e.Env.Block()
	block.Limits = chain.DefaultLimits()
	return block
}

type tracedEnv struct {
	contract.Env
	trace contract.Trace
}

func (e tracedEnv) Trace() contract.Trace { return e.trace }

func isFault(err error) bool { return err != nil && !errors.Is(err, contract.ErrRevert) }

// deviating is a VM with a known deviation.
func deviating(rule, reason string) conformance.Direction {
	return conformant.Direction(conformant.Subject{
		New: func() contract.VM { return evm.New() }, Rules: 1, NewState: func() contract.State { return state.New(void{}) },
		Samples: evmsample.Samples(), Deviations: map[string]string{rule: reason},
	})
}
