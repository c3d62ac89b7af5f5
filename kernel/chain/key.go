package chain

import (
	"crypto/subtle"
	"fmt"
)

// Scheme numbers a signature algorithm together with its encodings. The table
// is frozen in docs/spec/formats; a number is never reused.
type Scheme uint16

// The frozen scheme numbers. Numbers from 16 on are reserved for post-quantum
// and hybrid schemes.
const (
	SchemeNone      Scheme = 0 // no signature: system and development transactions
	SchemeSecp256k1 Scheme = 1 // ECDSA, 65-byte r‖s‖parity, low s
	SchemeP256      Scheme = 2 // ECDSA P-256, 64-byte r‖s, low s
	SchemeEd25519   Scheme = 3 // RFC 8032, cofactored verification, see the crypto specification
	SchemeSM2       Scheme = 4 // GM/T 0003.2, 64-byte r‖s, user id "1234567812345678"
)

var schemeNames = map[Scheme]string{
	SchemeNone: "none", SchemeSecp256k1: "secp256k1", SchemeP256: "p256", SchemeEd25519: "ed25519", SchemeSM2: "sm2",
}

// String returns the scheme's name, or "scheme(N)" for a number not in the table.
func (s Scheme) String() string {
	if name, ok := schemeNames[s]; ok {
		return name
	}
	return fmt.Sprintf("scheme(%d)", uint16(s))
}

// SchemeByName returns the scheme with the given name.
func SchemeByName(name string) (Scheme, bool) {
	for scheme, known := range schemeNames {
		if known == name {
			return scheme, true
		}
	}
	return SchemeNone, false
}

// PublicKey is an opaque public key: only a crypto suite looks into Bytes.
type PublicKey struct {
	Scheme Scheme
	Bytes  []byte
}

// Equal reports whether both keys have the same scheme and bytes.
func (k PublicKey) Equal(other PublicKey) bool {
	return k.Scheme == other.Scheme && subtle.ConstantTimeCompare(k.Bytes, other.Bytes) == 1
}

// Signature is an opaque signature under a scheme.
type Signature struct {
	Scheme Scheme
	Bytes  []byte
}
