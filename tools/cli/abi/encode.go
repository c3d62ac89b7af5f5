package abi

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// word is the size of the ABI's unit in bytes.
const word = 32

// ErrValue reports an argument that does not fit its type.
var ErrValue = errors.New("abi: value does not fit its type")

// EncodeArguments encodes values in text by their types: numbers in decimal or 0x,
// bytes in 0x, arrays as [a,b], tuples as (a,b). Inside these, a string that has a
// comma, bracket or quote stands in double quotes as in Go and JSON.
func EncodeArguments(types []Type, arguments []string) ([]byte, error) {
	if len(types) != len(arguments) {
		return nil, fmt.Errorf("%w: %d arguments for the inputs %s", ErrValue, len(arguments), spell(types))
	}
	e := &encoder{}
	encoded, err := e.sequence(types, arguments, true)
	if err == nil && len(encoded) > MaxData {
		err = fmt.Errorf("%w: more than %d bytes", ErrValue, MaxData)
	}
	return encoded, err
}

type encoder struct{ values int }

// sequence encodes values side by side: static ones in place, dynamic ones behind
// offsets.
func (e *encoder) sequence(types []Type, values []string, top bool) ([]byte, error) {
	size := 0
	for _, t := range types {
		size += t.head()
	}
	var head, tail []byte
	for i, t := range types {
		encoded, err := e.value(t, values[i], top)
		if err != nil {
			return nil, err
		}
		if t.dynamic() {
			head = append(head, number(uint64(size+len(tail)))...)
			tail = append(tail, encoded...)
		} else {
			head = append(head, encoded...)
		}
	}
	return append(head, tail...), nil
}

func (e *encoder) value(t Type, text string, top bool) ([]byte, error) {
	if e.values++; e.values > MaxElements {
		return nil, fmt.Errorf("%w: more than %d values", ErrValue, MaxElements)
	}
	if !top {
		text = strings.TrimSpace(text)
	}
	switch t.Kind {
	case Array:
		return e.array(t, text)
	case Tuple:
		members, err := list(text, '(', ')')
		if err != nil || len(members) != len(t.Of) {
			return nil, misfit(t, text)
		}
		return e.sequence(t.Of, members, false)
	case Bytes:
		content, err := hexBytes(text)
		if err != nil {
			return nil, misfit(t, text)
		}
		return counted(content), nil
	case String:
		if !top && strings.HasPrefix(text, `"`) {
			unquoted, err := strconv.Unquote(text)
			if err != nil {
				return nil, misfit(t, text)
			}
			text = unquoted
		}
		return counted([]byte(text)), nil
	}
	return elementary(t, strings.TrimSpace(text))
}

func (e *encoder) array(t Type, text string) ([]byte, error) {
	elements, err := list(text, '[', ']')
	if err != nil || t.Size >= 0 && len(elements) != t.Size || len(elements) > MaxElements {
		return nil, misfit(t, text)
	}
	types := make([]Type, len(elements))
	for i := range types {
		types[i] = t.Of[0]
	}
	encoded, err := e.sequence(types, elements, false)
	if err == nil && t.Size < 0 {
		encoded = append(number(uint64(len(elements))), encoded...)
	}
	return encoded, err
}

// list reads the members between two brackets.
func list(text string, open, end byte) ([]string, error) {
	text = strings.TrimSpace(text)
	if len(text) < 2 || text[0] != open || text[len(text)-1] != end {
		return nil, errBrackets
	}
	inside := text[1 : len(text)-1]
	if strings.TrimSpace(inside) == "" {
		return nil, nil
	}
	return split(inside)
}

func elementary(t Type, text string) ([]byte, error) {
	switch t.Kind {
	case Bool:
		switch text {
		case "true":
			return number(1), nil
		case "false":
			return number(0), nil
		}
	case Address:
		address, err := ethereum.ParseAddress(text, keccak.Keccak256)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", misfit(t, text), err)
		}
		return append(make([]byte, word-len(address)), address[:]...), nil
	case FixedBytes:
		if content, err := hexBytes(text); err == nil && len(content) == t.Size {
			return append(content, make([]byte, word-len(content))...), nil
		}
	case Uint, Int:
		if v, ok := integer(text); ok && fits(t, v) {
			return twosComplement(v), nil
		}
	}
	return nil, misfit(t, text)
}

func integer(text string) (*big.Int, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	base := 10
	if trimmed, found := strings.CutPrefix(digits, "0x"); found {
		digits, base = trimmed, 16
	}
	if len(digits) == 0 || len(digits) > 80 || strings.ContainsAny(digits, "+-_") {
		return nil, false
	}
	v, ok := new(big.Int).SetString(digits, base)
	if ok && negative {
		v.Neg(v)
	}
	return v, ok
}

func fits(t Type, v *big.Int) bool {
	if t.Kind == Uint {
		return v.Sign() >= 0 && v.BitLen() <= t.Size
	}
	limit := new(big.Int).Lsh(big.NewInt(1), uint(t.Size-1))
	return v.Cmp(limit) < 0 && v.Cmp(limit.Neg(limit)) >= 0
}

func twosComplement(v *big.Int) []byte {
	if v.Sign() < 0 {
		v = new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), 8*word))
	}
	return v.FillBytes(make([]byte, word))
}

func number(v uint64) []byte { return new(big.Int).SetUint64(v).FillBytes(make([]byte, word)) }

// counted encodes bytes with their length in front and zeros behind.
func counted(content []byte) []byte {
	padded := append(number(uint64(len(content))), content...)
	return append(padded, bytes.Repeat([]byte{0}, (word-len(content)%word)%word)...)
}

func hexBytes(text string) ([]byte, error) {
	digits, found := strings.CutPrefix(strings.TrimSpace(text), "0x")
	if !found {
		return nil, ErrValue
	}
	return hex.DecodeString(digits)
}

func misfit(t Type, text string) error {
	return fmt.Errorf("%w: %.100q is no %s", ErrValue, text, t)
}
