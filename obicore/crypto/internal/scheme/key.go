package scheme

import (
	"errors"
	"fmt"
	"io"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// SecretSize is the length in bytes of the exported secret of every scheme here: a
// big-endian scalar, or the seed of RFC 8032.
const SecretSize = 32

// maxAttempts bounds the search for random bytes that are a valid secret. With sound
// randomness one attempt fails with a probability below 2^-32.
const maxAttempts = 16

// Generate reads secrets from random until load accepts one. Equal randomness gives
// equal keys, which the simulator relies on.
func Generate(random io.Reader, load func(secret []byte) (crypto.Signer, error)) (crypto.Signer, error) {
	if random == nil {
		return nil, fmt.Errorf("%w: no source of randomness", crypto.ErrSecret)
	}
	secret := make([]byte, SecretSize)
	defer clear(secret)
	for range maxAttempts {
		if _, err := io.ReadFull(random, secret); err != nil {
			return nil, fmt.Errorf("crypto: read randomness: %w", err)
		}
		signer, err := load(secret)
		if err == nil {
			return signer, nil
		}
		if !errors.Is(err, crypto.ErrSecret) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: the source of randomness gave no valid key in %d attempts", crypto.ErrSecret, maxAttempts)
}

// CheckSecret refuses a secret that does not have SecretSize bytes.
func CheckSecret(secret []byte) error {
	if len(secret) != SecretSize {
		return fmt.Errorf("%w: %d bytes instead of %d", crypto.ErrSecret, len(secret), SecretSize)
	}
	return nil
}

// CheckKey refuses a public key of another scheme or length.
func CheckKey(key chain.PublicKey, id chain.Scheme, size int) error {
	if key.Scheme != id {
		return fmt.Errorf("%w: it belongs to scheme %s, not %s", crypto.ErrPublicKey, key.Scheme, id)
	}
	if len(key.Bytes) != size {
		return fmt.Errorf("%w: %d bytes instead of %d", crypto.ErrPublicKey, len(key.Bytes), size)
	}
	return nil
}

// VerifyEach is the batch of a scheme whose signatures gain nothing from being
// checked together.
func VerifyEach(s crypto.Scheme, items []crypto.Item) []error {
	verdicts := make([]error, len(items))
	for i, item := range items {
		verdicts[i] = s.Verify(item.Key, item.Digest, item.Signature)
	}
	return verdicts
}

// Hidden is embedded by signers: fmt and log/slog then print a fixed text for every
// verb, and not the fields that hold the secret.
type Hidden struct{}

// Format implements fmt.Formatter.
func (Hidden) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "signer(secret hidden)") }
