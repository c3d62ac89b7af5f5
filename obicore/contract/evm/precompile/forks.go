package precompile

import (
	"sync"

	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

// Cancun returns the contracts 0x01 to 0x0a.
func Cancun() *Set { return cancun() }

// Prague returns those of Cancun and the arithmetic of BLS12-381, EIP-2537, at
// 0x0b to 0x11.
func Prague() *Set { return prague() }

// Osaka returns those of Prague with dearer and bounded modular exponentiation,
// EIP-7883 and EIP-7823, and P256VERIFY, EIP-7951, at 0x0100.
func Osaka() *Set { return osaka() }

var (
	cancun = sync.OnceValue(func() *Set {
		return newSet(sinceCancun(), []numbered{{0x05, modexp{tariff2565}}})
	})
	prague = sync.OnceValue(func() *Set {
		return newSet(sinceCancun(), sincePrague(), []numbered{{0x05, modexp{tariff2565}}})
	})
	osaka = sync.OnceValue(func() *Set {
		return newSet(sinceCancun(), sincePrague(), []numbered{
			{0x05, modexp{tariff7883}},
			{0x0100, plain{flat(6_900), p256Verify}},
		})
	})
)

// sinceCancun is all of Cancun that later forks left as it was.
func sinceCancun() []numbered {
	return []numbered{
		{0x01, plain{flat(3_000), ecrecover{secp256k1.New()}.run}},
		{0x02, plain{perWord(60, 12), sha256Sum}},
		{0x03, plain{perWord(600, 120), ripemd160Sum}},
		{0x04, plain{perWord(15, 3), identity}},
		{0x06, plain{flat(150), bn254Add}}, // the prices of bn254 are those of EIP-1108
		{0x07, plain{flat(6_000), bn254Multiply}},
		{0x08, plain{perItem(45_000, 34_000, bn254PairSize), bn254Pairing}},
		{0x09, plain{blake2Price, blake2F}},
		{0x0a, plain{flat(50_000), pointEvaluation}},
	}
}

func sincePrague() []numbered {
	return []numbered{
		{0x0b, plain{flat(375), blsG1Add}},
		{0x0c, plain{discounted(12_000, &discountsG1, blsG1ItemSize), blsG1Combine}},
		{0x0d, plain{flat(600), blsG2Add}},
		{0x0e, plain{discounted(22_500, &discountsG2, blsG2ItemSize), blsG2Combine}},
		{0x0f, plain{perItem(37_700, 32_600, blsPairSize), blsPairing}},
		{0x10, plain{flat(5_500), blsMapToG1}},
		{0x11, plain{flat(23_800), blsMapToG2}},
	}
}
