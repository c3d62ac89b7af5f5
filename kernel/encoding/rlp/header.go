package rlp

// Kind tells strings and lists apart.
type Kind uint8

// The two kinds of items.
const (
	// String is a sequence of bytes; integers are strings too.
	String Kind = iota + 1
	// List is a sequence of items.
	List
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case String:
		return "string"
	case List:
		return "list"
	}
	return "unknown kind"
}

// header describes the item at the beginning of some input.
type header struct {
	kind  Kind
	start int // offset of the content, which is also the size of the header
	end   int // offset behind the content; start ≤ end ≤ len(input)
}

// parseHeader reads the header of the first item in b and checks that the whole item is in b and that its length is
// written in the shortest way.
func parseHeader(b []byte) (header, error) {
	if len(b) == 0 {
		return header{}, ErrTruncated
	}
	first := b[0]
	switch {
	case first < stringBase:
		return header{kind: String, start: 0, end: 1}, nil
	case first <= longStringBase:
		return shortHeader(b, String, int(first-stringBase))
	case first < listBase:
		return longHeader(b, String, int(first-longStringBase))
	case first <= longListBase:
		return shortHeader(b, List, int(first-listBase))
	}
	return longHeader(b, List, int(first-longListBase))
}

func shortHeader(b []byte, kind Kind, length int) (header, error) {
	if length > len(b)-1 {
		return header{}, ErrTruncated
	}
	if kind == String && length == 1 && b[1] < stringBase {
		return header{}, ErrNotCanonical
	}
	return header{kind: kind, start: 1, end: 1 + length}, nil
}

// longHeader reads a length of lengthSize (1 to 8) bytes. It compares as uint64 before it converts to int, so that no
// length wraps around on any platform.
func longHeader(b []byte, kind Kind, lengthSize int) (header, error) {
	start := 1 + lengthSize
	if len(b) < start {
		return header{}, ErrTruncated
	}
	if b[1] == 0 {
		return header{}, ErrNotCanonical
	}
	length := bigEndian(b[1:start])
	if length <= maxShort {
		return header{}, ErrNotCanonical
	}
	if length > uint64(len(b)-start) {
		return header{}, ErrTruncated
	}
	return header{kind: kind, start: start, end: start + int(length)}, nil
}

// bigEndian is the integer in b, which has at most 8 bytes.
func bigEndian(b []byte) uint64 {
	var v uint64
	for _, digit := range b {
		v = v<<8 | uint64(digit)
	}
	return v
}
