package standard

import (
	"crypto/aes"
	"fmt"

	"golang.org/x/crypto/argon2"

	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/sealing"
)

// KeySize is the length in bytes of a Cipher key: AES-256.
const KeySize = 32

// Cipher returns AES-256-GCM (NIST SP 800-38D) with a 12-byte nonce and a 16-byte tag.
func (s *Suite) Cipher(key []byte) (crypto.AEAD, error) {
	return sealing.GCM(key, KeySize, aes.NewCipher)
}

// Limits of Derive, in bytes.
const (
	MinSaltSize    = 16 // RFC 9106 section 3.1
	MaxSaltSize    = 64
	MaxPassphrase  = 1024
	MaxDerivedSize = 64
)

// argon2Threads is Argon2's number of lanes. It is part of the result and so the same
// on every machine.
const argon2Threads = 4

// Derive is Argon2id version 1.3 (RFC 9106): 64 MiB and 3 passes for Interactive (the
// RFC's second recommended option), 256 MiB and 4 passes for Sensitive. It uses that
// much memory for the length of the call.
func (s *Suite) Derive(passphrase, salt []byte, cost crypto.DerivationCost, size int) ([]byte, error) {
	if len(passphrase) > MaxPassphrase || len(salt) < MinSaltSize || len(salt) > MaxSaltSize || size < 1 || size > MaxDerivedSize {
		return nil, fmt.Errorf("%w: derive %d bytes from a passphrase of %d and a salt of %d bytes", crypto.ErrSecret, size, len(passphrase), len(salt))
	}
	switch cost {
	case crypto.Interactive:
		return argon2.IDKey(passphrase, salt, 3, 64<<10, argon2Threads, uint32(size)), nil
	case crypto.Sensitive:
		return argon2.IDKey(passphrase, salt, 4, 256<<10, argon2Threads, uint32(size)), nil
	}
	return nil, fmt.Errorf("%w: derivation cost %d is unknown", crypto.ErrSecret, cost)
}
