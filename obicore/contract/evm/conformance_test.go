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

// go-ethereum's interpreter leaves no way in for these; they end with an
// interpreter of our own.
var _ = map[string]string{
	"read-only-in-every-kind": "the interpreter takes no read-only delegate calls, call codes and creations at its entry",
	"entry-depth-counts":      "the interpreter counts depth from its own entry",
	"limits-are-the-chains":   "the interpreter has Ethereum's code size limit built in",
	"event-size-is-limited":   "the interpreter bounds events by gas only",
}

func TestEVMKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(conformant.Subject{
		New:        func() contract.VM { return evm.New() },
		Rules:      1,
		NewState:   func() contract.State { return state.New(void{}) },
		Samples:    evmsample.Samples(),
		//XX
	}))
}
