package chain

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// decoder reads fields in order and keeps the first error, so that a decoding
// function reads like the list of its fields.
type decoder struct {
	reader *rlp.Reader
	what   string
	err    error
}

func newDecoder(b []byte, what string) *decoder {
	return &decoder{reader: rlp.NewReader(b), what: what}
}

func (d *decoder) fail(err error) {
	if d.err == nil && err != nil {
		d.err = fmt.Errorf("%w: %s: %w", ErrMalformed, d.what, err)
	}
}

func (d *decoder) uint64() (v uint64) {
	if d.err == nil {
		var err error
		v, err = d.reader.Uint64()
		d.fail(err)
	}
	return v
}

func (d *decoder) uint16() uint16 {
	v := d.uint64()
	if v > 0xffff {
		d.fail(ErrTooLarge)
	}
	return uint16(v)
}

func (d *decoder) fixed(dst []byte) {
	if d.err == nil {
		d.fail(d.reader.Fixed(dst))
	}
}

func (d *decoder) word() (w Word) {
	if d.err == nil {
		v, err := d.reader.Word()
		d.fail(err)
		w = v
	}
	return w
}

// bytes returns a copy, so that a decoded value never aliases a network or
// file buffer.
func (d *decoder) bytes(limit int) []byte {
	if d.err != nil {
		return nil
	}
	b, err := d.reader.Bytes()
	if err == nil && len(b) > limit {
		err = fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(b), limit)
	}
	d.fail(err)
	if err != nil || len(b) == 0 {
		return nil
	}
	return append([]byte(nil), b...)
}

// skip passes over one item, whatever is in it.
func (d *decoder) skip() {
	if d.err == nil {
		_, err := d.reader.Raw()
		d.fail(err)
	}
}

// list reads one nested list with f, which must consume all of it.
func (d *decoder) list(f func(*decoder)) {
	if d.err != nil {
		return
	}
	inner, err := d.reader.List()
	if err != nil {
		d.fail(err)
		return
	}
	nested := &decoder{reader: inner, what: d.what}
	f(nested)
	if nested.err == nil {
		nested.fail(inner.End())
	}
	d.err = nested.err
}

// each reads a nested list of at most limit items, calling f for each.
func (d *decoder) each(limit int, f func(*decoder)) {
	d.list(func(d *decoder) {
		for n := 0; d.err == nil && d.reader.More(); n++ {
			if n >= limit {
				d.fail(fmt.Errorf("%w: more than %d items", ErrTooLarge, limit))
				return
			}
			f(d)
		}
	})
}

func (d *decoder) finish() error {
	if d.err == nil {
		d.fail(d.reader.End())
	}
	return d.err
}
