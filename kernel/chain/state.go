package chain

import (
	"bytes"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Space divides the state of one owner (formats, State).
type Space byte

// The frozen spaces.
const (
	SpaceAccount Space = 0 // empty subkey; value is an encoded Account
	SpaceStorage Space = 1 // 32-byte slot; value is a word without leading zeros
	SpaceCode    Space = 2 // empty subkey; value is the account's code
	SpaceModule  Space = 3 // any subkey; data of native modules
)

// Limits of one state entry in bytes.
const (
	MaxSubkey = 255
	MaxValue  = 16 << 20
)

// StateKey addresses one state entry.
type StateKey struct {
	Owner  Address
	Space  Space
	Subkey string // raw bytes; a string so that keys compare and index maps
}

// AccountKey returns the key of owner's account leaf.
func AccountKey(owner Address) StateKey { return StateKey{Owner: owner, Space: SpaceAccount} }

// CodeKey returns the key of owner's code.
func CodeKey(owner Address) StateKey { return StateKey{Owner: owner, Space: SpaceCode} }

// StorageKey returns the key of one storage slot.
func StorageKey(owner Address, slot Word) StateKey {
	return StateKey{Owner: owner, Space: SpaceStorage, Subkey: string(slot[:])}
}

// Encode returns owner ‖ space ‖ subkey, which sorts by owner first.
func (k StateKey) Encode() []byte {
	return k.Append(make([]byte, 0, AddressSize+1+len(k.Subkey)))
}

// Append appends what Encode returns.
func (k StateKey) Append(dst []byte) []byte {
	dst = append(dst, k.Owner[:]...)
	dst = append(dst, byte(k.Space))
	return append(dst, k.Subkey...)
}

// DecodeStateKey reads what Encode writes.
func DecodeStateKey(b []byte) (k StateKey, err error) {
	if len(b) < AddressSize+1 || len(b) > AddressSize+1+MaxSubkey {
		return k, fmt.Errorf("%w: state key of %d bytes", ErrMalformed, len(b))
	}
	copy(k.Owner[:], b)
	k.Space = Space(b[AddressSize])
	k.Subkey = string(b[AddressSize+1:])
	return k, nil
}

// Compare orders keys as their encodings sort.
func (k StateKey) Compare(other StateKey) int {
	if c := bytes.Compare(k.Owner[:], other.Owner[:]); c != 0 {
		return c
	}
	if k.Space != other.Space {
		return int(k.Space) - int(other.Space)
	}
	switch {
	case k.Subkey < other.Subkey:
		return -1
	case k.Subkey > other.Subkey:
		return 1
	}
	return 0
}

// Write is one change of state: the new value, or none when the entry is
// removed. An empty value cannot be stored: it means removal.
type Write struct {
	Key   StateKey
	Value []byte
}

// EncodeWrites returns the canonical encoding of a write set: a list of
// [key, value] in strictly ascending key order. It panics on wrong order,
// because only our own executor makes write sets.
func EncodeWrites(writes []Write) []byte { return appendWrites(nil, writes) }

func appendWrites(dst []byte, writes []Write) []byte {
	start := len(dst)
	for i := range writes {
		if i > 0 && writes[i-1].Key.Compare(writes[i].Key) >= 0 {
			panic("chain: write set is not in strictly ascending key order")
		}
		item := len(dst)
		dst = rlp.CloseBytes(writes[i].Key.Append(dst), item)
		dst = rlp.AppendBytes(dst, writes[i].Value)
		dst = rlp.CloseList(dst, item)
	}
	return rlp.CloseList(dst, start)
}

// WriteSetDigest returns H(domain ‖ encoding) of a write set.
func WriteSetDigest(h Hasher, writes []Write) Hash {
	return hashIn(h, DomainWriteSet, EncodeWrites(writes))
}

func (d *decoder) writes() (writes []Write) {
	d.each(1<<24, func(d *decoder) {
		var w Write
		d.list(func(d *decoder) {
			key, err := DecodeStateKey(d.bytes(AddressSize + 1 + MaxSubkey))
			d.fail(err)
			w = Write{Key: key, Value: d.bytes(MaxValue)}
		})
		if n := len(writes); n > 0 && writes[n-1].Key.Compare(w.Key) >= 0 {
			d.fail(fmt.Errorf("write set out of order at item %d", n))
		}
		writes = append(writes, w)
	})
	return writes
}

// DecodeWrites reads what EncodeWrites writes.
func DecodeWrites(b []byte) ([]Write, error) {
	d := newDecoder(b, "write set")
	writes := d.writes()
	return writes, d.finish()
}
