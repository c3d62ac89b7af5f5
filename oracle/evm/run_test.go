//go:build !cgo

package evm

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	own "github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	ownstate "github.com/credibleledger/credibleledger/obicore/execution/state"
)

// scene is what both machines are given.
type scene struct {
	codes    map[[20]byte][]byte
	input    []byte
	gas      uint64
	value    uint64
	static   bool
	creation bool // input is initcode
}

// result is what one machine makes of a scene.
type result struct {
	steps   []string
	failure string // "", "reverted" or "failed"
	output  string
	gasLeft uint64
	refund  uint64
	logs    []string
	state   map[string]string
}

const (
	balanceOfAll = 1_000
	height       = 300
	timestamp    = 1_700_000_000
)

func header(h uint64) [32]byte { return keccak.Keccak256(big.NewInt(int64(h)).Bytes()) }

// touched are the accounts and slots that either machine has changed.
type touched struct {
	accounts map[common.Address]bool
	slots    map[common.Address]map[common.Hash]bool
}

func (s *touched) slot(a common.Address, slot common.Hash) {
	s.accounts[a] = true
	if s.slots[a] == nil {
		s.slots[a] = make(map[common.Hash]bool)
	}
	s.slots[a][slot] = true
}

// runTheirs runs a scene on go-ethereum's interpreter, and notes steps and what they touch
// in seen, if there is one.
func runTheirs(s *scene, seen *touched) result {
	rules := params.MergedTestChainConfig.Rules(big.NewInt(height), true, timestamp)
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		panic(err)
	}
	for a, code := range s.codes {
		db.SetNonce(a, 1, 0)
		db.SetCode(a, code, 0)
		db.SetState(a, common.Hash{31: 1}, common.Hash{31: 7})
		db.SetBalance(a, uint256.NewInt(balanceOfAll), 0)
	}
	for _, a := range []common.Address{caller, rich} {
		db.SetBalance(a, uint256.NewInt(balanceOfAll), 0)
	}
	root, err := db.Commit(rules, 0)
	if err != nil {
		panic(err)
	}
	if db, err = state.New(root, db.Database()); err != nil {
		panic(err)
	}
	var r result
	var watched vm.StateDB = db
	var config vm.Config
	if seen != nil {
		watched, config.Tracer = state.NewHookedState(db, hooks(seen)), tracer(&r)
	}
	machine := vm.NewEVM(vm.BlockContext{
		CanTransfer: func(db vm.StateDB, a common.Address, v *uint256.Int) bool { return db.GetBalance(a).Cmp(v) >= 0 },
		Transfer: func(db vm.StateDB, from, to common.Address, v *uint256.Int, _ *params.Rules) {
			db.SubBalance(from, v, 0)
			db.AddBalance(to, v, 0)
		},
		GetHash:     func(h uint64) common.Hash { return header(h) },
		BlockNumber: big.NewInt(height), Time: timestamp, GasLimit: 1 << 30, Difficulty: new(big.Int),
		BaseFee: big.NewInt(9), BlobBaseFee: big.NewInt(3), Random: &common.Hash{5},
	}, watched, params.MergedTestChainConfig, config)
	machine.SetTxContext(vm.TxContext{Origin: caller, GasPrice: uint256.NewInt(11), BlobHashes: []common.Hash{{1, 9}}})
	target := common.Address(callees[0])
	db.Prepare(rules, caller, common.Address{}, &target, vm.ActivePrecompiles(rules), nil)

	gas := vm.NewGasBudget(s.gas, 0)
	var output []byte
	var left vm.GasBudget
	switch {
	case s.creation:
		output, _, left, err = machine.Create(caller, s.input, gas, uint256.NewInt(s.value))
	case s.static:
		output, left, err = machine.StaticCall(caller, target, s.input, gas)
	default:
		output, left, err = machine.Call(caller, target, s.input, gas, uint256.NewInt(s.value))
	}
	r.end(output, left.ExecutionGas, db.GetRefund(), err, errors.Is(err, vm.ErrExecutionReverted))
	for _, log := range db.Logs() {
		r.logs = append(r.logs, fmt.Sprintf("%x %x %x", log.Address, log.Topics, log.Data))
	}
	if seen == nil {
		return r
	}
	r.state = make(map[string]string)
	for a := range seen.accounts {
		r.state[fmt.Sprintf("%x", a)] = fmt.Sprint(db.Empty(a), db.GetNonce(a), db.GetBalance(a), db.HasSelfDestructed(a), fmt.Sprintf("%x", db.GetCode(a)))
		for slot := range seen.slots[a] {
			r.state[fmt.Sprintf("%x %x", a, slot)] = fmt.Sprintf("%x", db.GetState(a, slot))
		}
	}
	return r
}

