package rlp

import "math/bits"

// First bytes of an item (yellow paper, appendix B).
const (
	stringBase     = 0x80 // 0x80+n: a string of n bytes, n ≤ 55
	longStringBase = 0xb7 // 0xb7+n: a string whose length is written in the n bytes that follow
	listBase       = 0xc0 // 0xc0+n: a list whose payload has n bytes, n ≤ 55
	longListBase   = 0xf7 // 0xf7+n: a list whose payload length is written in the n bytes that follow
	maxShort       = 55   // the longest content whose length fits the first byte
)

// AppendBytes appends the string b.
func AppendBytes(dst, b []byte) []byte {
	if len(b) == 1 && b[0] < stringBase {
		return append(dst, b[0])
	}
	return append(appendHeader(dst, stringBase, len(b)), b...)
}

// AppendUint64 appends v as an integer: big-endian without leading zeros, zero as the empty string.
func AppendUint64(dst []byte, v uint64) []byte {
	if v != 0 && v < stringBase {
		return append(dst, byte(v))
	}
	return appendBigEndian(append(dst, stringBase+byte(byteLength(v))), v)
}

// AppendWord appends the big-endian 256-bit integer w: without leading zeros, zero as the empty string.
func AppendWord(dst []byte, w [32]byte) []byte {
	first := 0
	for first < len(w) && w[first] == 0 {
		first++
	}
	return AppendBytes(dst, w[first:])
}

// AppendList appends the list whose items, already encoded one after the other, are payload. It does not check payload.
func AppendList(dst, payload []byte) []byte {
	return append(appendHeader(dst, listBase, len(payload)), payload...)
}

// CloseList makes what has been appended since dst had length start into a list: a list
// that is built in place needs no buffer of its own. It does not check its items.
func CloseList(dst []byte, start int) []byte { return closeItem(dst, start, listBase) }

// CloseBytes makes what has been appended since dst had length start into a string.
func CloseBytes(dst []byte, start int) []byte {
	if len(dst) == start+1 && dst[start] < stringBase {
		return dst
	}
	return closeItem(dst, start, stringBase)
}

func closeItem(dst []byte, start int, base byte) []byte {
	var space [9]byte
	header := appendHeader(space[:0], base, len(dst)-start)
	end := len(dst)
	dst = append(dst, header...)
	copy(dst[start+len(header):], dst[start:end])
	copy(dst[start:], header)
	return dst
}

// appendHeader appends the header of a string (base stringBase) or list (base listBase) of the given content length.
func appendHeader(dst []byte, base byte, length int) []byte {
	if length <= maxShort {
		return append(dst, base+byte(length))
	}
	size := uint64(length)
	return appendBigEndian(append(dst, base+maxShort+byte(byteLength(size))), size)
}

func appendBigEndian(dst []byte, v uint64) []byte {
	for i := byteLength(v) - 1; i >= 0; i-- {
		dst = append(dst, byte(v>>(8*i)))
	}
	return dst
}

// byteLength is the number of bytes of v without leading zeros; 0 for zero.
func byteLength(v uint64) int {
	return (bits.Len64(v) + 7) / 8
}
