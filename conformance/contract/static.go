package contract

import (
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

func (b bench) staticRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "static-write-refused", Statement: "A contract in a read-only frame that tries to change something ends with a fault, and nothing has changed.", Check: b.staticWriteRefused},
		{Name: "static-reads-allowed", Statement: "A contract that changes nothing gives the same output in a read-only frame.", Check: b.staticReadsAllowed},
		{Name: "static-holds-below", Statement: "What a read-only frame calls is read-only, at any depth.", Check: b.staticHoldsBelow},
		{Name: "read-only-in-every-kind", Statement: "A read-only frame of any kind changes nothing.", Check: b.readOnlyInEveryKind},
	}
}

// writers are the samples that change something.
func (s Samples) writers() []sample {
	return []sample{
		{"Store", s.Store}, {"Remember", s.Remember}, {"Log", s.Log}, {"Create", s.Create}, {"Destroy", s.Destroy}, {"Pay", s.Pay(address(0xee))},
	}
}

// readOnly are the two spellings of a static call.
func readOnly() []contract.Frame {
	static, marked := call(), call()
	static.Kind, static.ReadOnly = contract.StaticCall, true
	marked.ReadOnly = true
	return []contract.Frame{static, marked}
}

func (b bench) staticWriteRefused(t conformance.T) {
	for _, writer := range b.Samples.writers() {
		for _, frame := range readOnly() {
			s := b.stage()
			s.deploy(subject, writer.code)
			o := s.run(t, frame)
			if o.Err == nil || errors.Is(o.Err, contract.ErrRevert) || o.GasLeft != 0 {
				t.Errorf("%s in a %s: %s", writer.name, frame.Kind, describe(o))
			}
			s.untouched(t, writer.name+" in a read-only frame")
		}
	}
}

func (b bench) staticReadsAllowed(t conformance.T) {
	for _, frame := range readOnly() {
		s := b.stage()
		s.deploy(subject, b.Samples.Forward(target))
		s.deploy(target, b.Samples.Echo)
		frame.Input = []byte("read")
		if o := s.run(t, frame); o.Err != nil || string(o.Output) != "read" {
			t.Errorf("Echo through Forward in a %s: %s", frame.Kind, describe(o))
		}
		s.untouched(t, "Echo")
	}
}

func (b bench) staticHoldsBelow(t conformance.T) {
	between := []chain.Address{address(0xe1), address(0xe2), address(0xe3)}
	for _, writer := range b.Samples.writers() {
		for depth := range len(between) + 1 {
			// subject → between… → target, every call an ordinary one.
			s := b.stage()
			at := subject
			for _, next := range between[:depth] {
				s.deploy(at, b.Samples.Relay(next))
				at = next
			}
			s.deploy(at, b.Samples.Relay(target))
			s.deploy(target, writer.code)
			for _, frame := range readOnly() {
				if o := s.run(t, frame); o.Err != nil {
					t.Errorf("%s at depth %d: %s", writer.name, depth+1, describe(o))
				}
				s.untouched(t, writer.name+" below a read-only frame")
			}
		}
		// A static call from an ordinary frame.
		s := b.stage()
		s.deploy(subject, b.Samples.StaticRelay(target))
		s.deploy(target, writer.code)
		flag(t, "a static call of "+writer.name, s.run(t, call()), 0)
		s.untouched(t, writer.name+" in a static call")
	}
}

func (b bench) readOnlyInEveryKind(t conformance.T) {
	for _, kind := range []contract.Kind{contract.Call, contract.StaticCall, contract.DelegateCall, contract.CallCode, contract.Create, contract.Create2} {
		s := b.stage()
		s.deploy(subject, b.Samples.Answer)
		s.deploy(target, b.Samples.Store)
		frame := contract.Frame{
			Kind: kind, Caller: person, Self: subject, Code: target, Value: word(1), Gas: plenty, ReadOnly: true,
		}
		switch kind {
		case contract.Call, contract.StaticCall:
			frame.Self = target
		case contract.Create, contract.Create2:
			frame.Self, frame.Code, frame.Input = chain.Address{}, chain.Address{}, b.Samples.Initcode(b.Samples.Answer)
		}
		o := s.run(t, frame)
		if o.Err == nil {
			t.Errorf("a write in a read-only %s succeeds: %s", kind, describe(o))
		}
		checkGas(t, "a read-only "+kind.String(), plenty, o)
		s.untouched(t, "a read-only "+kind.String())
	}
}
