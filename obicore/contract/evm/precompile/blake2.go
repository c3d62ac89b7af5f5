package precompile

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	// blake2InputSize is rounds (4) ‖ h (8·8) ‖ m (16·8) ‖ t (2·8) ‖ final (1).
	blake2InputSize  = 213
	blake2OutputSize = 64
)

var errFinalFlag = fmt.Errorf("%w: the final block indicator is neither 0 nor 1", ErrInput)

// blake2Price is a unit for each round; an input of the wrong length, which names
// no rounds, costs nothing but its failure.
func blake2Price(input []byte) uint64 {
	if len(input) != blake2InputSize {
		return 0
	}
	return uint64(binary.BigEndian.Uint32(input))
}

// blake2F is the contract at 0x09, EIP-152: the compression function F of
// BLAKE2b with a number of rounds.
func blake2F(input []byte) ([]byte, error) {
	if len(input) != blake2InputSize {
		return nil, errLength
	}
	final := input[blake2InputSize-1]
	if final > 1 {
		return nil, errFinalFlag
	}
	rounds, rest := binary.BigEndian.Uint32(input), input[4:]
	next := func() uint64 {
		word := binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
		return word
	}
	var h [8]uint64
	var m [16]uint64
	for i := range h {
		h[i] = next()
	}
	for i := range m {
		m[i] = next()
	}
	blake2Compress(&h, &m, [2]uint64{next(), next()}, final == 1, rounds)
	output := make([]byte, 0, blake2OutputSize)
	for _, word := range h {
		output = binary.LittleEndian.AppendUint64(output, word)
	}
	return output, nil
}

// blake2IV is the initialization vector of RFC 7693, section 2.6.
var blake2IV = [8]uint64{
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
}

// blake2Sigma is the message schedule of RFC 7693, section 2.7: the ten
// permutations that rounds use in turn.
var blake2Sigma = [10][16]uint8{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}

// blake2Compress is F of RFC 7693, section 3.2, with its working vector in
// variables: in an array it would stay in memory.
func blake2Compress(h *[8]uint64, m *[16]uint64, t [2]uint64, final bool, rounds uint32) {
	v0, v1, v2, v3, v4, v5, v6, v7 := h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]
	v8, v9, v10, v11 := blake2IV[0], blake2IV[1], blake2IV[2], blake2IV[3]
	v12, v13, v14, v15 := blake2IV[4]^t[0], blake2IV[5]^t[1], blake2IV[6], blake2IV[7]
	if final {
		v14 = ^v14
	}
	row := 0
	for range rounds {
		s := &blake2Sigma[row]
		if row++; row == len(blake2Sigma) {
			row = 0
		}
		v0, v4, v8, v12 = blake2Mix(v0, v4, v8, v12, m[s[0]&15], m[s[1]&15])
		v1, v5, v9, v13 = blake2Mix(v1, v5, v9, v13, m[s[2]&15], m[s[3]&15])
		v2, v6, v10, v14 = blake2Mix(v2, v6, v10, v14, m[s[4]&15], m[s[5]&15])
		v3, v7, v11, v15 = blake2Mix(v3, v7, v11, v15, m[s[6]&15], m[s[7]&15])
		v0, v5, v10, v15 = blake2Mix(v0, v5, v10, v15, m[s[8]&15], m[s[9]&15])
		v1, v6, v11, v12 = blake2Mix(v1, v6, v11, v12, m[s[10]&15], m[s[11]&15])
		v2, v7, v8, v13 = blake2Mix(v2, v7, v8, v13, m[s[12]&15], m[s[13]&15])
		v3, v4, v9, v14 = blake2Mix(v3, v4, v9, v14, m[s[14]&15], m[s[15]&15])
	}
	for i, word := range [8]uint64{v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11, v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15} {
		h[i] ^= word
	}
}

// blake2Mix is G of RFC 7693, section 3.1.
func blake2Mix(a, b, c, d, x, y uint64) (uint64, uint64, uint64, uint64) {
	a += b + x
	d = bits.RotateLeft64(d^a, -32)
	c += d
	b = bits.RotateLeft64(b^c, -24)
	a += b + y
	d = bits.RotateLeft64(d^a, -16)
	c += d
	b = bits.RotateLeft64(b^c, -63)
	return a, b, c, d
}
