package native

import (
	"fmt"
	"io"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// SaltSize is the length in bytes of the salt of a commitment.
const SaltSize = 32

// Salt makes a commitment hide its body: without it whoever guesses the body could tell that the guess is right.
type Salt [SaltSize]byte

// NewSalt reads a salt from a source of randomness, crypto/rand.Reader outside of tests. A salt is used once.
func NewSalt(random io.Reader) (salt Salt, err error) {
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return Salt{}, fmt.Errorf("native: read randomness for a salt: %w", err)
	}
	return salt, nil
}

// Commit returns the commitment to a body, to be put into Transaction.Payload: H(payload domain ‖ salt ‖ body). Salt and
// body travel beside the chain.
func Commit(hasher chain.Hasher, salt Salt, body []byte) chain.Hash {
	return hasher.Sum([]byte(chain.DomainPayload), salt[:], body)
}

// Open tells whether a body is the one that the commitment was made for: nil or ErrPayload.
func Open(hasher chain.Hasher, commitment chain.Hash, salt Salt, body []byte) error {
	if have := Commit(hasher, salt, body); have != commitment {
		return fmt.Errorf("%w: they give %s, want %s", ErrPayload, have, commitment)
	}
	return nil
}
