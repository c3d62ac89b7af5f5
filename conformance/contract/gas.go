package contract

import (
	"bytes"
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

func (b bench) gasRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "gas-stays-within-given", Statement: "A frame leaves no more gas than it was given, however much or little that is.", Check: b.gasStaysWithinGiven},
		{Name: "work-costs-gas", Statement: "A program that never ends runs out of gas, and one that writes does not do so for nothing.", Check: b.workCostsGas},
		{Name: "fault-spends-all", Statement: "A frame that ends with a fault has no gas left.", Check: b.faultSpendsAll},
		{Name: "faults-are-named", Statement: "Faults that the standard names carry its errors: ErrOutOfGas, ErrReadOnly, ErrCodeSize.", Check: b.faultsAreNamed},
	}
}

// refusedAtEntry reports the errors by which a frame is refused before it starts: it
// may keep its gas.
func refusedAtEntry(err error) bool {
	return errors.Is(err, contract.ErrDepth) || errors.Is(err, contract.ErrBalance)
}

// checkGas holds for every outcome whatever ran.
func checkGas(t conformance.T, what string, given uint64, o contract.Outcome) {
	t.Helper()
	if o.GasLeft > given {
		t.Errorf("%s: given %d gas, %s", what, given, describe(o))
	}
	fault := o.Err != nil && !errors.Is(o.Err, contract.ErrRevert) && !refusedAtEntry(o.Err)
	if fault && o.GasLeft != 0 {
		t.Errorf("%s: a fault leaves gas: %s", what, describe(o))
	}
}

func (b bench) gasStaysWithinGiven(t conformance.T) {
	amounts := []uint64{0, 1, 2, 20, 700, 2_300, 21_000, 30_000, 100_000, plenty, 1 << 62, ^uint64(0)}
	random := randomness(1)
	for range 30 {
		amounts = append(amounts, random.Uint64N(60_000))
	}
	for _, gas := range amounts {
		b.each(func(name string, s *stage) {
			frame := call(1, 2, 3)
			frame.Gas = gas
			if o := s.run(t, frame); o.GasLeft > gas {
				t.Errorf("%s: given %d gas, %s", name, gas, describe(o))
			}
		})
	}
}

func (b bench) workCostsGas(t conformance.T) {
	for _, gas := range []uint64{0, 1, 1_000, plenty} {
		s := b.stage()
		s.deploy(subject, b.Samples.Loop)
		frame := call()
		frame.Gas = gas
		if o := s.run(t, frame); !errors.Is(o.Err, contract.ErrOutOfGas) {
			t.Errorf("Loop, given %d gas: %s", gas, describe(o))
		}
	}
	b.each(func(name string, s *stage) {
		writes := []string{"Store", "Remember", "Log", "Create", "Destroy", "Event", "Pay", "Guard"}
		if !slices.Contains(writes, name) {
			return
		}
		frame := call()
		frame.Gas = 0
		if o := s.run(t, frame); !errors.Is(o.Err, contract.ErrOutOfGas) {
			t.Errorf("%s, given no gas: %s", name, describe(o))
		}
		s.untouched(t, name+" without gas")
	})
}

func (b bench) faultSpendsAll(t conformance.T) {
	for _, program := range []sample{{"Fault", b.Samples.Fault}, {"Loop", b.Samples.Loop}} {
		s := b.stage()
		s.deploy(subject, program.code)
		o := s.run(t, call())
		if o.Err == nil || errors.Is(o.Err, contract.ErrRevert) {
			t.Errorf("%s does not end with a fault: %s", program.name, describe(o))
		}
		checkGas(t, program.name, plenty, o)
	}
	// An inner fault spends what the inner frame was given, and the outer frame goes on.
	s := b.stage()
	s.deploy(subject, b.Samples.Relay(target))
	s.deploy(target, b.Samples.Fault)
	o := s.run(t, call())
	flag(t, "a call of Fault", o, 0)
	if o.GasLeft > plenty/2 {
		t.Errorf("a fault in a call with all gas leaves %d of %d", o.GasLeft, plenty)
	}
}

func (b bench) faultsAreNamed(t conformance.T) {
	check := func(what string, o contract.Outcome, want error) {
		if !errors.Is(o.Err, want) {
			t.Errorf("%s ends with %q, which is not %q", what, o.Err, want)
		}
	}
	for _, program := range []sample{{"Loop", b.Samples.Loop}, {"an event of eight megabytes", b.Samples.Event(1 << 23)}} {
		s := b.stage()
		s.deploy(subject, program.code)
		check(program.name, s.run(t, call()), contract.ErrOutOfGas)
	}
	for _, writer := range b.Samples.writers() {
		s := b.stage()
		s.deploy(subject, writer.code)
		check(writer.name+" in a static call", s.run(t, readOnly()[0]), contract.ErrReadOnly)
	}
	s := b.stage()
	tooLarge := make([]byte, s.limits.CodeBytes+1)
	check("a creation with too much code", s.run(t, creation(b.Samples.Initcode(tooLarge))), contract.ErrCodeSize)
}

func (b bench) undoRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "revert-leaves-gas-and-reason", Statement: "A frame that reverts ends with ErrRevert, gives its reason as output and keeps the gas that it has not used.", Check: b.revertLeavesGasAndReason},
		{Name: "undone-frame-leaves-nothing", Statement: "After a revert or a fault, state, events and refund are as before the frame.", Check: b.undoneFrameLeavesNothing},
		{Name: "inner-undo-spares-outer", Statement: "An inner frame that is undone takes nothing with it of the frames around it.", Check: b.innerUndoSparesOuter},
	}
}

func (b bench) revertLeavesGasAndReason(t conformance.T) {
	s := b.stage()
	s.deploy(subject, b.Samples.Revert)
	o := s.run(t, call())
	if !errors.Is(o.Err, contract.ErrRevert) || !bytes.Equal(o.Output, answer()) || o.GasLeft == 0 {
		t.Errorf("Revert: %s", describe(o))
	}
}

func (b bench) undoneFrameLeavesNothing(t conformance.T) {
	for _, program := range []sample{{"Revert", b.Samples.Revert}, {"Fault", b.Samples.Fault}} {
		s := b.stage()
		s.deploy(subject, program.code)
		frame := call()
		frame.Value = word(5)
		if o := s.run(t, frame); o.Err == nil {
			t.Errorf("%s succeeds: %s", program.name, describe(o))
		}
		s.untouched(t, program.name)
		if balance := s.state.Balance(subject); balance != word(100) {
			t.Errorf("%s keeps the value: its balance is %s", program.name, balance)
		}
	}
}

func (b bench) innerUndoSparesOuter(t conformance.T) {
	for _, program := range []sample{{"Revert", b.Samples.Revert}, {"Fault", b.Samples.Fault}} {
		s := b.stage()
		s.deploy(subject, b.Samples.Guard(target))
		s.deploy(target, program.code)
		if o := s.run(t, call()); o.Err != nil {
			t.Fatalf("Guard around %s: %s", program.name, describe(o))
		}
		if one, two := s.state.Slot(subject, word(1)), s.state.Slot(subject, word(2)); one != word(1) || two != word(1) {
			t.Errorf("Guard around %s: its slots are %s and %s, want 1 and 1", program.name, one, two)
		}
		if one, two := s.state.Slot(target, word(1)), s.state.Slot(target, word(2)); !one.IsZero() || two != word(9) || len(s.state.logs) != 0 {
			t.Errorf("%s inside Guard: its slots are %s and %s, with %d events", program.name, one, two, len(s.state.logs))
		}
	}
}
