package secp256k1

import (
	"bytes"
	"fmt"
	"io"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Lengths of the encodings in bytes.
const (
	PublicKeySize = 64
	SecretSize    = scheme.SecretSize
	SignatureSize = 65
)

// highestS is n/2, the largest s that EIP-2 allows.
var highestS = []byte{
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
}

// arithmetic is what the scheme needs from a library. The arguments have their full
// lengths; a secret is in [1, n-1].
type arithmetic interface {
	// sign returns r‖s‖recovery id with a low s.
	sign(secret []byte, digest chain.Hash) ([]byte, error)
	// recover returns X‖Y, or false where the signature yields no key.
	recover(digest chain.Hash, signature []byte) ([]byte, bool)
	// name says which library it is, for reports.
	name() string
}

// Scheme implements crypto.Scheme and crypto.Recoverer. It holds no state.
type Scheme struct {
	library arithmetic
}

var (
	_ crypto.Scheme    = (*Scheme)(nil)
	_ crypto.Recoverer = (*Scheme)(nil)
)

// New returns the scheme on the fastest library of this build.
func New() *Scheme { return &Scheme{library: fastest()} }

// NewPortable returns the scheme on the pure Go library, which every build has.
func NewPortable() *Scheme { return &Scheme{library: portable{}} }

// Library names the implementation of the arithmetic: "libsecp256k1" or "go".
func (s *Scheme) Library() string { return s.library.name() }

// ID returns chain.SchemeSecp256k1.
func (s *Scheme) ID() chain.Scheme { return chain.SchemeSecp256k1 }

// Generate makes a key from the next 32 bytes of random that are a valid scalar.
func (s *Scheme) Generate(random io.Reader) (crypto.Signer, error) {
	return scheme.Generate(random, s.Import)
}

// Import makes a signer from a 32-byte big-endian scalar in [1, n-1].
func (s *Scheme) Import(secret []byte) (crypto.Signer, error) {
	public, err := publicKey(secret)
	if err != nil {
		return nil, err
	}
	return &signer{library: s.library, secret: bytes.Clone(secret), public: public}, nil
}

// Recover returns the key that made the signature, or crypto.ErrSignature.
func (s *Scheme) Recover(digest chain.Hash, signature []byte) (chain.PublicKey, error) {
	if len(signature) == SignatureSize && bytes.Compare(signature[32:64], highestS) > 0 {
		return chain.PublicKey{}, fmt.Errorf("%w: s is above half the group order", crypto.ErrSignature)
	}
	return s.RecoverLax(digest, signature)
}

// RecoverLax is Recover without EIP-2's bound: s may be anything in [1, n-1]. It is
// for the EVM's ecrecover, which kept taking both s of a pair; signatures that it
// accepts can be altered by everybody.
func (s *Scheme) RecoverLax(digest chain.Hash, signature []byte) (chain.PublicKey, error) {
	if len(signature) != SignatureSize {
		return chain.PublicKey{}, fmt.Errorf("%w: %d bytes instead of %d", crypto.ErrSignature, len(signature), SignatureSize)
	}
	if signature[64] > 1 {
		return chain.PublicKey{}, fmt.Errorf("%w: parity %d", crypto.ErrSignature, signature[64])
	}
	key, ok := s.library.recover(digest, signature)
	if !ok {
		return chain.PublicKey{}, fmt.Errorf("%w: no public key belongs to it", crypto.ErrSignature)
	}
	return chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: key}, nil
}

// Verify checks a signature: nil, crypto.ErrSignature or crypto.ErrPublicKey.
func (s *Scheme) Verify(key chain.PublicKey, digest chain.Hash, signature []byte) error {
	if err := scheme.CheckKey(key, chain.SchemeSecp256k1, PublicKeySize); err != nil {
		return err
	}
	recovered, err := s.Recover(digest, signature)
	if err == nil && bytes.Equal(recovered.Bytes, key.Bytes) {
		return nil // a recovered key is on the curve
	}
	if keyErr := CheckKey(key); keyErr != nil {
		return keyErr
	}
	if err == nil {
		err = fmt.Errorf("%w: another key made it", crypto.ErrSignature)
	}
	return err
}

// VerifyBatch checks the items one after the other: ECDSA has no batch equation.
func (s *Scheme) VerifyBatch(items []crypto.Item) []error { return scheme.VerifyEach(s, items) }

// Address returns the last 20 bytes of Keccak-256(X‖Y), Ethereum's rule, or
// crypto.ErrPublicKey when the key is not a point of the curve.
func Address(key chain.PublicKey) (chain.Address, error) {
	if err := CheckKey(key); err != nil {
		return chain.Address{}, err
	}
	digest := keccak.Keccak256(key.Bytes)
	return chain.Address(digest[chain.HashSize-chain.AddressSize:]), nil
}
