package contract

import (
	"bytes"
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

func (b bench) valueRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "value-moves-exactly", Statement: "A frame's value leaves its caller and reaches its contract, no more and no less.", Check: b.valueMovesExactly},
		{Name: "value-needs-balance", Statement: "A frame whose caller does not have its value is refused with ErrBalance and changes nothing; in a contract the call fails.", Check: b.valueNeedsBalance},
	}
}

// balances checks what the accounts have.
func (s *stage) balances(t conformance.T, what string, want map[chain.Address]uint64) {
	t.Helper()
	for owner, amount := range want {
		if have := s.state.Balance(owner); have != word(amount) {
			t.Errorf("%s: the balance of %s is %s, want %d", what, owner, have, amount)
		}
	}
}

func (b bench) valueMovesExactly(t conformance.T) {
	for _, value := range []uint64{0, 1, 999, 1000} {
		s := b.stage()
		s.deploy(subject, b.Samples.Answer)
		frame := call()
		frame.Value = word(value)
		if o := s.run(t, frame); o.Err != nil {
			t.Errorf("a value of %d: %s", value, describe(o))
		}
		s.balances(t, "after a call", map[chain.Address]uint64{person: 1000 - value, subject: 100 + value})
	}
	s := b.stage()
	s.deploy(subject, b.Samples.Pay(target))
	flag(t, "Pay", s.run(t, call()), 1)
	s.balances(t, "after Pay", map[chain.Address]uint64{person: 1000, subject: 99, target: 1})

	s = b.stage()
	s.deploy(subject, b.Samples.Pay(subject))
	s.run(t, call()) // it calls itself until something ends it
	s.balances(t, "after paying itself", map[chain.Address]uint64{subject: 100})

	s = b.stage()
	frame := creation(b.Samples.Initcode(b.Samples.Answer))
	frame.Value = word(7)
	o := s.run(t, frame)
	if o.Err != nil {
		t.Fatalf("a creation with value: %s", describe(o))
	}
	s.balances(t, "after a creation", map[chain.Address]uint64{person: 993, o.Created: 7})
}

func (b bench) valueNeedsBalance(t conformance.T) {
	most := chain.Word(bytes.Repeat([]byte{0xff}, chain.WordSize))
	for _, value := range []chain.Word{word(1001), most} {
		for _, frame := range []contract.Frame{call(), creation(b.Samples.Initcode(b.Samples.Answer))} {
			s := b.stage()
			s.deploy(subject, b.Samples.Store)
			frame.Value = value
			if o := s.run(t, frame); !errors.Is(o.Err, contract.ErrBalance) {
				t.Errorf("a %s with a value of %s: %s", frame.Kind, value, describe(o))
			}
			s.untouched(t, "a frame without cover")
		}
	}
	s := b.stage()
	s.deploy(subject, b.Samples.Pay(target))
	s.deploy(target, b.Samples.Store)
	s.state.SetBalance(subject, chain.Word{})
	flag(t, "Pay without a balance", s.run(t, call()), 0)
	s.untouched(t, "Pay without a balance")
}

func (b bench) createRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "create-makes-contract", Statement: "A creation leaves the code that its initcode returns at an address that depends on creator and nonce.", Check: b.createMakesContract},
		{Name: "create2-address", Statement: "The address of a Create2 depends on creator, salt and initcode, and not on the nonce; a second one there is refused with ErrCollision.", Check: b.create2Address},
		{Name: "failed-create-leaves-no-contract", Statement: "A creation whose initcode fails leaves no code, balance or storage at the address.", Check: b.failedCreateLeavesNoContract},
	}
}

// create runs a creation on a stage and returns the address.
func (s *stage) create(t conformance.T, frame contract.Frame) chain.Address {
	t.Helper()
	o := s.run(t, frame)
	if o.Err != nil || o.Created.IsZero() {
		t.Fatalf("a %s: %s", frame.Kind, describe(o))
	}
	return o.Created
}

func (b bench) createMakesContract(t conformance.T) {
	initcode := b.Samples.Initcode(b.Samples.Answer)
	s := b.stage()
	first := s.create(t, creation(initcode))
	if !bytes.Equal(s.state.Code(first), b.Samples.Answer) {
		t.Errorf("the code at %s is %x", first, s.state.Code(first))
	}
	frame := call()
	frame.Self, frame.Code = first, first
	if o := s.run(t, frame); o.Err != nil || !bytes.Equal(o.Output, answer()) {
		t.Errorf("the created contract: %s", describe(o))
	}
	if second := s.create(t, creation(initcode)); second == first {
		t.Errorf("two creations give the address %s", second)
	}
	if again := b.stage().create(t, creation(initcode)); again != first {
		t.Errorf("the same creator and nonce give %s and %s", first, again)
	}
	other := creation(initcode)
	other.Caller = address(0xa2)
	if stranger := b.stage().create(t, other); stranger == first {
		t.Errorf("another creator gives the address %s", stranger)
	}
}

func (b bench) create2Address(t conformance.T) {
	frame := creation(b.Samples.Initcode(b.Samples.Answer))
	frame.Kind, frame.Salt = contract.Create2, word(1)
	s := b.stage()
	first := s.create(t, frame)
	if o := s.run(t, frame); !errors.Is(o.Err, contract.ErrCollision) || o.GasLeft != 0 {
		t.Errorf("a second creation at %s: %s", first, describe(o))
	}
	later := b.stage()
	later.state.SetNonce(person, 99)
	if again := later.create(t, frame); again != first {
		t.Errorf("with another nonce the address is %s, not %s", again, first)
	}
	salt, code, creator := frame, frame, frame
	salt.Salt = word(2)
	code.Input = b.Samples.Initcode(b.Samples.Echo)
	creator.Caller = address(0xa2)
	for what, other := range map[string]contract.Frame{"salt": salt, "initcode": code, "creator": creator} {
		if b.stage().create(t, other) == first {
			t.Errorf("another %s gives the same address", what)
		}
	}
}

func (b bench) failedCreateLeavesNoContract(t conformance.T) {
	for _, kind := range []contract.Kind{contract.Create, contract.Create2} {
		for _, program := range []sample{{"Revert", b.Samples.Revert}, {"Fault", b.Samples.Fault}, {"Loop", b.Samples.Loop}} {
			good := creation(program.code)
			good.Kind = kind
			s := b.stage()
			good.Value = word(3)
			o := s.run(t, good)
			if o.Err == nil {
				t.Errorf("%s as initcode: %s", program.name, describe(o))
			}
			checkGas(t, program.name+" as initcode", plenty, o)
			// Where it would have stood is known from the addresses that were written.
			s.balances(t, program.name+" as initcode", map[chain.Address]uint64{person: 1000})
			for _, change := range s.state.changes() {
				if !bytes.Contains([]byte(change), []byte("nonce of "+person.String())) {
					t.Errorf("%s as initcode of a %s leaves %s", program.name, kind, change)
				}
			}
		}
	}
}
