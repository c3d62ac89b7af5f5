package precompile

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
)

var errOperandLength = fmt.Errorf("%w: a number of the exponentiation is longer than the fork allows", ErrInput)

// modexp is the contract at 0x05, EIP-198: base to the power of exponent modulo
// modulus, each with a length of its own.
type modexp struct{ tariff }

// modexpLengths are in bytes; MaxUint64 stands for all that does not fit.
type modexpLengths struct{ base, exponent, modulus uint64 }

// Run returns the power, as long as the modulus is.
func (m modexp) Run(input []byte) ([]byte, error) {
	lengths, body := parseModexp(input)
	if lengths.modulus > 0 || m.lengthsFirst {
		if max(lengths.base, lengths.modulus) > m.longestOperand || lengths.exponent > m.longestExponent {
			return nil, errOperandLength
		}
	}
	if lengths.modulus == 0 {
		return nil, nil
	}
	output := make([]byte, lengths.modulus)
	modulus := new(big.Int).SetBytes(section(body, lengths.base+lengths.exponent, lengths.modulus))
	if modulus.Sign() == 0 {
		return output, nil // big.Int would leave the power whole
	}
	base := new(big.Int).SetBytes(section(body, 0, lengths.base))
	exponent := new(big.Int).SetBytes(section(body, lengths.base, lengths.exponent))
	return base.Exp(base, exponent, modulus).FillBytes(output), nil
}

// parseModexp splits the three lengths from the numbers.
func parseModexp(input []byte) (modexpLengths, []byte) {
	header := padded(input, 3*wordSize)
	return modexpLengths{
		base:     parseLength(header[:wordSize]),
		exponent: parseLength(header[wordSize : 2*wordSize]),
		modulus:  parseLength(header[2*wordSize:]),
	}, input[min(len(input), 3*wordSize):]
}

func parseLength(word []byte) uint64 {
	if !isZero(word[:wordSize-8]) {
		return math.MaxUint64
	}
	return binary.BigEndian.Uint64(word[wordSize-8:])
}

// section returns length bytes from offset on, with zeros for those that the
// body lacks. It may share memory with the body.
func section(body []byte, offset, length uint64) []byte {
	body = body[min(offset, uint64(len(body))):]
	if uint64(len(body)) >= length {
		return body[:length]
	}
	return padded(body, int(length))
}
