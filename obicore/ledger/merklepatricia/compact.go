package merklepatricia

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
)

// The flags of a compact path.
const (
	flagOdd  = 1
	flagLeaf = 2
)

// compact packs nibbles with their flags: the hex prefix of appendix C.
func compact(nibbles []byte, isLeaf bool) []byte {
	packed := make([]byte, 1, 1+len(nibbles)/2)
	if isLeaf {
		packed[0] = flagLeaf << 4
	}
	if len(nibbles)%2 == 1 {
		packed[0] |= flagOdd<<4 | nibbles[0]
		nibbles = nibbles[1:]
	}
	for i := 0; i < len(nibbles); i += 2 {
		packed = append(packed, nibbles[i]<<4|nibbles[i+1])
	}
	return packed
}

// expand reads what compact writes, and nothing else.
func expand(packed []byte) (nibbles []byte, isLeaf, ok bool) {
	if len(packed) == 0 || len(packed) > 1+chain.HashSize {
		return nil, false, false
	}
	flags := packed[0] >> 4
	if flags > flagLeaf|flagOdd {
		return nil, false, false
	}
	nibbles = make([]byte, 0, 2*len(packed))
	if flags&flagOdd != 0 {
		nibbles = append(nibbles, packed[0]&0x0f)
	} else if packed[0]&0x0f != 0 {
		return nil, false, false
	}
	for _, b := range packed[1:] {
		nibbles = append(nibbles, b>>4, b&0x0f)
	}
	return nibbles, flags&flagLeaf != 0, true
}