func hooks(seen *touched) *tracing.Hooks {
	return &tracing.Hooks{
		OnBalanceChange: func(a common.Address, _, _ *big.Int, _ tracing.BalanceChangeReason) { seen.accounts[a] = true },
		OnNonceChange:   func(a common.Address, _, _ uint64) { seen.accounts[a] = true },
		OnCodeChange: func(a common.Address, _ common.Hash, _ []byte, _ common.Hash, _ []byte) {
			seen.accounts[a] = true
		},
		OnStorageChange: func(a common.Address, slot, _, _ common.Hash) { seen.slot(a, slot) },
	}
}

func tracer(r *result) *tracing.Hooks {
	return &tracing.Hooks{
		OnEnter: func(depth int, kind byte, from, to common.Address, input []byte, gas uint64, value *big.Int) {
			if value == nil {
				value = new(big.Int)
			}
			r.enter(depth, vm.OpCode(kind).String(), from, to, input, gas, value.String())
		},
		OnExit: func(depth int, output []byte, used uint64, err error, _ bool) { r.exit(depth, output, used, err) },
		OnOpcode: func(pc uint64, op byte, gas, cost uint64, scope tracing.OpContext, returned []byte, depth int, err error) {
			if err == nil {
				stack := make([][32]byte, len(scope.StackData()))
				for i := range stack {
					stack[i] = scope.StackData()[i].Bytes32()
				}
				r.step(pc, op, gas, cost, depth, stack, scope.MemoryData(), returned)
			}
		},
		OnFault: func(pc uint64, op byte, gas, _ uint64, _ tracing.OpContext, depth int, _ error) {
			r.failed(pc, op, gas, depth)
		},
	}
}

func (r *result) enter(depth int, kind string, from, to [20]byte, input []byte, gas uint64, value string) {
	r.steps = append(r.steps, fmt.Sprintf("depth %d %s from %x to %x input %x gas %d value %s", depth, kind, from, to, input, gas, value))
}

func (r *result) exit(depth int, output []byte, used uint64, err error) {
	r.steps = append(r.steps, fmt.Sprintf("depth %d left with %x used %d failed %t", depth, output, used, err != nil))
}

func (r *result) step(pc uint64, op byte, gas, cost uint64, depth int, stack [][32]byte, memory, returned []byte) {
	digest := fnv.New64a()
	for i := range stack {
		_, _ = digest.Write(stack[i][:])
	}
	var top [32]byte
	if n := len(stack); n > 0 {
		top = stack[n-1]
	}
	below := digest.Sum64()
	_, _ = digest.Write(memory)
	_, _ = digest.Write(returned)
	r.steps = append(r.steps, fmt.Sprintf("%scost %d stack %d %x top %x memory %d returned %d %x", stepName(pc, op, gas, depth), cost, len(stack), below, top, len(memory), len(returned), digest.Sum64()))
}

func stepName(pc uint64, op byte, gas uint64, depth int) string {
	return fmt.Sprintf("depth %d pc %d %s gas %d ", depth, pc, vm.OpCode(op), gas)
}

