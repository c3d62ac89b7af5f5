package ledger

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// ChunkBytes is about how much a chunk holds at most, in bytes of keys and values,
// unless it is one larger entry.
const ChunkBytes = 1 << 20

// Bounds of a chunk that comes from outside.
const (
	MaxChunk        = chain.MaxValue + 2*ChunkBytes // its encoding
	maxRangeProof   = 64 << 10
	maxChunkEntries = MaxChunk / 25 // the smallest entry is about so long
)

// Chunk is a part of a state. With a [Ranger] it is all entries in Within, in ascending
// order of places, with the proof; the ranges of a snapshot's chunks follow each other
// and cover all places. Without, Within and Proof are empty and entries are in
// ascending order of keys, also from one chunk to the next.
type Chunk struct {
	Within  Range
	Entries []chain.Write
	Proof   []byte
}

// Encode returns the RLP list [bits, prefix, proof, [[key, value]…]].
func (c *Chunk) Encode() []byte {
	var entries, item []byte
	for i := range c.Entries {
		item = rlp.AppendBytes(item[:0], c.Entries[i].Key.Encode())
		item = rlp.AppendBytes(item, c.Entries[i].Value)
		entries = rlp.AppendList(entries, item)
	}
	p := rlp.AppendUint64(nil, uint64(c.Within.Bits))
	p = rlp.AppendBytes(p, c.Within.Prefix[:])
	p = rlp.AppendBytes(p, c.Proof)
	return rlp.AppendList(nil, rlp.AppendList(p, entries))
}

// DecodeChunk reads what Encode writes. Values share memory with b.
func DecodeChunk(b []byte) (*Chunk, error) {
	c, err := decodeChunk(b)
	if err != nil {
		return nil, fmt.Errorf("%w: chunk: %w", chain.ErrMalformed, err)
	}
	return c, nil
}

func decodeChunk(b []byte) (*Chunk, error) {
	if len(b) > MaxChunk {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", chain.ErrTooLarge, len(b), MaxChunk)
	}
	outer := rlp.NewReader(b)
	list, err := outer.List()
	if err != nil {
		return nil, err
	}
	c := &Chunk{}
	bits, bitsFault := list.Uint64()
	prefixFault := list.Fixed(c.Within.Prefix[:])
	proof, proofFault := list.Bytes()
	entries, entriesFault := list.List()
	if err := errors.Join(bitsFault, prefixFault, proofFault, entriesFault, outer.End()); err != nil {
		return nil, err
	}
	if bits > PlaceBits || len(proof) > maxRangeProof {
		return nil, fmt.Errorf("%w: %d bits, a proof of %d bytes", chain.ErrTooLarge, bits, len(proof))
	}
	c.Within.Bits, c.Proof = int(bits), proof
	for entries.More() {
		write, err := decodeEntry(entries)
		if err != nil {
			return nil, err
		}
		if c.Entries = append(c.Entries, write); len(c.Entries) > maxChunkEntries {
			return nil, fmt.Errorf("%w: more than %d entries", chain.ErrTooLarge, maxChunkEntries)
		}
	}
	return c, errors.Join(list.End(), c.Within.Check())
}

func decodeEntry(entries *rlp.Reader) (write chain.Write, err error) {
	item, err := entries.List()
	if err != nil {
		return write, err
	}
	encoded, keyFault := item.Bytes()
	value, valueFault := item.Bytes()
	if err := errors.Join(keyFault, valueFault, item.End()); err != nil {
		return write, err
	}
	if write.Key, err = chain.DecodeStateKey(encoded); err != nil {
		return write, err
	}
	if len(value) == 0 || len(value) > chain.MaxValue {
		return write, fmt.Errorf("an entry with a value of %d bytes", len(value))
	}
	write.Value = value
	return write, nil
}
