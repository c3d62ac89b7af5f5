package evm_test

import (
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// assemble makes code of instructions and what they push.
func assemble(parts ...any) (code []byte) {
	for _, part := range parts {
		switch part := part.(type) {
		case evm.Opcode:
			code = append(code, byte(part))
		case int:
			code = append(code, byte(part))
		case []byte:
			code = append(code, part...)
		}
	}
	return code
}

// store writes 1 to slot 0.
var store = assemble(evm.PUSH1, 1, evm.PUSH0, evm.SSTORE)

func TestFaultsHaveTheirTextsAndTheKernelsKinds(t *testing.T) {
	huge := assemble(evm.PUSH0, evm.NOT)
	for name, fault := range map[string]struct {
		code   []byte
		gas    uint64
		static bool
		create bool
		text   string
		kind   error // nil where the kernel has none
	}{
		"no gas":         {code: store, gas: 20_000, text: "out of gas", kind: contract.ErrOutOfGas},
		"sentry":         {code: store, gas: 2_300, text: "out of gas: not enough gas for reentrancy sentry", kind: contract.ErrOutOfGas},
		"revert":         {code: assemble(evm.PUSH0, evm.PUSH0, evm.REVERT), gas: 100, text: "execution reverted", kind: contract.ErrRevert},
		"INVALID":        {code: assemble(evm.INVALID), gas: 100, text: "invalid opcode: INVALID"},
		"no instruction": {code: assemble(0x0c), gas: 100, text: "invalid opcode: opcode 0xc not defined"},
		"underflow":      {code: assemble(evm.PUSH0, evm.ADD), gas: 100, text: "stack underflow (1 <=> 2)"},
		"overflow":       {code: assemble(evm.JUMPDEST, evm.PUSH0, evm.PUSH0, evm.JUMP), gas: 100_000, text: "stack limit reached 1024 (1023)"},
		"jump":           {code: assemble(evm.PUSH1, 3, evm.JUMP), gas: 100, text: "invalid jump destination"},
		"return data":    {code: assemble(evm.PUSH1, 1, evm.PUSH0, evm.PUSH0, evm.RETURNDATACOPY), gas: 100, text: "return data out of bounds"},
		"memory":         {code: assemble(huge, evm.MLOAD), gas: 100_000, text: "gas uint64 overflow"},
		"read-only":      {code: store, gas: 100_000, static: true, text: "write protection", kind: contract.ErrReadOnly},
		"no gas for code": {
			code: assemble(evm.PUSH1, 100, evm.PUSH0, evm.RETURN), gas: 10_000, create: true,
			text: "contract creation code storage out of gas",
		},
		"reserved code": {
			code: assemble(evm.PUSH1, 0xef, evm.PUSH0, evm.MSTORE8, evm.PUSH1, 1, evm.PUSH0, evm.RETURN), gas: 10_000, create: true,
			text: "invalid code: must not begin with 0xef", kind: contract.ErrInvalidCode,
		},
		"large code": {
			code: assemble(evm.PUSH1+1, 0x60, 1, evm.PUSH0, evm.RETURN), gas: 10_000_000, create: true,
			text: "max code size exceeded: code size 24577 limit 24576", kind: contract.ErrCodeSize,
		},
		"large initcode": {
			code: assemble(evm.PUSH1+1, 0xc0, 1, evm.PUSH0, evm.PUSH0, evm.CREATE), gas: 10_000_000,
			text: "max initcode size exceeded: code size 49153 limit 49152", kind: contract.ErrCodeSize,
		},
	} {
		outcome := enter(t, fault.code, fault.gas, fault.static, fault.create)
		switch {
		case outcome.Err == nil || outcome.Err.Error() != fault.text:
			t.Errorf("%s: ends with %v", name, outcome.Err)
		case fault.kind != nil && !errors.Is(outcome.Err, fault.kind):
			t.Errorf("%s: %v is of another kind", name, outcome.Err)
		case fault.kind == nil && errors.Is(outcome.Err, contract.ErrOutOfGas):
			t.Errorf("%s: %v is of the kind that more gas mends", name, outcome.Err)
		}
	}
}

// enter runs code as a contract, or as the initcode of one.
func enter(t *testing.T, code []byte, gas uint64, static, create bool) contract.Outcome {
	t.Helper()
	machine, world := evm.New(), state.New(void{})
	frame := contract.Frame{Kind: contract.Call, Caller: library, Self: account, Code: account, Gas: gas}
	switch {
	case create:
		frame = contract.Frame{Kind: contract.Create, Caller: library, Input: code, Gas: gas}
	case static:
		frame.Kind = contract.StaticCall
	}
	if !create {
		world.SetCode(account, code, machine.CodeHash(code))
	}
	session, err := machine.Begin(environment{world: world}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	return session.Run(t.Context(), frame)
}

func TestAFrameFindsNothingOfTheOnesBefore(t *testing.T) {
	machine := evm.New()
	// Fills memory, stack and return data as deep as 100 frames, by calling itself.
	dirty := assemble(
		evm.PUSH0, evm.NOT, evm.PUSH1+1, 0x20, 0, evm.MSTORE, evm.PUSH0, evm.NOT, evm.PUSH0, evm.NOT,
		evm.PUSH1, 64, evm.PUSH0, evm.PUSH1, 64, evm.PUSH0, evm.PUSH0, evm.ADDRESS, evm.GAS, evm.CALL,
		evm.PUSH1, 96, evm.PUSH0, evm.RETURN)
	// Returns sizes of memory and of return data, and a word of memory.
	clean := assemble(
		evm.MSIZE, evm.RETURNDATASIZE, evm.PUSH1+1, 0x20, 0, evm.MLOAD, evm.OR, evm.OR, evm.PUSH0, evm.MSTORE,
		evm.PUSH1, 32, evm.PUSH0, evm.RETURN)
	for round := range 20 {
		run(machine, dirty, nil, 500_000, nil)
		outcome, _ := run(machine, clean, nil, 100_000, nil)
		if outcome.Err != nil || len(outcome.Output) != 32 || (chain.Word)(outcome.Output) != (chain.Word{}) {
			t.Fatalf("round %d: a new frame finds %x (%v)", round, outcome.Output, outcome.Err)
		}
	}
}
