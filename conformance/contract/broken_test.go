package contract_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Each of these VMs breaks the rule that it is named for.

func TestEveryRuleCanFail(t *testing.T) {
	broken := map[string]conformance.Direction{}
	for _, group := range []map[string]conformance.Direction{
		brokenIdentities(), brokenOutcomes(), brokenGas(), brokenUndo(), brokenStatic(), brokenLimits(), brokenValues(), brokenTraces(), brokenManners(),
	} {
		maps.Copy(broken, group)
	}
	conformance.Refute(t, direction(func(*altered) {}), broken)
}

func TestAKnownDeviationIsReportedWithItsReason(t *testing.T) {
	report := conformance.Execute(t.Context(), deviating("deterministic", "it throws dice"), "dice")
	for _, result := range report.Results {
		if result.Rule != "deterministic" {
			continue
		}
		if result.Outcome != conformance.NotApplicable || len(result.Reasons) != 1 || result.Reasons[0] != "known deviation: it throws dice" {
			t.Errorf("%s: %q", result.Outcome, result.Reasons)
		}
	}
}

func brokenIdentities() map[string]conformance.Direction {
	var made atomic.Int64
	return map[string]conformance.Direction{
		"name-and-acceptance": direction(func(a *altered) {
			name := string(rune('a' + made.Add(1)%26))
			a.name = func() string { return name }
		}),
		// A version that is not known runs as the newest.
		"unknown-rules-refused": direction(func(a *altered) { a.rules = func(uint64) uint64 { return 1 } }),
		"precompiles-ascend": direction(func(a *altered) {
			a.precompiles = func(list []chain.Address) []chain.Address { slices.Reverse(list); return list }
		}),
	}
}

func brokenOutcomes() map[string]conformance.Direction {
	var calls atomic.Int64
	return map[string]conformance.Direction{
		"output-is-returned": after(func(_ contract.Frame, o *contract.Outcome) { o.Output = bytes.TrimLeft(o.Output, "\x00") }),
		// The output is a slice of the input's memory.
		"input-is-borrowed": after(func(frame contract.Frame, o *contract.Outcome) {
			if bytes.Equal(o.Output, frame.Input) {
				o.Output = frame.Input
			}
		}),
		// Gas depends on what has been cached.
		"deterministic": after(func(_ contract.Frame, o *contract.Outcome) {
			if calls.Add(1)%2 == 0 && o.GasLeft > 0 {
				o.GasLeft--
			}
		}),
		// Results are cached by address, over the end of the transaction.
		"transactions-share-nothing": direction(func(a *altered) {
			var first atomic.Pointer[contract.Outcome]
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				o := r.Run(ctx, frame)
				first.CompareAndSwap(nil, &o)
				return *first.Load()
			}
		}),
		// Modules are called without input.
		"modules-are-reached": direction(func(a *altered) {
			a.env = func(env contract.Env) contract.Env { return deafEnv{env} }
		}),
	}
}

type deafEnv struct{ contract.Env }

func (e deafEnv) Call(ctx context.Context, frame contract.Frame) contract.Outcome {
	frame.Input = nil
	return e.Env.Call(ctx, frame)
}

func brokenGas() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// A refund is paid out inside the frame.
		"gas-stays-within-given": after(func(_ contract.Frame, o *contract.Outcome) {
			if o.Err == nil {
				o.GasLeft += 19_900
			}
		}),
		// Small amounts are rounded up.
		"work-costs-gas": direction(func(a *altered) {
			a.frame = func(frame contract.Frame) contract.Frame { frame.Gas += 100_000; return frame }
		}),
		"fault-spends-all": after(func(_ contract.Frame, o *contract.Outcome) {
			if isFault(o.Err) {
				o.GasLeft = 1
			}
		}),
		"faults-are-named": direction(func(a *altered) { a.foreignErrors = true }),
	}
}

func brokenUndo() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"revert-leaves-gas-and-reason": after(func(_ contract.Frame, o *contract.Outcome) {
			if errors.Is(o.Err, contract.ErrRevert) {
				o.GasLeft = 0
			}
		}),
		// Nothing is ever undone.
		"undone-frame-leaves-nothing": stateful(func(s contract.State) contract.State { return neverUndone{s} }),
		// Marks are forgotten: every revert goes back to the start.
		"inner-undo-spares-outer": stateful(func(s contract.State) contract.State { return undoneToTheStart{s, s.Snapshot()} }),
	}
}

// stateful alters what the VM sees as state.
func stateful(wrap func(contract.State) contract.State) conformance.Direction {
	return direction(func(a *altered) {
		a.strictness = strictness{anyEvent: true}
		a.env = func(env contract.Env) contract.Env { return otherState{env, wrap(env.State())} }
	})
}

