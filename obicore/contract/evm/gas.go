package evm

// Prices in gas (Yellow Paper, appendix G, as the EIPs named have changed them).
const (
	gasBase     = 2
	gasVeryLow  = 3
	gasLow      = 5
	gasMid      = 8
	gasHigh     = 10
	gasJumpDest = 1

	gasExp           = 10
	gasExpByte       = 50 // EIP-160
	gasKeccak256     = 30
	gasKeccak256Word = 6
	gasCopyWord      = 3
	gasBlockHash     = 20
	gasLog           = 375
	gasLogTopic      = 375
	gasLogByte       = 8

	// Accesses (EIP-2929).
	gasWarm        = 100
	gasColdAccount = 2_600
	gasColdSlot    = 2_100

	// Storage (EIP-2200, EIP-3529).
	gasSentry     = 2_300 // SSTORE fails with this much or less
	gasSetSlot    = 20_000
	gasChangeSlot = 5_000 - gasColdSlot
	refundClear   = 4_800

	gasCreate       = 32_000
	gasCodeByte     = 200
	gasInitcodeWord = 2 // EIP-3860
	gasCallValue    = 9_000
	gasCallStipend  = 2_300 // of the price of value, given to the callee
	gasNewAccount   = 25_000
	gasSelfDestruct = 5_000
	gasShareKept    = 64 // one part in so many stays with the caller (EIP-150)
)