// failed takes back a step that has been noted and fails: when an instruction fails, before
// or after it is shown, is each machine's own affair.
func (r *result) failed(pc uint64, op byte, gas uint64, depth int) {
	if last := len(r.steps) - 1; last >= 0 && strings.HasPrefix(r.steps[last], stepName(pc, op, gas, depth)) {
		r.steps = r.steps[:last]
	}
}

func (r *result) end(output []byte, left, refund uint64, err error, reverted bool) {
	r.output, r.gasLeft, r.refund = fmt.Sprintf("%x", output), left, refund
	switch {
	case reverted:
		r.failure = "reverted"
	case err != nil:
		r.failure, r.output = "failed", ""
	}
}

// environment is a block and a transaction around our state.
type environment struct {
	world *ownstate.State
	trace contract.Trace
}

func (e *environment) Block() contract.Block {
	return contract.Block{
		ChainID: params.MergedTestChainConfig.ChainID.Uint64(), Height: height, Time: timestamp * 1000, GasLimit: 1 << 30,
		BaseFee: chain.WordFromUint64(9), BlobFee: chain.WordFromUint64(3), Randomness: chain.Hash{5},
		Limits: chain.DefaultLimits(), Ancestor: func(h uint64) chain.Hash { return header(h) },
	}
}

func (e *environment) Transaction() contract.TransactionContext {
	return contract.TransactionContext{Origin: caller, GasPrice: chain.WordFromUint64(11), BlobHashes: []chain.Hash{{1, 9}}}
}
func (e *environment) State() contract.State    { return e.world }
func (e *environment) Natives() []chain.Address { return nil }
func (e *environment) Trace() contract.Trace    { return e.trace }
func (e *environment) Call(context.Context, contract.Frame) contract.Outcome {
	return contract.Outcome{Err: contract.ErrNoVM}
}

// entries are the state before the scene.
type entries map[chain.StateKey][]byte

func (e entries) Get(key chain.StateKey) ([]byte, error) { return e[key], nil }
func (e entries) Scan(owner chain.Address, space chain.Space, _ string, f func(string, []byte) bool) error {
	for key, value := range e {
		if key.Owner == owner && key.Space == space && !f(key.Subkey, value) {
			break
		}
	}
	return nil
}

// listener notes steps.
type listener struct{ *result }

func (l listener) Enter(f contract.Frame) {
	to, value := f.Self, toInt(f.Value)
	if f.Kind == contract.DelegateCall || f.Kind == contract.CallCode {
		to = f.Code
	}
	l.enter(f.Depth, f.Kind.String(), f.Caller, to, f.Input, f.Gas, value.Dec())
}
func (l listener) Exit(depth int, o contract.Outcome, used uint64) {
	l.exit(depth, o.Output, used, o.Err)
}
func (l listener) Log(chain.Log) {}
func (l listener) Step(s contract.Step) {
	if s.Err != nil {
		l.failed(s.PC, s.Op, s.Gas, s.Depth)
		return
	}
	words := s.Machine.Stack()
	stack := make([][32]byte, len(words))
	for i := range words {
		stack[i] = words[i]
	}
	l.step(s.PC, s.Op, s.Gas, s.Cost, s.Depth, stack, s.Machine.Memory(), s.Machine.ReturnData())
}