type otherState struct {
	contract.Env
	state contract.State
}

func (e otherState) State() contract.State { return e.state }

type neverUndone struct{ contract.State }

func (neverUndone) Revert(int) {}

type undoneToTheStart struct {
	contract.State
	start int
}

func (s undoneToTheStart) Revert(int) { s.State.Revert(s.start) }

func brokenStatic() map[string]conformance.Direction {
	// A read-only frame runs like any other.
	writable := direction(func(a *altered) {
		a.frame = func(frame contract.Frame) contract.Frame {
			frame.ReadOnly = false
			if frame.Kind == contract.StaticCall {
				frame.Kind = contract.Call
			}
			return frame
		}
	})
	return map[string]conformance.Direction{
		"static-write-refused": writable,
		"static-holds-below":   writable,
		// Every call is taken for a write.
		"static-reads-allowed": after(func(frame contract.Frame, o *contract.Outcome) {
			if frame.ReadOnly {
				*o = contract.Outcome{Err: contract.ErrReadOnly}
			}
		}),
		"read-only-in-every-kind": direction(func(a *altered) { a.kindsMayWrite = true }),
	}
}

func brokenLimits() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Depth starts again when the contract is entered again.
		"depth-is-limited": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				r.Run(ctx, frame)
				return r.Run(ctx, frame)
			}
		}),
		"entry-depth-counts": direction(func(a *altered) { a.anyDepth = true }),
		// Code beyond the limit is cut off.
		"code-size-is-limited": after(func(_ contract.Frame, o *contract.Outcome) {
			if errors.Is(o.Err, contract.ErrCodeSize) {
				o.Err = nil
			}
		}),
		"limits-are-the-chains": direction(func(a *altered) {
			a.env = func(env contract.Env) contract.Env { return defaultLimits{env} }
		}),
		"event-size-is-limited": direction(func(a *altered) { a.anyEvent = true }),
	}
}

func brokenValues() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// The value is credited and not debited.
		"value-moves-exactly": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				before := r.env.State().Balance(frame.Caller)
				o := r.Run(ctx, frame)
				r.env.State().SetBalance(frame.Caller, before)
				return o
			}
		}),
		// What is missing is minted.
		"value-needs-balance": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				if r.env.State().Balance(frame.Caller).Cmp(frame.Value) < 0 {
					r.env.State().SetBalance(frame.Caller, frame.Value)
				}
				return r.Run(ctx, frame)
			}
		}),
		// Initcode is stored, and not run.
		"create-makes-contract": after(func(frame contract.Frame, o *contract.Outcome) {
			if frame.Kind == contract.Create {
				o.Created = chain.Address{19: 9}
			}
		}),
		// Create2 is taken for Create.
		"create2-address": direction(func(a *altered) {
			a.frame = func(frame contract.Frame) contract.Frame {
				if frame.Kind == contract.Create2 {
					frame.Kind = contract.Create
				}
				return frame
			}
		}),
		// A creation that fails keeps the value.
		"failed-create-leaves-no-contract": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				o := r.Run(ctx, frame)
				if o.Err != nil && frame.Kind == contract.Create {
					r.env.State().SetBalance(frame.Caller, chain.Word{})
				}
				return o
			}
		}),
	}
}

func brokenTraces() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// A frame that faults is not closed.
		"trace-nests": tracing(func(trace contract.Trace) contract.Trace { return unclosed{trace} }),
		// Tracing costs gas.
		"trace-changes-nothing": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				o := r.Run(ctx, frame)
				if r.env.Trace() != nil {
					o.GasLeft -= o.GasLeft / 64
				}
				return o
			}
		}),
		"trace-shows-events": direction(func(a *altered) { a.silentEvents = true }),
	}
}

type unclosed struct{ contract.Trace }

func (u unclosed) Exit(depth int, o contract.Outcome, used uint64) {
	if !isFault(o.Err) {
		u.Trace.Exit(depth, o, used)
	}
}

func brokenManners() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// It stops, but says that the program ended.
		"cancelled-query-stops": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				o := r.Run(ctx, frame)
				if ctx.Err() != nil {
					o.Err = contract.ErrOutOfGas
				}
				return o
			}
		}),
		// One instruction was forgotten.
		"garbage-is-harmless": direction(func(a *altered) {
			a.run = func(r runner, ctx context.Context, frame contract.Frame) contract.Outcome {
				if code := r.env.State().Code(frame.Code); len(code) > 0 && code[0] == 0x0c {
					panic("no such instruction")
				}
				return r.Run(ctx, frame)
			}
		}),
	}
}
