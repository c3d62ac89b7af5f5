package precompile

import (
	"math"
	"math/bits"
)

// tariff is what a fork asks for modular exponentiation and how long it lets the
// numbers be.
type tariff struct {
	complexity      func(words uint64) uint64 // of a multiplication; MaxUint64 where it does not fit
	perExponentByte uint64                    // iterations for each byte of the exponent after the first 32
	divisor, least  uint64
	longestOperand  uint64 // bytes of base and modulus
	longestExponent uint64 // bytes
	lengthsFirst    bool   // whether a length that is too large matters though the modulus is empty
}

var (
	// tariff2565 is that of EIP-2565, from Berlin to Prague, where the EVM knows no
	// bounds but gas. These keep a run with limitless gas from taking all memory: the
	// cheapest exponent beyond them costs 715 million, the cheapest operand 91 billion.
	tariff2565 = tariff{
		complexity:      square,
		perExponentByte: 8, divisor: 3, least: 200,
		longestOperand: 1 << 22, longestExponent: 1 << 28,
	}
	// tariff7883 is that of EIP-7883 with the bounds of EIP-7823, from Osaka.
	tariff7883 = tariff{
		complexity: func(words uint64) uint64 {
			if words <= 4 {
				return 16
			}
			return saturatingMultiply(2, square(words))
		},
		perExponentByte: 16, divisor: 1, least: 500,
		longestOperand: 1024, longestExponent: 1024, lengthsFirst: true,
	}
)

// Gas returns the price of the exponentiation that the input asks for.
func (m modexp) Gas(input []byte) uint64 {
	lengths, body := parseModexp(input)
	complexity := m.complexity(words(max(lengths.base, lengths.modulus)))
	iterations := m.iterations(lengths, body)
	high, low := bits.Mul64(complexity, iterations)
	saturated := complexity == math.MaxUint64 || iterations == math.MaxUint64 && complexity > 0
	if saturated || high >= m.divisor {
		return math.MaxUint64
	}
	gas, _ := bits.Div64(high, low, m.divisor)
	return max(gas, m.least)
}

// iterations estimates the squarings: one for each bit of the exponent below its
// highest one, which is looked for in the first 32 bytes only.
func (m modexp) iterations(lengths modexpLengths, body []byte) uint64 {
	head := section(body, lengths.base, min(lengths.exponent, wordSize))
	count := uint64(max(bitLength(head)-1, 0))
	if lengths.exponent > wordSize {
		tail := saturatingMultiply(m.perExponentByte, lengths.exponent-wordSize)
		sum, carry := bits.Add64(count, tail, 0)
		if carry != 0 {
			return math.MaxUint64
		}
		count = sum
	}
	return max(count, 1)
}

// words returns how many words of 64 bits hold so many bytes.
func words(length uint64) uint64 { return length/8 + (length%8+7)/8 }

func square(words uint64) uint64 { return saturatingMultiply(words, words) }

func saturatingMultiply(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	if high != 0 {
		return math.MaxUint64
	}
	return low
}

// bitLength returns the length in bits of a big-endian number.
func bitLength(number []byte) int {
	for i, b := range number {
		if b != 0 {
			return 8*(len(number)-i-1) + bits.Len8(b)
		}
	}
	return 0
}
