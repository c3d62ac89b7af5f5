package chain

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
)

// WordSize is the length in bytes of a Word.
const WordSize = 32

// Word is an unsigned 256-bit integer, big-endian: an amount in the native
// unit's smallest fraction, a storage slot or a storage value. The VMs convert
// it once into their own arithmetic type.
type Word [WordSize]byte

// WordFromUint64 returns v as a Word.
func WordFromUint64(v uint64) (w Word) {
	binary.BigEndian.PutUint64(w[WordSize-8:], v)
	return w
}

// WordFromBytes returns big-endian bytes as a Word, whatever leading zeros are left out,
// as storage has them; ok is false when they are more than a Word has.
func WordFromBytes(b []byte) (w Word, ok bool) {
	if len(b) > WordSize {
		return w, false
	}
	copy(w[WordSize-len(b):], b)
	return w, true
}

// WordFromBig returns v as a Word; ok is false when v is negative or longer
// than 256 bits.
func WordFromBig(v *big.Int) (w Word, ok bool) {
	if v.Sign() < 0 || v.BitLen() > 8*WordSize {
		return w, false
	}
	v.FillBytes(w[:])
	return w, true
}

// IsZero reports whether w is zero.
func (w Word) IsZero() bool { return w == Word{} }

// Uint64 returns w as a uint64; ok is false when it does not fit.
func (w Word) Uint64() (v uint64, ok bool) {
	for _, b := range w[:WordSize-8] {
		if b != 0 {
			return 0, false
		}
	}
	return binary.BigEndian.Uint64(w[WordSize-8:]), true
}

// Big returns w as a new big integer.
func (w Word) Big() *big.Int { return new(big.Int).SetBytes(w[:]) }

// Cmp returns -1, 0 or 1 as w is less than, equal to or greater than v.
func (w Word) Cmp(v Word) int {
	for i := range w {
		if w[i] != v[i] {
			if w[i] < v[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// Add returns w+v; overflow reports that the sum did not fit in 256 bits.
func (w Word) Add(v Word) (sum Word, overflow bool) {
	carry := uint16(0)
	for i := WordSize - 1; i >= 0; i-- {
		carry += uint16(w[i]) + uint16(v[i])
		sum[i] = byte(carry)
		carry >>= 8
	}
	return sum, carry != 0
}

// Sub returns w-v; underflow reports that v was greater than w.
func (w Word) Sub(v Word) (difference Word, underflow bool) {
	borrow := int16(0)
	for i := WordSize - 1; i >= 0; i-- {
		d := int16(w[i]) - int16(v[i]) - borrow
		borrow = 0
		if d < 0 {
			d += 256
			borrow = 1
		}
		difference[i] = byte(d)
	}
	return difference, borrow != 0
}

// String returns w in decimal.
func (w Word) String() string { return w.Big().String() }

// MarshalText writes w as a 0x-prefixed hexadecimal quantity without leading
// zeros, the form of canonical genesis and of JSON-RPC.
func (w Word) MarshalText() ([]byte, error) {
	return []byte("0x" + w.Big().Text(16)), nil
}

// UnmarshalText reads what MarshalText writes; leading zeros are refused so
// that a value has one spelling.
func (w *Word) UnmarshalText(text []byte) error {
	digits, found := strings.CutPrefix(string(text), "0x")
	if !found || digits == "" || len(digits) > 2*WordSize || (digits[0] == '0' && len(digits) > 1) {
		return fmt.Errorf("%w: a quantity is 0x and 1 to 64 digits without leading zeros", ErrText)
	}
	for i := range len(digits) {
		if !isHexDigit(digits[i]) {
			return fmt.Errorf("%w: a quantity has only hexadecimal digits", ErrText)
		}
	}
	v, _ := new(big.Int).SetString(digits, 16)
	v.FillBytes(w[:])
	return nil
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
