package native

import (
	"bytes"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// fields reads the fields of a list in order and keeps the first error, which names the field.
type fields struct {
	reader *rlp.Reader
	err    error
}

func (f *fields) fail(name string, err error) {
	if f.err == nil && err != nil {
		f.err = fmt.Errorf("%w: %s: %w", chain.ErrMalformed, name, err)
	}
}

func (f *fields) uint64(name string) (v uint64) {
	if f.err == nil {
		var err error
		v, err = f.reader.Uint64()
		f.fail(name, err)
	}
	return v
}

func (f *fields) uint16(name string) uint16 {
	v := f.uint64(name)
	if v > 0xffff {
		f.fail(name, rlp.ErrTooLarge)
		return 0
	}
	return uint16(v)
}

func (f *fields) word(name string) (w chain.Word) {
	if f.err == nil {
		var err error
		w, err = f.reader.Word()
		f.fail(name, err)
	}
	return w
}

func (f *fields) fixed(name string, dst []byte) {
	if f.err == nil {
		f.fail(name, f.reader.Fixed(dst))
	}
}

// bytes returns a slice of the input, or nil for the empty string.
func (f *fields) bytes(name string) []byte {
	if f.err != nil {
		return nil
	}
	b, err := f.reader.Bytes()
	f.fail(name, err)
	if len(b) == 0 {
		return nil
	}
	return b
}

// optional reads a value of the length of dst that is not zero, or leaves dst zero for the empty string: a value has one
// spelling.
func (f *fields) optional(name string, dst []byte) {
	b := f.bytes(name)
	switch {
	case f.err != nil || b == nil:
	case len(b) != len(dst):
		f.fail(name, rlp.ErrWrongLength)
	case bytes.Equal(b, dst):
		f.fail(name, errZero)
	default:
		copy(dst, b)
	}
}

// recipient reads an address, or nil from the empty string.
func (f *fields) recipient(name string) *chain.Address {
	b := f.bytes(name)
	if f.err != nil || b == nil {
		return nil
	}
	if len(b) != chain.AddressSize {
		f.fail(name, rlp.ErrWrongLength)
		return nil
	}
	to := chain.Address(b)
	return &to
}

// list reads a nested list with read, which must consume all of it.
func (f *fields) list(name string, read func(*fields)) {
	if f.err != nil {
		return
	}
	inner, err := f.reader.List()
	if err != nil {
		f.fail(name, err)
		return
	}
	nested := fields{reader: inner}
	read(&nested)
	if nested.err == nil {
		nested.fail(name, inner.End())
	}
	f.err = nested.err
}

// each reads a nested list of at most limit items. The input bounds their number too: every item takes at least one byte.
func (f *fields) each(name string, limit int, read func(*fields)) {
	f.list(name, func(items *fields) {
		for n := 0; items.err == nil && items.reader.More(); n++ {
			if n == limit {
				items.fail(name, fmt.Errorf("%w: more than %d items", chain.ErrTooLarge, limit))
				return
			}
			read(items)
		}
	})
}
