package contract

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

func (b bench) identityRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "name-and-acceptance", Statement: "A VM has a name that does not change, and accepts the code of its samples.", Check: b.nameAndAcceptance},
		{Name: "unknown-rules-refused", Statement: "A rules version that the VM does not have is refused with ErrRules.", Check: b.unknownRulesRefused},
		{Name: "precompiles-ascend", Statement: "Precompiled contracts are listed in strictly ascending order, the same each time.", Check: b.precompilesAscend},
	}
}

func (b bench) nameAndAcceptance(t conformance.T) {
	first, second := b.New(), b.New()
	if first.Name() == "" || first.Name() != second.Name() {
		t.Errorf("the names are %q and %q", first.Name(), second.Name())
	}
	for _, program := range b.Samples.programs() {
		if !first.Accepts(subject, program.code) {
			t.Errorf("the code of %s is not accepted", program.name)
		}
	}
}

func (b bench) unknownRulesRefused(t conformance.T) {
	for _, version := range []uint64{b.Rules + 1_000_000, ^uint64(0)} {
		session, err := b.New().Begin(b.stage(), version)
		if !errors.Is(err, contract.ErrRules) || session != nil {
			t.Errorf("rules version %d gives error %v", version, err)
		}
	}
}

func (b bench) precompilesAscend(t conformance.T) {
	machine, ok := b.New().(contract.Precompiled)
	if !ok {
		t.Skipf("the VM has no precompiled contracts")
	}
	list := machine.Precompiles(b.Rules)
	for i := 1; i < len(list); i++ {
		if bytes.Compare(list[i-1][:], list[i][:]) >= 0 {
			t.Errorf("%s comes after %s", list[i], list[i-1])
		}
	}
	given := slices.Clone(list)
	for i := range list {
		list[i] = chain.Address{} // what a caller does to the list is its own affair
	}
	if again := machine.Precompiles(b.Rules); !slices.Equal(given, again) {
		t.Errorf("the list is %v and then %v", given, again)
	}
}

func (b bench) outcomeRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "output-is-returned", Statement: "A contract's output reaches its caller, and its writes and events reach the state.", Check: b.outputIsReturned},
		{Name: "input-is-borrowed", Statement: "Input is not changed, and output does not change with it or with later frames.", Check: b.inputIsBorrowed},
		{Name: "deterministic", Statement: "The same frame on the same state gives the same outcome, gas, writes and events.", Check: b.deterministic},
		{Name: "transactions-share-nothing", Statement: "What one transaction ran has no influence on another, before it or at the same time.", Check: b.transactionsShareNothing},
		{Name: "modules-are-reached", Statement: "A call to a native module goes out through Env.Call, and its output or reason comes back.", Check: b.modulesAreReached},
	}
}

func (b bench) outputIsReturned(t conformance.T) {
	s := b.stage()
	s.deploy(subject, b.Samples.Answer)
	if o := s.run(t, call()); o.Err != nil || !bytes.Equal(o.Output, answer()) {
		t.Errorf("Answer: %s", describe(o))
	}
	s.untouched(t, "Answer")

	s = b.stage()
	s.deploy(subject, b.Samples.Store)
	if o := s.run(t, call()); o.Err != nil || s.state.Slot(subject, word(1)) != word(1) {
		t.Errorf("Store: %s, slot 1 is %s", describe(o), s.state.Slot(subject, word(1)))
	}

	s = b.stage()
	s.deploy(subject, b.Samples.Log)
	o := s.run(t, call())
	want := chain.Log{Address: subject, Topics: []chain.Hash{chain.Hash(word(7))}, Data: answer()}
	if o.Err != nil || len(s.state.logs) != 1 || !equalLogs(s.state.logs[0], want) {
		t.Errorf("Log: %s, events %v", describe(o), s.state.logs)
	}
}

func equalLogs(a, b chain.Log) bool {
	return a.Address == b.Address && slices.Equal(a.Topics, b.Topics) && bytes.Equal(a.Data, b.Data)
}

