package evm

import "github.com/credibleledger/credibleledger/obicore/contract/evm/precompile"

// Fork is an Ethereum hard fork whose instruction set and precompiles the
// interpreter can run.
type Fork uint8

// The forks. Chains run Osaka; the older ones exist for test harnesses.
const (
	Cancun Fork = iota + 1
	Prague
	Osaka
)

// instructionSet is what a fork decides inside the EVM.
type instructionSet struct {
	table       table
	precompiled *precompile.Set
	delegation  bool // code of accounts may name another's (EIP-7702)
}

func instructionsOf(fork Fork) *instructionSet {
	set := &instructionSet{table: cancunTable(), precompiled: precompile.Cancun()}
	if fork >= Prague {
		set.precompiled, set.delegation = precompile.Prague(), true
	}
	if fork >= Osaka {
		set.precompiled = precompile.Osaka()
		set.table.define(CLZ, gasLow, 1, 1) // EIP-7939
	}
	return set
}
