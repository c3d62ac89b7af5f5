package chain

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// HashSize is the length in bytes of a Hash in every crypto suite.
const HashSize = 32

// Hash is a 32-byte digest made by the chain's crypto suite. The zero Hash
// means "none".
type Hash [HashSize]byte

// Hasher computes the digest of the concatenation of its arguments. A crypto
// suite provides one (SHA-256, SM3); a suite's is safe for concurrent use, one that
// [Serial] returns is not.
type Hasher interface {
	Sum(parts ...[]byte) Hash
}

// SerialHasher is a [Hasher] that makes hashers with the same digests for one goroutine
// at a time. These share nothing and may be quicker, which shows where thousands of nodes
// of a tree are hashed in a row. Who embeds one and hashes otherwise replaces both methods.
type SerialHasher interface {
	Hasher
	Serial() Hasher
}

// Serial returns a hasher for one goroutine at a time: hasher itself where it makes none.
func Serial(hasher Hasher) Hasher {
	if maker, ok := hasher.(SerialHasher); ok {
		return maker.Serial()
	}
	return hasher
}

// ErrText reports text that is not the hexadecimal form of a fixed-size value.
var ErrText = errors.New("chain: not 0x-prefixed hexadecimal of the right length")

// IsZero reports whether h is the zero Hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// String returns h as 0x-prefixed lower-case hexadecimal.
func (h Hash) String() string { return hexText(h[:]) }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; it takes exactly 64
// hexadecimal digits after 0x.
func (h *Hash) UnmarshalText(text []byte) error { return unhexText(h[:], text) }

func hexText(b []byte) string {
	text := make([]byte, 2+2*len(b))
	copy(text, "0x")
	hex.Encode(text[2:], b)
	return string(text)
}

func unhexText(dst, text []byte) error {
	if len(text) != 2+2*len(dst) || text[0] != '0' || (text[1] != 'x' && text[1] != 'X') {
		return fmt.Errorf("%w: want %d bytes, have %d characters", ErrText, len(dst), len(text))
	}
	if _, err := hex.Decode(dst, text[2:]); err != nil {
		return fmt.Errorf("%w: %w", ErrText, err)
	}
	return nil
}
