package crypto

import (
	"errors"
	"io"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Version is the version of this standard that a module is written for.
const Version = 1

// Suite is one complete choice of algorithms. All methods are safe for
// concurrent use.
type Suite interface {
	chain.Hasher

	// Name is the suite's stable name in genesis, such as "standard".
	Name() string
	// Schemes lists the signature schemes that the suite supports, in
	// ascending order. The first one that Default names is for new node keys.
	Schemes() []Scheme
	// Default is the scheme for new validator and node keys.
	Default() chain.Scheme
	// Scheme returns one scheme of the suite; ErrScheme when it has none.
	Scheme(id chain.Scheme) (Scheme, error)
	// Address returns the account address of a public key; ErrPublicKey when
	// the encoding is not valid.
	Address(key chain.PublicKey) (chain.Address, error)
	// Cipher returns an AEAD for a key of KeySize bytes.
	Cipher(key []byte) (AEAD, error)
	// Derive stretches a passphrase into size bytes; see DerivationCost.
	Derive(passphrase, salt []byte, cost DerivationCost, size int) ([]byte, error)
}

// Scheme is one signature algorithm with its encodings.
type Scheme interface {
	// ID is the frozen scheme number.
	ID() chain.Scheme
	// Generate makes a key from randomness.
	Generate(random io.Reader) (Signer, error)
	// Import makes a signer from the encoding that Signer.Export returns.
	Import(secret []byte) (Signer, error)
	// Verify checks a signature over a 32-byte digest: nil, ErrSignature or
	// ErrPublicKey. The message was hashed with its domain by the caller.
	Verify(key chain.PublicKey, digest chain.Hash, signature []byte) error
	// VerifyBatch checks many; the result has one entry per item, nil where the
	// item verifies. The verdicts equal those of Verify.
	VerifyBatch(items []Item) []error
}

// Recoverer is implemented by schemes whose signatures yield the public key.
type Recoverer interface {
	// Recover returns the key that made the signature, or ErrSignature.
	Recover(digest chain.Hash, signature []byte) (chain.PublicKey, error)
}

// Signer holds one secret key, in memory, in a token or behind a remote signer.
type Signer interface {
	// Public returns the key's public half.
	Public() chain.PublicKey
	// Sign signs a 32-byte digest. Signatures are deterministic where the
	// scheme allows it.
	Sign(digest chain.Hash) ([]byte, error)
	// Export returns the secret's canonical encoding, or ErrNotExportable.
	Export() ([]byte, error)
}

// Item is one signature to check.
type Item struct {
	Key       chain.PublicKey
	Digest    chain.Hash
	Signature []byte
}

// AEAD is authenticated encryption with associated data in the shape of
// crypto/cipher.AEAD.
type AEAD interface {
	NonceSize() int
	Overhead() int
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

// DerivationCost says how expensive Derive is made.
type DerivationCost uint8

// The two costs: interactive protects a keystore file that a person unlocks,
// sensitive protects a key that is unlocked once per start.
const (
	Interactive DerivationCost = iota
	Sensitive
)

// Errors that suites wrap.
var (
	ErrScheme        = errors.New("crypto: scheme is not part of the suite")
	ErrPublicKey     = errors.New("crypto: public key is not valid")
	ErrSecret        = errors.New("crypto: secret key is not valid")
	ErrSignature     = errors.New("crypto: signature does not verify")
	ErrNotExportable = errors.New("crypto: the secret cannot be exported")
	ErrCipher        = errors.New("crypto: message cannot be opened")
)

// Verify checks a signature over a digest by the scheme of its key: ErrScheme when the
// suite has none such, else what the scheme says.
func Verify(suite Suite, key chain.PublicKey, digest chain.Hash, signature []byte) error {
	scheme, err := suite.Scheme(key.Scheme)
	if err != nil {
		return err
	}
	return scheme.Verify(key, digest, signature)
}
