package abi

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"unicode/utf8"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// ErrData reports data that is not an encoding of the types.
var ErrData = errors.New("abi: data does not encode these types")

// Decode reads values by their types: numbers as decimal text, bytes as 0x text,
// booleans as bool, arrays and tuples as slices of the same.
func Decode(types []Type, data []byte) ([]any, error) {
	if len(data) > MaxData {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrData, MaxData)
	}
	d := &decoder{}
	return d.sequence(types, data)
}

// decoder counts values: offsets that point to one place many times would
// otherwise make a short answer a huge value.
type decoder struct{ values, size int }

func (d *decoder) sequence(types []Type, data []byte) ([]any, error) {
	values := make([]any, 0, len(types))
	place := 0
	for _, t := range types {
		if len(data)-place < t.head() {
			return nil, fmt.Errorf("%w: it ends within a %s", ErrData, t)
		}
		at := data[place:]
		if t.dynamic() {
			offset, err := length(at, len(data))
			if err != nil {
				return nil, err
			}
			at = data[offset:]
		}
		value, err := d.value(t, at)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		place += t.head()
	}
	return values, nil
}

func (d *decoder) value(t Type, data []byte) (any, error) {
	if d.values++; d.values > MaxElements {
		return nil, fmt.Errorf("%w: more than %d values", ErrData, MaxElements)
	}
	switch t.Kind {
	case Tuple:
		return d.sequence(t.Of, data)
	case Array:
		return d.array(t, data)
	case Bytes, String:
		return d.counted(t, data)
	}
	if len(data) < word {
		return nil, fmt.Errorf("%w: it ends within a %s", ErrData, t)
	}
	return one(t, data[:word])
}

func (d *decoder) array(t Type, data []byte) (any, error) {
	size := t.Size
	if size < 0 {
		var err error
		if size, err = length(data, MaxElements); err != nil {
			return nil, err
		}
		data = data[word:]
	}
	if size > MaxElements-d.values {
		return nil, fmt.Errorf("%w: more than %d values", ErrData, MaxElements)
	}
	types := make([]Type, size)
	for i := range types {
		types[i] = t.Of[0]
	}
	return d.sequence(types, data)
}

func (d *decoder) counted(t Type, data []byte) (any, error) {
	size, err := length(data, len(data)-word)
	if err != nil {
		return nil, err
	}
	if d.size += size; d.size > MaxData {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrData, MaxData)
	}
	content := data[word : word+size]
	if t.Kind == Bytes {
		return "0x" + hex.EncodeToString(content), nil
	}
	if !utf8.Valid(content) {
		return nil, fmt.Errorf("%w: a string is not UTF-8", ErrData)
	}
	return string(content), nil
}

// one reads a value of one word; what does not fit its type is refused.
func one(t Type, data []byte) (any, error) {
	v := new(big.Int).SetBytes(data)
	bad := fmt.Errorf("%w: 0x%x is no %s", ErrData, data, t)
	switch t.Kind {
	case Bool:
		if v.BitLen() > 1 {
			return nil, bad
		}
		return v.Sign() > 0, nil
	case Address:
		if v.BitLen() > 160 {
			return nil, bad
		}
		return ethereum.Checksum(chain.Address(data[12:]), keccak.Keccak256), nil
	case FixedBytes:
		if !bytes.Equal(data[t.Size:], make([]byte, word-t.Size)) {
			return nil, bad
		}
		return "0x" + hex.EncodeToString(data[:t.Size]), nil
	case Int:
		if data[0]&0x80 != 0 {
			v.Sub(v, new(big.Int).Lsh(big.NewInt(1), 8*word))
		}
	}
	if !fits(t, v) {
		return nil, bad
	}
	return v.String(), nil
}

// length reads a word that must not be above limit.
func length(data []byte, limit int) (int, error) {
	if len(data) < word {
		return 0, fmt.Errorf("%w: it ends within a length", ErrData)
	}
	v := new(big.Int).SetBytes(data[:word])
	if !v.IsInt64() || v.Int64() > int64(limit) {
		return 0, fmt.Errorf("%w: a length or offset is beyond its end", ErrData)
	}
	return int(v.Int64()), nil
}
