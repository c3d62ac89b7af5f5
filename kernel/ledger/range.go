package ledger

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Ranger is a [Commitment] that proves what stands in a part of its tree, all entries
// at once. It is an optional capability; with it chunks of a snapshot verify one by one.
type Ranger interface {
	Commitment
	// Place returns where an entry stands in the tree.
	Place(key chain.StateKey) chain.Hash
	// ProveRange returns the proof for what stands in a range.
	ProveRange(nodes Nodes, within Range) ([]byte, error)
	// VerifyRange checks that under root exactly these entries, in strictly ascending
	// order of their places, stand in a range, or returns ErrProof.
	VerifyRange(root chain.Hash, within Range, entries []chain.Write, proof []byte) error
}

// PlaceBits is the length of a place in bits.
const PlaceBits = 8 * chain.HashSize

// Range is every place that begins with the first Bits bits of Prefix, the most
// significant bit of a byte first; the other bits of Prefix are zero.
type Range struct {
	Prefix chain.Hash
	Bits   int
}

// Check verifies that the range has one spelling.
func (r Range) Check() error {
	if r.Bits < 0 || r.Bits > PlaceBits {
		return fmt.Errorf("%w: a range of %d bits", chain.ErrMalformed, r.Bits)
	}
	if cut(r.Prefix, r.Bits) != r.Prefix {
		return fmt.Errorf("%w: a range of %d bits with more in its prefix", chain.ErrMalformed, r.Bits)
	}
	return nil
}

// Contains reports whether a place is in the range.
func (r Range) Contains(place chain.Hash) bool { return cut(place, r.Bits) == r.Prefix }

// cut returns a place with only its first bits.
func cut(place chain.Hash, bits int) chain.Hash {
	for i := range place {
		if keep := bits - 8*i; keep < 8 {
			place[i] &= ^byte(0xff >> max(keep, 0))
		}
	}
	return place
}

// Halves returns the two halves of a range that is more than one place.
func (r Range) Halves() (low, high Range) {
	low, high = Range{r.Prefix, r.Bits + 1}, Range{r.Prefix, r.Bits + 1}
	high.Prefix[r.Bits/8] |= 0x80 >> (r.Bits % 8)
	return low, high
}

// After returns the place that follows the range, or says that nothing does.
func (r Range) After() (place chain.Hash, more bool) {
	place = r.Prefix
	for bit := r.Bits - 1; bit >= 0; bit-- {
		if place[bit/8] ^= 0x80 >> (bit % 8); place[bit/8]&(0x80>>(bit%8)) != 0 {
			return place, true
		}
	}
	return place, false
}
