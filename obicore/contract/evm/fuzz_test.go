package evm_test

import (
	"context"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// environment is a block and a transaction around a state.
type environment struct {
	world *state.State
	trace contract.Trace
}

func (e environment) Block() contract.Block {
	return contract.Block{ChainID: 1, Height: 300, Time: 1_700_000_000_000, GasLimit: 1 << 24, Limits: chain.DefaultLimits()}
}
func (environment) Transaction() contract.TransactionContext { return contract.TransactionContext{} }
func (e environment) State() contract.State                  { return e.world }
func (environment) Natives() []chain.Address                 { return nil }
func (e environment) Trace() contract.Trace                  { return e.trace }
func (environment) Call(context.Context, contract.Frame) contract.Outcome {
	return contract.Outcome{Err: contract.ErrNoVM}
}

// nobodyCares is a trace that asks for everything and keeps nothing.
type nobodyCares struct{}

func (nobodyCares) Enter(contract.Frame)               {}
func (nobodyCares) Exit(int, contract.Outcome, uint64) {}
func (nobodyCares) Log(chain.Log)                      {}
func (nobodyCares) Step(step contract.Step) {
	step.Machine.Stack()
	step.Machine.Memory()
	step.Machine.ReturnData()
}

var (
	account = chain.Address{19: 0xaa}
	library = chain.Address{19: 0xbb}
)

// run calls a contract of the given code, which finds itself at another address, too.
func run(machine *evm.VM, code, input []byte, gas uint64, trace contract.Trace) (contract.Outcome, *state.State) {
	world := state.New(void{})
	for _, owner := range []chain.Address{account, library} {
		world.SetCode(owner, code, machine.CodeHash(code))
		world.SetBalance(owner, chain.WordFromUint64(100))
	}
	world.Finish()
	session, err := machine.Begin(environment{world, trace}, 1)
	if err != nil {
		panic(err)
	}
	defer session.Close()
	return session.Run(context.Background(), contract.Frame{
		Kind: contract.Call, Caller: library, Self: account, Code: account, Gas: gas, Input: input,
	}), world
}

// FuzzAnyCodeIsHarmless holds what any code and input must: no panic, no gas from nowhere,
// nothing left of a frame that fails, and the same whether somebody traces or not. What
// instructions do is proved by the state tests and beside go-ethereum (oracle/evm).
func FuzzAnyCodeIsHarmless(f *testing.F) {
	f.Add([]byte{byte(evm.PUSH1), 1, byte(evm.PUSH0), byte(evm.SSTORE), byte(evm.PUSH0), byte(evm.PUSH0), byte(evm.LOG0)}, []byte{}, uint64(50_000))
	f.Add([]byte{ // calls its double without end
		byte(evm.JUMPDEST), byte(evm.PUSH0), byte(evm.PUSH0), byte(evm.PUSH0), byte(evm.PUSH0), byte(evm.PUSH0),
		byte(evm.PUSH1), 0xbb, byte(evm.GAS), byte(evm.CALL), byte(evm.PUSH0), byte(evm.JUMP),
	}, []byte{1}, uint64(99_000))
	f.Add([]byte{ // creates a contract of its input
		byte(evm.CALLDATASIZE), byte(evm.PUSH0), byte(evm.PUSH0), byte(evm.CALLDATACOPY), byte(evm.CALLDATASIZE), byte(evm.PUSH0),
		byte(evm.PUSH1), 1, byte(evm.CREATE), byte(evm.SELFDESTRUCT),
	}, []byte{byte(evm.PUSH1), 1, byte(evm.PUSH0), byte(evm.RETURN)}, uint64(90_000))
	f.Add([]byte{byte(evm.PUSH1), 0xff, byte(evm.NOT), byte(evm.PUSH1), 1, byte(evm.KECCAK256)}, []byte{}, uint64(1<<63))
	machine := evm.New()
	f.Fuzz(func(t *testing.T, code, input []byte, gas uint64) {
		gas %= 500_000
		outcome, world := run(machine, code, input, gas, nil)
		traced, _ := run(machine, code, input, gas, nobodyCares{})
		if outcome.GasLeft > gas {
			t.Errorf("%d gas left of %d", outcome.GasLeft, gas)
		}
		if traced.GasLeft != outcome.GasLeft || (traced.Err == nil) != (outcome.Err == nil) || string(traced.Output) != string(outcome.Output) {
			t.Errorf("traced it comes to %v, else to %v", traced, outcome)
		}
		if writes := world.Finish(); outcome.Err != nil && len(writes) > 0 {
			t.Errorf("it fails with %v and leaves %v", outcome.Err, writes)
		}
	})
}
