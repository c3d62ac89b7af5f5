package chain

import "bytes"

// AddressSize is the length in bytes of an Address.
const AddressSize = 20

// Address names an account or contract. How a public key becomes an address
// is a rule of the crypto suite (formats, Addresses).
type Address [AddressSize]byte

// IsZero reports whether a is the zero address.
func (a Address) IsZero() bool { return a == Address{} }

// Compare orders addresses as their bytes: -1, 0 or 1.
func (a Address) Compare(b Address) int { return bytes.Compare(a[:], b[:]) }

// String returns a as 0x-prefixed lower-case hexadecimal; checksummed forms
// belong to the Ethereum family.
func (a Address) String() string { return hexText(a[:]) }

// MarshalText implements encoding.TextMarshaler.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; it takes exactly 40
// hexadecimal digits after 0x, in either case.
func (a *Address) UnmarshalText(text []byte) error { return unhexText(a[:], text) }