func (b bench) inputIsBorrowed(t conformance.T) {
	s := b.stage()
	s.deploy(subject, b.Samples.Echo)
	session, err := s.machine.Begin(s, s.Rules)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	input := []byte("what is given to a contract and comes back from it")
	given := bytes.Clone(input)
	first := session.Run(context.Background(), call(input...))
	if !bytes.Equal(input, given) {
		t.Errorf("the input became %q", input)
	}
	frame := call(input...)
	second := session.Run(context.Background(), frame)
	clear(frame.Input)
	third := session.Run(context.Background(), call(bytes.Repeat([]byte{0xee}, len(input))...))
	session.Close()
	s.run(t, call(bytes.Repeat([]byte{0xdd}, len(input))...)) // what the session had may be used again
	if third.Err != nil {
		t.Errorf("the third frame: %s", describe(third))
	}
	for i, o := range []contract.Outcome{first, second} {
		if o.Err != nil || !bytes.Equal(o.Output, given) {
			t.Errorf("output %d is %q", i, o.Output)
		}
	}
}

func (b bench) deterministic(t conformance.T) {
	type result struct {
		outcome string
		changes []string
	}
	machine := b.New()
	results := make(map[string]result)
	for round := range 3 {
		b.each(func(name string, s *stage) {
			if round > 0 { // a fresh VM, one that has not seen the code, one that has
				s.machine = machine
			}
			now := result{describe(s.run(t, call(1, 2, 3))), nil}
			now.changes = s.state.changes()
			before, known := results[name]
			if known && (before.outcome != now.outcome || !slices.Equal(before.changes, now.changes)) {
				t.Errorf("%s gives %s and changes %q, and then %s and %q", name, before.outcome, before.changes, now.outcome, now.changes)
			}
			results[name] = now
		})
	}
}

func (b bench) transactionsShareNothing(t conformance.T) {
	machine := b.New()
	check := func(code, want []byte) {
		s := b.stageFor(machine)
		s.deploy(subject, code)
		if o := s.run(t, call(9)); o.Err != nil || !bytes.Equal(o.Output, want) {
			t.Errorf("%s; want output %x", describe(o), want)
		}
	}
	// The same address has other code in another transaction.
	for range 2 {
		check(b.Samples.Answer, answer())
		check(b.Samples.Echo, []byte{9})
	}
	var group sync.WaitGroup
	for i := range 8 {
		s := b.stageFor(machine)
		s.deploy(subject, [][]byte{b.Samples.Answer, b.Samples.Echo}[i%2])
		session, err := machine.Begin(s, b.Rules)
		if err != nil {
			t.Fatalf("begin: %v", err)
		}
		want := [][]byte{answer(), {byte(i)}}[i%2]
		group.Go(func() {
			defer session.Close()
			for range 50 {
				if o := session.Run(context.Background(), call(byte(i))); !bytes.Equal(o.Output, want) {
					t.Errorf("at the same time: %s; want output %x", describe(o), want)
				}
			}
		})
	}
	group.Wait()
}

func (b bench) modulesAreReached(t conformance.T) {
	for _, reason := range []error{nil, contract.ErrRevert} {
		s := b.stage()
		s.deploy(subject, b.Samples.Forward(module))
		var frames []contract.Frame
		s.foreign = func(frame contract.Frame) contract.Outcome {
			frame.Input = bytes.Clone(frame.Input)
			frames = append(frames, frame)
			return contract.Outcome{Output: []byte("from the module"), GasLeft: frame.Gas / 2, Err: reason}
		}
		o := s.run(t, call(4, 5, 6))
		if len(frames) != 1 || frames[0].Code != module || !bytes.Equal(frames[0].Input, []byte{4, 5, 6}) {
			t.Fatalf("Env.Call was given %+v", frames)
		}
		if !errors.Is(o.Err, reason) || string(o.Output) != "from the module" {
			t.Errorf("the module ends with %v, the contract with %s", reason, describe(o))
		}
	}
}
