package ethereum

import (
	"bytes"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Gas that a transaction costs before it runs.
const (
	gasTransaction   = 21_000 // yellow paper, G_transaction
	gasCreation      = 32_000 // EIP-2
	gasZeroByte      = 4      // yellow paper, G_txdatazero
	gasNonZeroByte   = 16     // EIP-2028
	gasInitcodeWord  = 2      // EIP-3860
	gasAccessAddress = 2_400  // EIP-2930
	gasAccessSlot    = 1_900  // EIP-2930
	gasAuthorization = 25_000 // EIP-7702, PER_EMPTY_ACCOUNT_COST
	gasFloorToken    = 10     // EIP-7623
	tokensPerNonZero = 4      // EIP-7623
)

// IntrinsicGas returns the gas that a transaction of this family costs before it runs, and the floor below which its
// gas used cannot fall (EIP-7623), under Osaka rules. The gas limit must cover both. Nothing overflows: a transaction
// has at most chain.MaxWire bytes.
func IntrinsicGas(t *chain.Transaction) (gas, floor uint64) {
	gas, floor = gasTransaction, gasTransaction
	for i := range t.Calls {
		call := &t.Calls[i]
		zeros := uint64(bytes.Count(call.Input, []byte{0}))
		others := uint64(len(call.Input)) - zeros
		gas += zeros*gasZeroByte + others*gasNonZeroByte
		floor += (zeros + others*tokensPerNonZero) * gasFloorToken
		if call.To == nil {
			gas += gasCreation + (uint64(len(call.Input))+31)/32*gasInitcodeWord
		}
	}
	for i := range t.Access {
		gas += gasAccessAddress + uint64(len(t.Access[i].Slots))*gasAccessSlot
	}
	return gas + uint64(len(t.Delegate))*gasAuthorization, floor
}
