package evm

import "github.com/holiman/uint256"

func setBool(word *uint256.Int, yes bool) {
	word.Clear()
	if yes {
		word.SetOne()
	}
}

// shiftLeft shifts word; what is shifted by 256 or more is zero (EIP-145).
func shiftLeft(word, by *uint256.Int) {
	if !by.LtUint64(256) {
		word.Clear()
		return
	}
	word.Lsh(word, uint(by.Uint64()))
}

// shiftRight fills with zeros.
func shiftRight(word, by *uint256.Int) {
	if !by.LtUint64(256) {
		word.Clear()
		return
	}
	word.Rsh(word, uint(by.Uint64()))
}

// shiftArithmetic fills with the sign.
func shiftArithmetic(word, by *uint256.Int) {
	switch {
	case by.LtUint64(256):
		word.SRsh(word, uint(by.Uint64()))
	case word.Sign() < 0:
		word.SetAllOne()
	default:
		word.Clear()
	}
}

// push sets a word to the bytes that follow an instruction; code that ends among them is
// continued by zeros.
func push(word *uint256.Int, code []byte, start, length int) {
	if start+length <= len(code) {
		word.SetBytes(code[start : start+length])
		return
	}
	present := max(0, len(code)-start)
	if present == 0 {
		word.Clear()
		return
	}
	word.SetBytes(code[start : start+present])
	word.Lsh(word, uint(8*(length-present)))
}

// copyPadded fills target with what stands in source from an offset, and with zeros where
// there is nothing.
func copyPadded(target, source []byte, offset *uint256.Int) {
	copied := 0
	if offset.LtUint64(uint64(len(source))) {
		copied = copy(target, source[offset.Uint64():])
	}
	clear(target[copied:])
}

func clone(bytes []byte) []byte {
	if len(bytes) == 0 {
		return nil
	}
	return append(make([]byte, 0, len(bytes)), bytes...)
}
