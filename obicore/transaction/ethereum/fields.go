package ethereum

import (
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

// each reads a nested list item by item. The input bounds their number: every item takes at least one byte of it.
func (f *fields) each(name string, read func(*fields)) {
	f.list(name, func(items *fields) {
		for items.err == nil && items.reader.More() {
			read(items)
		}
	})
}

func (f *fields) accessList() (list []chain.Access) {
	f.each("accessList", func(entries *fields) {
		entries.list("accessList entry", func(entry *fields) {
			var access chain.Access
			entry.fixed("accessList address", access.Address[:])
			entry.each("accessList storageKeys", func(keys *fields) {
				var slot chain.Word
				keys.fixed("accessList storage key", slot[:])
				access.Slots = append(access.Slots, slot)
			})
			list = append(list, access)
		})
	})
	return list
}

func (f *fields) blobHashes() (list []chain.Hash) {
	f.each("blobVersionedHashes", func(hashes *fields) {
		var hash chain.Hash
		hashes.fixed("blobVersionedHash", hash[:])
		list = append(list, hash)
	})
	return list
}

func (f *fields) authorizations() (list []Authorization) {
	f.each("authorizationList", func(entries *fields) {
		entries.list("authorization", func(entry *fields) {
			var a Authorization
			a.ChainID = entry.word("authorization chainId")
			entry.fixed("authorization address", a.Address[:])
			a.Nonce = entry.uint64("authorization nonce")
			parity := entry.uint64("authorization yParity")
			if parity > 0xff {
				entry.fail("authorization yParity", rlp.ErrTooLarge)
			}
			a.Parity = byte(parity)
			a.R = entry.word("authorization r")
			a.S = entry.word("authorization s")
			list = append(list, a)
		})
	})
	return list
}
