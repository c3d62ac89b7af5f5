package evm_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

var module = chain.Address{0: 0x43, 1: 0x4c, 19: 1}

// withModule is an environment in which a native module answers by a function.
type withModule struct {
	environment
	answer func(ctx context.Context, frame contract.Frame) contract.Outcome
}

func (withModule) Natives() []chain.Address { return []chain.Address{module} }
func (w withModule) Call(ctx context.Context, frame contract.Frame) contract.Outcome {
	return w.answer(ctx, frame)
}

// callOf returns code that calls the module with an instruction, without value, and goes on.
func callOf(op evm.Opcode, after ...evm.Opcode) (code []byte) {
	arguments := 5
	if op == evm.CALL || op == evm.CALLCODE {
		arguments++
	}
	code = slices.Repeat([]byte{byte(evm.PUSH0)}, arguments-1)
	code = append(append(append(code, byte(evm.PUSH1+19)), module[:]...), byte(evm.GAS), byte(op))
	for _, next := range after {
		code = append(code, byte(next))
	}
	return code
}

// answered returns the word that the instruction leaves, and what becomes of the frame.
var answered = []evm.Opcode{evm.PUSH0, evm.MSTORE, evm.PUSH1, 32, evm.PUSH0, evm.RETURN}

func TestCodeReadsAModuleWithoutShowingWhoAsks(t *testing.T) {
	for _, op := range []evm.Opcode{evm.CALL, evm.STATICCALL} {
		asked := 0
		outcome := runBeside(t, callOf(op, answered...), 100_000, func(_ context.Context, frame contract.Frame) contract.Outcome {
			asked++
			if frame.Kind != contract.StaticCall || !frame.ReadOnly || !frame.Caller.IsZero() || frame.Code != module || frame.Self != module {
				t.Errorf("%s enters the module as %+v", op, frame)
			}
			return contract.Outcome{GasLeft: 1}
		})
		if asked != 1 || outcome.Err != nil || outcome.Output[31] != 1 {
			t.Errorf("%s of a module, asked %d times: %+v", op, asked, outcome)
		}
		// Zeros pushed, PUSH20 and GAS; the cold account and the module; MSTORE of a word; RETURN.
		want := uint64(2*4 + 3 + 2 + 2_600 + 2_600 + 2 + 3 + 3 + 3 + 2)
		if op == evm.CALL {
			want += 2
		}
		if used := 100_000 - outcome.GasLeft; used != want {
			t.Errorf("%s of a module costs %d, want %d", op, used, want)
		}
	}
}

func TestAModuleRunsAsNobodyElse(t *testing.T) {
	for _, op := range []evm.Opcode{evm.DELEGATECALL, evm.CALLCODE} {
		outcome := runBeside(t, callOf(op, answered...), 100_000, func(context.Context, contract.Frame) contract.Outcome {
			t.Errorf("%s has reached the module", op)
			return contract.Outcome{}
		})
		if outcome.Err != nil || outcome.Output[31] != 0 {
			t.Errorf("%s of a module: %+v", op, outcome)
		}
	}
}

func TestAQueryStopsAlsoAfterAModuleHasComeBack(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	var session contract.Session
	// After the module the code goes round without end.
	code := append(callOf(evm.STATICCALL), byte(evm.JUMPDEST), byte(evm.PUSH1), 0, byte(evm.JUMP))
	code[len(code)-2] = byte(len(code) - 4)
	machine, world := evm.New(), state.New(void{})
	world.SetCode(account, code, machine.CodeHash(code))
	session, err := machine.Begin(withModule{environment{world: world}, func(ctx context.Context, _ contract.Frame) contract.Outcome {
		inner := session.Run(ctx, contract.Frame{Kind: contract.StaticCall, Self: library, Code: library, Gas: 1_000, Depth: 2})
		cancel(reason)
		return inner
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	outcome := session.Run(ctx, contract.Frame{Kind: contract.Call, Self: account, Code: account, Gas: math.MaxUint64 / 2})
	if !errors.Is(outcome.Err, reason) {
		t.Errorf("it ends with %v", outcome.Err)
	}
}

// runBeside runs code where a module stands.
func runBeside(t *testing.T, code []byte, gas uint64, answer func(context.Context, contract.Frame) contract.Outcome) contract.Outcome {
	t.Helper()
	machine, world := evm.New(), state.New(void{})
	world.SetCode(account, code, machine.CodeHash(code))
	session, err := machine.Begin(withModule{environment{world: world}, answer}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	return session.Run(t.Context(), contract.Frame{Kind: contract.Call, Caller: library, Self: account, Code: account, Gas: gas})
}