// runOurs runs a scene on the platform's interpreter; untraced runs note no steps.
func runOurs(machine *own.VM, s *scene, seen *touched, traced bool) result {
	before := make(entries)
	for a, code := range s.codes {
		account := chain.Account{Nonce: 1, Balance: chain.WordFromUint64(balanceOfAll), CodeHash: keccak.Keccak256(code)}
		before[chain.AccountKey(a)], before[chain.CodeKey(a)] = account.Encode(), code
		value := chain.WordFromUint64(7)
		before[chain.StorageKey(a, chain.WordFromUint64(1))] = value[31:]
	}
	for _, a := range []chain.Address{caller, rich} {
		account := chain.Account{Balance: chain.WordFromUint64(balanceOfAll)}
		before[chain.AccountKey(a)] = account.Encode()
	}
	var r result
	e := &environment{world: ownstate.New(before)}
	if traced {
		e.trace = listener{&r}
	}
	session, err := machine.Begin(e, 1)
	if err != nil {
		panic(err)
	}
	defer session.Close()
	for _, warm := range append(machine.Precompiles(1), caller, callees[0], chain.Address{}) {
		e.world.Warm(warm)
	}
	frame := contract.Frame{
		Kind: contract.Call, Caller: caller, Self: callees[0], Code: callees[0], Gas: s.gas,
		Value: chain.WordFromUint64(s.value), Input: s.input,
	}
	switch {
	case s.creation:
		frame.Kind = contract.Create
	case s.static:
		frame.Kind, frame.Value = contract.StaticCall, chain.Word{}
	}
	outcome := session.Run(context.Background(), frame)
	r.end(outcome.Output, outcome.GasLeft, e.world.Refund(), outcome.Err, errors.Is(outcome.Err, contract.ErrRevert))
	for _, log := range e.world.Logs() {
		r.logs = append(r.logs, fmt.Sprintf("%x %x %x", log.Address[:], hashes(log.Topics), log.Data))
	}
	r.state = make(map[string]string)
	for a := range seen.accounts {
		owner := chain.Address(a)
		balance := uint256.Int(toInt(e.world.Balance(owner)))
		r.state[fmt.Sprintf("%x", a)] = fmt.Sprint(e.world.IsEmpty(owner), e.world.Nonce(owner), &balance, e.world.Destroyed(owner), fmt.Sprintf("%x", e.world.Code(owner)))
		for slot := range seen.slots[a] {
			value := e.world.Slot(owner, chain.Word(slot))
			r.state[fmt.Sprintf("%x %x", a, slot)] = fmt.Sprintf("%x", value[:])
		}
	}
	return r
}

func hashes(list []chain.Hash) []common.Hash {
	same := make([]common.Hash, len(list))
	for i := range list {
		same[i] = common.Hash(list[i])
	}
	return same
}

func toInt(w chain.Word) (i uint256.Int) {
	i.SetBytes32(w[:])
	return i
}

// differ says where two results differ, or nothing.
func differ(ours, theirs result, steps bool) string {
	if steps {
		for i := range min(len(ours.steps), len(theirs.steps)) {
			if ours.steps[i] != theirs.steps[i] {
				return fmt.Sprintf("step %d:\n  ours   %s\n  theirs %s\n  before %s", i, ours.steps[i], theirs.steps[i], theirs.steps[max(0, i-1)])
			}
		}
		if ours, theirs, both := ours.steps, theirs.steps, min(len(ours.steps), len(theirs.steps)); len(ours) != len(theirs) {
			return fmt.Sprintf("%d steps, theirs are %d: after %v\n  ours   %v\n  theirs %v", len(ours), len(theirs), theirs[max(0, both-1):both], ours[both:min(len(ours), both+1)], theirs[both:min(len(theirs), both+1)])
		}
	}
	switch {
	case ours.failure != theirs.failure || ours.output != theirs.output:
		return fmt.Sprintf("ended %q with %q, theirs %q with %q", ours.failure, ours.output, theirs.failure, theirs.output)
	case ours.gasLeft != theirs.gasLeft || ours.refund != theirs.refund:
		return fmt.Sprintf("gas left %d, refund %d; theirs %d and %d", ours.gasLeft, ours.refund, theirs.gasLeft, theirs.refund)
	case !slices.Equal(ours.logs, theirs.logs):
		return fmt.Sprintf("logs %v, theirs %v", ours.logs, theirs.logs)
	}
	for _, key := range slices.Sorted(maps.Keys(theirs.state)) {
		if ours.state[key] != theirs.state[key] {
			return fmt.Sprintf("state of %s: %s, theirs %s", key, ours.state[key], theirs.state[key])
		}
	}
	return ""
}
