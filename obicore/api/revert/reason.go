package revert

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"unicode/utf8"
)

// The selectors of Solidity's built-in errors.
var (
	selectorError = []byte{0x08, 0xc3, 0x79, 0xa0} // Error(string)
	selectorPanic = []byte{0x4e, 0x48, 0x7b, 0x71} // Panic(uint256)
)

// panicReasons are Solidity's panic codes in the words that clients know.
var panicReasons = map[uint64]string{
	0x00: "generic panic",
	0x01: "assert(false)",
	0x11: "arithmetic underflow or overflow",
	0x12: "division or modulo by zero",
	0x21: "enum overflow",
	0x22: "invalid encoded storage byte array accessed",
	0x31: "out-of-bounds array access; popping on an empty array",
	0x32: "out-of-bounds access of an array or bytesN",
	0x41: "out of memory",
	0x51: "uninitialized function",
}

// Reason returns the text in the output of a reverted call, empty when it
// has none that everybody understands.
func Reason(output []byte) string {
	switch {
	case bytes.HasPrefix(output, selectorError):
		return abiString(output[4:])
	case bytes.HasPrefix(output, selectorPanic) && len(output) == 36:
		return panicReason(output[4:])
	}
	return ""
}

func panicReason(code []byte) string {
	number := new(big.Int).SetBytes(code)
	if reason, known := panicReasons[number.Uint64()]; known && number.IsUint64() {
		return reason
	}
	return fmt.Sprintf("unknown panic code: %#x", number)
}

// abiString reads one ABI-encoded string, empty when it is malformed.
func abiString(data []byte) string {
	offset, ok := abiLength(data, 0)
	if !ok {
		return ""
	}
	length, ok := abiLength(data, offset)
	if !ok || length > uint64(len(data))-offset-32 {
		return ""
	}
	text := data[offset+32 : offset+32+length]
	if !utf8.Valid(text) {
		return ""
	}
	return string(text)
}

// abiLength reads the word at an offset as a length inside data.
func abiLength(data []byte, offset uint64) (uint64, bool) {
	if uint64(len(data)) < 32 || offset > uint64(len(data))-32 {
		return 0, false
	}
	word := data[offset : offset+32]
	if !bytes.Equal(word[:24], make([]byte, 24)) {
		return 0, false
	}
	length := binary.BigEndian.Uint64(word[24:])
	return length, length <= uint64(len(data))
}
