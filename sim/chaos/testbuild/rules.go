package testbuild

import (
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// GasCapTwo is how much gas a transaction may take under version 2 of the rules, which
// differs from version 1 in nothing else.
const GasCapTwo = 1_000_000

// RulesTwo returns the versions that the newer binary knows.
func RulesTwo() execution.RulesTable {
	table := execution.DefaultRules()
	two := table[1]
	two.Version, two.GasCap = 2, GasCapTwo
	table[2] = two
	return table
}

// ContractsTwo are the newer binary's virtual machines.
func ContractsTwo(crypto.Suite) ([]contract.VM, error) {
	modules, err := native.New(native.Parameters{})
	return []contract.VM{modules, evm.New(evm.WithFork(2, evm.Osaka))}, err
}
