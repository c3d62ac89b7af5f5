package gm

import (
	"crypto/pbkdf2"
	"fmt"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"golang.org/x/crypto/scrypt"

	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/sealing"
)

// KeySize is the length in bytes of a Cipher key: SM4 has 128-bit keys only.
const KeySize = 16

// Cipher returns SM4-GCM (RFC 8998) with a 12-byte nonce and a 16-byte tag.
func (s *Suite) Cipher(key []byte) (crypto.AEAD, error) {
	return sealing.GCM(key, KeySize, sm4.NewCipher)
}

// Limits of Derive, in bytes.
const (
	MinSaltSize    = 16
	MaxSaltSize    = 64
	MaxPassphrase  = 1024
	MaxDerivedSize = 64
)

// Parameters of Derive. Memory is 128·N·r bytes.
const (
	pbkdf2Iterations = 10_000
	scryptBlock      = 8
	scryptLanes      = 1
	interactiveN     = 1 << 16 // 64 MiB
	sensitiveN       = 1 << 18 // 256 MiB
	innerSize        = 32
)

// Derive stretches a passphrase in four steps:
//
//	key    = SM3(passphrase)
//	inner  = PBKDF2-HMAC-SM3(key, salt, 10 000, 32)
//	core   = scrypt(inner, salt, N, 8, 1, 32)
//	result = PBKDF2-HMAC-SM3(key, inner ‖ core, 1, size)
//
// The passphrase is hashed first, because HMAC fills its key up with zero bytes: without
// that, a passphrase and the same one with a zero byte after it would be equal.
//
// The GM/T documents name only PBKDF2, which costs an attacker with graphics cards or
// chips of his own little, because it needs no memory. scrypt (RFC 7914) needs 64 MiB
// per guess for Interactive and 256 MiB for Sensitive, but fixes SHA-256 inside. So SM3
// stands at the entrance and at the exit, and the exit takes inner and core: a guess
// costs at least PBKDF2-HMAC-SM3, even if the scrypt core were broken.
func (s *Suite) Derive(passphrase, salt []byte, cost crypto.DerivationCost, size int) ([]byte, error) {
	if len(passphrase) > MaxPassphrase || len(salt) < MinSaltSize || len(salt) > MaxSaltSize || size < 1 || size > MaxDerivedSize {
		return nil, fmt.Errorf("%w: derive %d bytes from a passphrase of %d and a salt of %d bytes", crypto.ErrSecret, size, len(passphrase), len(salt))
	}
	n, err := memoryCost(cost)
	if err != nil {
		return nil, err
	}
	hashed := sm3.Sum(passphrase)
	key := string(hashed[:])
	inner, err := pbkdf2.Key(sm3.New, key, salt, pbkdf2Iterations, innerSize)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrSecret, err)
	}
	core, err := scrypt.Key(inner, salt, n, scryptBlock, scryptLanes, innerSize)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrSecret, err)
	}
	result, err := pbkdf2.Key(sm3.New, key, append(inner, core...), 1, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrSecret, err)
	}
	return result, nil
}

func memoryCost(cost crypto.DerivationCost) (int, error) {
	switch cost {
	case crypto.Interactive:
		return interactiveN, nil
	case crypto.Sensitive:
		return sensitiveN, nil
	}
	return 0, fmt.Errorf("%w: derivation cost %d is unknown", crypto.ErrSecret, cost)
}
