package sealing

import (
	"crypto/cipher"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// GCM returns Galois/Counter Mode with a 12-byte nonce and a 16-byte tag over the
// block cipher that newCipher makes. The key has exactly size bytes, else crypto.ErrSecret.
func GCM(key []byte, size int, newCipher func(key []byte) (cipher.Block, error)) (crypto.AEAD, error) {
	if len(key) != size {
		return nil, fmt.Errorf("%w: cipher key of %d bytes instead of %d", crypto.ErrSecret, len(key), size)
	}
	block, err := newCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrSecret, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrCipher, err)
	}
	return guarded{aead: aead}, nil
}

type guarded struct {
	aead cipher.AEAD
}

// NonceSize is the length in bytes of a nonce.
func (g guarded) NonceSize() int { return g.aead.NonceSize() }

// Overhead is the length in bytes of the tag.
func (g guarded) Overhead() int { return g.aead.Overhead() }

// Seal appends the sealed plaintext to dst. With a nonce of the wrong length it
// returns nil: the interface has no error, and nil never opens.
func (g guarded) Seal(dst, nonce, plaintext, additionalData []byte) []byte {
	if len(nonce) != g.aead.NonceSize() {
		return nil
	}
	return g.aead.Seal(dst, nonce, plaintext, additionalData)
}

// Open appends the opened ciphertext to dst, or returns crypto.ErrCipher.
func (g guarded) Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error) {
	if len(nonce) != g.aead.NonceSize() {
		return nil, fmt.Errorf("%w: nonce of %d bytes instead of %d", crypto.ErrCipher, len(nonce), g.aead.NonceSize())
	}
	plaintext, err := g.aead.Open(dst, nonce, ciphertext, additionalData)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrCipher, err)
	}
	return plaintext, nil
}
