package quantity

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"reflect"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Bytes is data of any length: call data, code, a raw transaction. No bytes are "0x", also when the slice is nil.
type Bytes []byte

// String returns b as data.
func (b Bytes) String() string { return string(appendData(nil, b)) }

// AppendText implements encoding.TextAppender; it never fails.
func (b Bytes) AppendText(dst []byte) ([]byte, error) { return appendData(dst, b), nil }

// MarshalText implements encoding.TextMarshaler; it never fails.
func (b Bytes) MarshalText() ([]byte, error) {
	return appendData(make([]byte, 0, 2+2*len(b)), b), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. Errors: ErrEmpty, ErrMissingPrefix, ErrOddLength, ErrSyntax.
func (b *Bytes) UnmarshalText(text []byte) error {
	digits, err := evenDigits(text)
	if err != nil {
		return err
	}
	decoded := make([]byte, len(digits)/2)
	if _, err := hex.Decode(decoded, digits); err != nil {
		return ErrSyntax
	}
	*b = decoded
	return nil
}

var bytesType = namedType{reflect.TypeFor[Bytes](), "hexutil.Bytes"}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bytes) UnmarshalJSON(input []byte) error {
	text, err := unquote(input, bytesType)
	if err != nil {
		return err
	}
	return typed(b.UnmarshalText(text), bytesType)
}

// BytesList is a list of data, which may be long: raw transactions.
type BytesList []Bytes

// UnmarshalJSON implements json.Unmarshaler. What is not a list of good data goes to package json,
// which is slower and knows what is wrong.
func (l *BytesList) UnmarshalJSON(input []byte) error {
	if found, good := decodeList(input); good {
		*l = found
		return nil
	}
	return json.Unmarshal(input, (*[]Bytes)(l))
}

const jsonSpace = " \t\r\n"

func decodeList(input []byte) (found []Bytes, good bool) {
	rest, opened := bytes.CutPrefix(input, []byte{'['})
	rest, closed := bytes.CutSuffix(rest, []byte{']'})
	if rest = bytes.TrimLeft(rest, jsonSpace); !opened || !closed || len(rest) == 0 {
		return nil, opened && closed
	}
	for {
		text, behind, quoted := cutQuoted(rest)
		var b Bytes
		if !quoted || b.UnmarshalText(text) != nil {
			return nil, false
		}
		found = append(found, b)
		if rest = bytes.TrimLeft(behind, jsonSpace); len(rest) == 0 {
			return found, true
		}
		if rest[0] != ',' {
			return nil, false
		}
		rest = bytes.TrimLeft(rest[1:], jsonSpace)
	}
}

// cutQuoted returns what stands in quotes at the start of b, and what stands behind them.
func cutQuoted(b []byte) (text, behind []byte, quoted bool) {
	rest, opened := bytes.CutPrefix(b, []byte{'"'})
	text, behind, closed := bytes.Cut(rest, []byte{'"'})
	return text, behind, opened && closed
}

// Hash is 32 bytes of data.
type Hash chain.Hash

// Value returns h as the kernel's type.
func (h Hash) Value() chain.Hash { return chain.Hash(h) }

// String returns h as data.
func (h Hash) String() string { return string(appendData(nil, h[:])) }

// AppendText implements encoding.TextAppender; it never fails.
func (h Hash) AppendText(dst []byte) ([]byte, error) { return appendData(dst, h[:]), nil }

// MarshalText implements encoding.TextMarshaler; it never fails.
func (h Hash) MarshalText() ([]byte, error) { return appendData(make([]byte, 0, 66), h[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler. Errors: those of Bytes and ErrLength.
func (h *Hash) UnmarshalText(text []byte) error { return decodeFixed(h[:], text, "common.Hash") }

var hashType = namedType{reflect.TypeFor[Hash](), "common.Hash"}

// UnmarshalJSON implements json.Unmarshaler.
func (h *Hash) UnmarshalJSON(input []byte) error {
	text, err := unquote(input, hashType)
	if err != nil {
		return err
	}
	return typed(h.UnmarshalText(text), hashType)
}

// Address is 20 bytes of data. A checksum in mixed case (EIP-55) is not verified, as no Ethereum API does.
type Address chain.Address

// Value returns a as the kernel's type.
func (a Address) Value() chain.Address { return chain.Address(a) }

// String returns a as data in lower case.
func (a Address) String() string { return string(appendData(nil, a[:])) }

// AppendText implements encoding.TextAppender; it never fails.
func (a Address) AppendText(dst []byte) ([]byte, error) { return appendData(dst, a[:]), nil }

// MarshalText implements encoding.TextMarshaler; it never fails.
func (a Address) MarshalText() ([]byte, error) { return appendData(make([]byte, 0, 42), a[:]), nil }

// UnmarshalText implements encoding.TextUnmarshaler. Errors: those of Bytes and ErrLength.
func (a *Address) UnmarshalText(text []byte) error { return decodeFixed(a[:], text, "common.Address") }

var addressType = namedType{reflect.TypeFor[Address](), "common.Address"}

// UnmarshalJSON implements json.Unmarshaler.
func (a *Address) UnmarshalJSON(input []byte) error {
	text, err := unquote(input, addressType)
	if err != nil {
		return err
	}
	return typed(a.UnmarshalText(text), addressType)
}
