package evm_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/contract"
	"github.com/credibleledger/credibleledger/conformance/contract/evmsample"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// void is a ledger view without entries.
type void struct{}

func (void) Get(chain.StateKey) ([]byte, error) { return nil, nil }
func (void) Scan(chain.Address, chain.Space, string, func(string, []byte) bool) error {
	return nil
}

// deviations are what the EVM is known not to keep.
var deviations = map[string]string{
	"event-size-is-limited": "as on Ethereum, gas alone bounds events",
}

func subject() conformant.Subject {
	return conformant.Subject{
		New:      func() contract.VM { return evm.New() },
		Rules:    1,
		NewState: func() contract.State { return state.New(void{}) },
		Samples:  evmsample.Samples(),
	}
}

func TestEVMKeepsTheStandard(t *testing.T) {
	judged := subject()
	judged.Deviations = deviations
	conformance.Test(t, conformant.Direction(judged))
}

func TestEveryKnownDeviationIsStillThere(t *testing.T) {
	all := conformant.Direction(subject())
	for name := range deviations {
		rule, ok := all.Rule(name)
		if !ok {
			t.Errorf("%q is no rule", name)
			continue
		}
		one := conformance.Direction{Name: all.Name, Version: all.Version, Rules: []conformance.Rule{rule}}
		if conformance.Execute(t.Context(), one, evm.Name).Passed() {
			t.Errorf("the EVM keeps %q now: take it off the list", name)
		}
	}
}
