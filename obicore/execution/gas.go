package execution

import (
	"bytes"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Gas prices of a transaction before its first instruction. Sources: yellow
// paper appendix G, EIP-2028, EIP-2930, EIP-3860, EIP-7623, EIP-7702, EIP-4844.
const (
	gasTransaction   = 21_000
	gasCreate        = 32_000
	gasZeroByte      = 4
	gasNonZeroByte   = 16
	gasInitcodeWord  = 2
	gasAccessAddress = 2_400
	gasAccessSlot    = 1_900
	gasDelegation    = 25_000 // per authorisation, PER_EMPTY_ACCOUNT_COST
	gasDelegationLow = 12_500 // PER_AUTH_BASE_COST: what an existing authority costs
	gasFloorToken    = 10
	gasPerBlob       = 1 << 17
	refundQuotient   = 5 // EIP-3529
)

// IntrinsicGas returns the gas that t costs before its first instruction, and
// the least that it costs in the end (0 when the rules have no floor). Sizes are
// bounded by chain.Limits, so the sums cannot overflow.
func IntrinsicGas(rules Rules, t *chain.Transaction) (intrinsic, floor uint64) {
	intrinsic = gasTransaction
	tokens := uint64(0)
	for i := range t.Calls {
		call := &t.Calls[i]
		zero := uint64(bytes.Count(call.Input, []byte{0}))
		nonZero := uint64(len(call.Input)) - zero
		intrinsic += zero*gasZeroByte + nonZero*gasNonZeroByte
		tokens += zero + 4*nonZero
		if call.To == nil {
			intrinsic += gasCreate + gasInitcodeWord*((uint64(len(call.Input))+31)/32)
		}
	}
	for i := range t.Access {
		intrinsic += gasAccessAddress + gasAccessSlot*uint64(len(t.Access[i].Slots))
	}
	intrinsic += gasDelegation * uint64(len(t.Delegate))
	if rules.Floor {
		floor = gasTransaction + gasFloorToken*tokens
	}
	return intrinsic, floor
}
