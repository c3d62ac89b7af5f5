package quantity

import (
	"reflect"
	"strconv"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Uint64 is a quantity of at most 64 bits: a nonce, a gas amount, a block number. Zero is "0x0".
type Uint64 uint64

// String returns u as a quantity.
func (u Uint64) String() string {
	text, _ := u.AppendText(nil)
	return string(text)
}

// AppendText implements encoding.TextAppender; it never fails.
func (u Uint64) AppendText(dst []byte) ([]byte, error) {
	return strconv.AppendUint(append(dst, "0x"...), uint64(u), 16), nil
}

// MarshalText implements encoding.TextMarshaler; it never fails.
func (u Uint64) MarshalText() ([]byte, error) { return u.AppendText(make([]byte, 0, 18)) }

// UnmarshalText implements encoding.TextUnmarshaler. Errors: ErrEmpty, ErrMissingPrefix, ErrEmptyNumber, ErrLeadingZero,
// ErrUint64Range, ErrSyntax.
func (u *Uint64) UnmarshalText(text []byte) error {
	v, err := parseUint64(text)
	if err == nil {
		*u = Uint64(v)
	}
	return err
}

var uint64Type = namedType{reflect.TypeFor[Uint64](), "hexutil.Uint64"}

// UnmarshalJSON implements json.Unmarshaler; a JSON number is refused, as Ethereum's API wants strings.
func (u *Uint64) UnmarshalJSON(input []byte) error {
	text, err := unquote(input, uint64Type)
	if err != nil {
		return err
	}
	return typed(u.UnmarshalText(text), uint64Type)
}

// Word is a quantity of at most 256 bits: an amount in the smallest unit, a slot number. Zero is "0x0".
type Word chain.Word

// Value returns w as the kernel's type.
func (w Word) Value() chain.Word { return chain.Word(w) }

// String returns w as a quantity.
func (w Word) String() string {
	text, _ := w.AppendText(nil)
	return string(text)
}

// AppendText implements encoding.TextAppender; it never fails.
func (w Word) AppendText(dst []byte) ([]byte, error) {
	dst = append(dst, "0x"...)
	leading := true
	for _, b := range w {
		for _, d := range [2]byte{b >> 4, b & 15} {
			if leading = leading && d == 0; !leading {
				dst = append(dst, "0123456789abcdef"[d])
			}
		}
	}
	if leading {
		dst = append(dst, '0')
	}
	return dst, nil
}

// MarshalText implements encoding.TextMarshaler; it never fails.
func (w Word) MarshalText() ([]byte, error) { return w.AppendText(make([]byte, 0, 2+2*len(w))) }

// UnmarshalText implements encoding.TextUnmarshaler. Errors: ErrEmpty, ErrMissingPrefix, ErrEmptyNumber, ErrLeadingZero,
// ErrWordRange, ErrSyntax.
func (w *Word) UnmarshalText(text []byte) error {
	digits, err := number(text)
	if err != nil {
		return err
	}
	if len(digits) > 2*len(w) {
		return ErrWordRange
	}
	var v Word
	for i := range digits {
		d := digit(digits[len(digits)-1-i])
		if d == badDigit {
			return ErrSyntax
		}
		v[len(v)-1-i/2] |= d << (4 * (i % 2))
	}
	*w = v
	return nil
}

var wordType = namedType{reflect.TypeFor[Word](), "hexutil.Big"}

// UnmarshalJSON implements json.Unmarshaler.
func (w *Word) UnmarshalJSON(input []byte) error {
	text, err := unquote(input, wordType)
	if err != nil {
		return err
	}
	return typed(w.UnmarshalText(text), wordType)
}
