package contract

import (
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Subject is a VM to be judged with what the rules need to use it.
type Subject struct {
	// New makes an independent value of the VM.
	New func() contract.VM
	// Rules is a rules version that the VM has.
	Rules uint64
	// NewState makes an empty state.
	NewState func() contract.State
	// Samples are programs for the VM.
	Samples Samples
	// Deviations says of rules, by name, why the VM is known not to keep them. They are
	// reported as not applicable with this reason.
	Deviations map[string]string
}

// Samples are the code of small contracts. Each works with a few hundred thousand units
// of gas, except Loop and Recurse, which use what they get.
type Samples struct {
	// Answer returns the word 42.
	Answer []byte
	// Echo returns its input.
	Echo []byte
	// Store sets its slot 1 to 1.
	Store []byte
	// Remember sets its transient slot 1 to 1.
	Remember []byte
	// Log emits an event with the topic 7 and the word 42 as data.
	Log []byte
	// Revert clears its slot 2, sets its slot 1 to 1, emits an event like Log and reverts
	// with the word 42 as reason.
	Revert []byte
	// Fault does what Revert does, but ends with a fault.
	Fault []byte
	// Loop never ends.
	Loop []byte
	// Recurse adds 1 to its slot 1 and calls itself with all its gas; it succeeds
	// whatever the call comes to.
	Recurse []byte
	// Create creates a contract without code and returns its address as a word.
	Create []byte
	// Destroy destroys itself in favour of the zero address.
	Destroy []byte

	// Event emits one event without topics and with size zero bytes as data.
	Event func(size uint64) []byte
	// Relay calls the address with its input and all its gas, and returns the word 1, or
	// 0 when the call failed.
	Relay func(to chain.Address) []byte
	// StaticRelay is Relay with a static call.
	StaticRelay func(to chain.Address) []byte
	// Pay is Relay without input and with a value of 1.
	Pay func(to chain.Address) []byte
	// Forward calls the address with its input and all its gas, and ends as the call did:
	// with its output, or reverting with its reason.
	Forward func(to chain.Address) []byte
	// Guard sets its slot 1 to 1, calls the address with all its gas, and sets its slot 2
	// to 2, or to 1 when the call failed.
	Guard func(to chain.Address) []byte
	// Initcode is what a creation runs to make a contract with the given code.
	Initcode func(code []byte) []byte
}

// Direction returns the rules with the version of the standard that they belong to.
func Direction(subject Subject) conformance.Direction {
	return conformance.Direction{Name: "contract", Version: contract.Version, Rules: Rules(subject)}
}

// Rules returns the rules for a VM.
func Rules(subject Subject) []conformance.Rule {
	b := bench{subject}
	rules := slices.Concat(b.identityRules(), b.outcomeRules(), b.gasRules(), b.undoRules(), b.staticRules(),
		b.limitRules(), b.valueRules(), b.createRules(), b.traceRules(), b.hostileRules())
	for i, rule := range rules {
		if reason, known := subject.Deviations[rule.Name]; known {
			rules[i].Check = func(t conformance.T) { t.Skipf("known deviation: %s", reason) }
		}
	}
	return rules
}

// bench is what the rules are made from.
type bench struct{ Subject }
