package contract

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// The accounts on stage. They are far from where precompiled contracts stand.
var (
	person  = address(0xa1)
	subject = address(0xc1) // the contract that a rule looks at
	target  = address(0xc2) // what it calls
	module  = address(0xd1) // a native module
)

// plenty is gas enough for every sample that ends.
const plenty = 10_000_000

func address(n byte) chain.Address { return chain.Address{0xc0, 0xde, 19: n} }

func word(n uint64) chain.Word { return chain.WordFromUint64(n) }

// answer is what the samples return and give as reason.
func answer() []byte {
	w := word(42)
	return w[:]
}

// stage is one transaction about to run: a VM, a state and what surrounds them.
type stage struct {
	bench
	machine contract.VM
	state   *recorder
	limits  chain.Limits
	trace   contract.Trace
	foreign func(frame contract.Frame) contract.Outcome
}

var _ contract.Env = (*stage)(nil)

// stage returns a stage with a person who has 1000 units.
func (b bench) stage() *stage { return b.stageFor(b.New()) }

func (b bench) stageFor(machine contract.VM) *stage {
	s := &stage{bench: b, machine: machine, state: newRecorder(b.NewState()), limits: chain.DefaultLimits()}
	s.state.SetBalance(person, word(1000))
	s.state.SetNonce(person, 1)
	return s
}

// deploy puts a contract with a balance of 100 and 9 in slot 2 on the stage.
func (s *stage) deploy(at chain.Address, code []byte) {
	hash := chain.Hash(sha256.Sum256(code))
	if hasher, ok := s.machine.(contract.CodeHasher); ok {
		hash = hasher.CodeHash(code)
	}
	s.state.SetCode(at, code, hash)
	s.state.SetNonce(at, 1)
	s.state.SetBalance(at, word(100))
	s.state.SetSlot(at, word(2), word(9))
}

// call is a frame from the person to the subject.
func call(input ...byte) contract.Frame {
	return contract.Frame{Kind: contract.Call, Caller: person, Self: subject, Code: subject, Gas: plenty, Input: input}
}

// creation is a frame that creates from the person.
func creation(initcode []byte) contract.Frame {
	return contract.Frame{Kind: contract.Create, Caller: person, Gas: plenty, Input: initcode}
}

// run begins a transaction and enters it with the frame, under watch.
func (s *stage) run(t conformance.T, frame contract.Frame) contract.Outcome {
	t.Helper()
	return s.runIn(context.Background(), t, frame)
}

func (s *stage) runIn(ctx context.Context, t conformance.T, frame contract.Frame) contract.Outcome {
	t.Helper()
	session, err := s.machine.Begin(s, s.Rules)
	if err != nil {
		t.Fatalf("begin with rules version %d: %v", s.Rules, err)
	}
	defer session.Close()
	s.state.watch()
	return session.Run(ctx, frame)
}

// Block implements contract.Env.
func (s *stage) Block() contract.Block {
	return contract.Block{
		Chain: chain.Hash{1}, ChainID: 31337, Height: 7, Time: 1_700_000_000_000, Coinbase: address(0xf1), GasLimit: 1 << 40,
		Randomness: chain.Hash{2}, Limits: s.limits,
		Ancestor: func(height uint64) chain.Hash { return chain.Hash{3, 31: byte(height)} },
	}
}

// Transaction implements contract.Env.
func (s *stage) Transaction() contract.TransactionContext {
	return contract.TransactionContext{Origin: person}
}

// State implements contract.Env.
func (s *stage) State() contract.State { return s.state }

// Call implements contract.Env.
func (s *stage) Call(_ context.Context, frame contract.Frame) contract.Outcome {
	if s.foreign == nil {
		return contract.Outcome{Err: contract.ErrNoVM}
	}
	return s.foreign(frame)
}

// Natives implements contract.Env.
func (s *stage) Natives() []chain.Address {
	if s.foreign == nil {
		return nil
	}
	return []chain.Address{module}
}

// Trace implements contract.Env.
func (s *stage) Trace() contract.Trace { return s.trace }

// sample is one program ready to be run as the subject.
type sample struct {
	name string
	code []byte
}

// programs lists all samples that end by themselves; those that call reach target.
func (s Samples) programs() []sample {
	return []sample{
		{"Answer", s.Answer}, {"Echo", s.Echo}, {"Store", s.Store}, {"Remember", s.Remember}, {"Log", s.Log}, {"Revert", s.Revert},
		{"Fault", s.Fault}, {"Create", s.Create}, {"Destroy", s.Destroy}, {"Event", s.Event(100)}, {"Relay", s.Relay(target)},
		{"StaticRelay", s.StaticRelay(target)}, {"Pay", s.Pay(target)}, {"Forward", s.Forward(target)}, {"Guard", s.Guard(target)},
	}
}

// each puts every program on a stage of its own, with Store as target.
func (b bench) each(check func(name string, s *stage)) {
	for _, program := range b.Samples.programs() {
		s := b.stage()
		s.deploy(subject, program.code)
		s.deploy(target, b.Samples.Store)
		check(program.name, s)
	}
}

// describe is an outcome as text, for comparing.
func describe(o contract.Outcome) string {
	return fmt.Sprintf("output %s, gas left %d, created %s, error %v", short(o.Output), o.GasLeft, o.Created, o.Err)
}

// short is bytes as text; long ones are told apart by their digest.
func short(b []byte) string {
	if len(b) <= 64 {
		return fmt.Sprintf("%x", b)
	}
	return fmt.Sprintf("%x… (%d bytes, SHA-256 %x)", b[:8], len(b), sha256.Sum256(b))
}

// untouched checks that the frame changed nothing.
func (s *stage) untouched(t conformance.T, what string) {
	t.Helper()
	if changes := s.state.changes(); len(changes) > 0 {
		t.Errorf("%s changed %q", what, changes)
	}
}

// flag checks that the outcome is a success with the word 1, or 0.
func flag(t conformance.T, what string, o contract.Outcome, want uint64) {
	t.Helper()
	w := word(want)
	if o.Err != nil || string(o.Output) != string(w[:]) {
		t.Fatalf("%s: %s; want the word %d", what, describe(o), want)
	}
}

// randomness returns a reproducible source.
func randomness(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xc0de)) }
