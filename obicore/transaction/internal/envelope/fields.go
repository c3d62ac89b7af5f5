package envelope

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// errZero says that a value that may be left out is written as zeros.
var errZero = errors.New("written as zeros; none is the empty string")

// Fields reads the fields of a list in order and keeps the first error, which wraps
// chain.ErrMalformed and names the field. After it every read gives the zero value.
type Fields struct {
	reader rlp.Reader
	err    error
}

// Read reads the one list that an encoding is, with read, and nothing after it.
func Read(encoding []byte, name string, read func(*Fields)) error {
	f := Fields{reader: *rlp.NewReader(encoding)}
	f.List(name, read)
	if f.err == nil {
		f.Fail(name, f.reader.End())
	}
	return f.err
}

// Fail notes what is wrong with a field, unless an earlier one was.
func (f *Fields) Fail(name string, err error) {
	if f.err == nil && err != nil {
		f.err = fmt.Errorf("%w: %s: %w", chain.ErrMalformed, name, err)
	}
}

// Uint64 reads an integer.
func (f *Fields) Uint64(name string) (v uint64) {
	if f.err == nil {
		var err error
		v, err = f.reader.Uint64()
		f.Fail(name, err)
	}
	return v
}

// Uint16 reads an integer of at most 16 bits.
func (f *Fields) Uint16(name string) uint16 {
	v := f.Uint64(name)
	if v > 0xffff {
		f.Fail(name, rlp.ErrTooLarge)
		return 0
	}
	return uint16(v)
}

// Word reads a 256-bit integer.
func (f *Fields) Word(name string) (w chain.Word) {
	if f.err == nil {
		var err error
		w, err = f.reader.Word()
		f.Fail(name, err)
	}
	return w
}

// Fixed reads a value of the length of dst.
func (f *Fields) Fixed(name string, dst []byte) {
	if f.err == nil {
		f.Fail(name, f.reader.Fixed(dst))
	}
}

// Bytes returns a slice of the input, or nil for the empty string.
func (f *Fields) Bytes(name string) []byte {
	if f.err != nil {
		return nil
	}
	b, err := f.reader.Bytes()
	f.Fail(name, err)
	if len(b) == 0 {
		return nil
	}
	return b
}

// Skip passes over a field.
func (f *Fields) Skip(name string) {
	if f.err == nil {
		_, err := f.reader.Raw()
		f.Fail(name, err)
	}
}

// Optional reads a value of the length of dst that is not zero, or leaves dst zero for the empty string: a value has one
// spelling.
func (f *Fields) Optional(name string, dst []byte) {
	b := f.Bytes(name)
	switch {
	case f.err != nil || b == nil:
	case len(b) != len(dst):
		f.Fail(name, rlp.ErrWrongLength)
	case bytes.Equal(b, dst):
		f.Fail(name, errZero)
	default:
		copy(dst, b)
	}
}

// Recipient reads an address, or nil from the empty string.
func (f *Fields) Recipient(name string) *chain.Address {
	b := f.Bytes(name)
	if f.err != nil || b == nil {
		return nil
	}
	if len(b) != chain.AddressSize {
		f.Fail(name, rlp.ErrWrongLength)
		return nil
	}
	to := chain.Address(b)
	return &to
}

// List reads a nested list with read, which must consume all of it.
func (f *Fields) List(name string, read func(*Fields)) {
	if f.err != nil {
		return
	}
	inner, err := f.reader.Items()
	if err != nil {
		f.Fail(name, err)
		return
	}
	nested := Fields{reader: inner}
	read(&nested)
	if nested.err == nil {
		nested.Fail(name, nested.reader.End())
	}
	f.err = nested.err
}

// Each reads a nested list of at most limit items. The input bounds their number too: every item takes at least one byte.
func (f *Fields) Each(name string, limit int, read func(*Fields)) {
	f.List(name, func(items *Fields) {
		for n := 0; items.err == nil && items.reader.More(); n++ {
			if n == limit {
				items.Fail(name, fmt.Errorf("%w: more than %d items", chain.ErrTooLarge, limit))
				return
			}
			read(items)
		}
	})
}
