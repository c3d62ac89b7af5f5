package standard

import (
	"bytes"
	"fmt"
	"io"

	"github.com/oasisprotocol/curve25519-voi/curve"
	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
)

// ed25519Rules is crypto specification, written out field by field because a change of any
// of them forks a chain. The cofactored equation is the one that a batch can check.
// A nonce point R of small order is allowed, as in RFC 8032: refusing it adds nothing
// once keys of small order are refused.
var ed25519Rules = &voi.Options{Verify: &voi.VerifyOptions{
	AllowSmallOrderA:   false,
	AllowSmallOrderR:   true,
	AllowNonCanonicalA: false,
	AllowNonCanonicalR: false,
	CofactorlessVerify: false,
}}

// ed25519 is RFC 8032 Ed25519 over the 32-byte digest as the message: keys of 32 bytes,
// signatures of 64, secrets are the 32-byte seed.
type ed25519 struct{}

var _ crypto.Scheme = ed25519{}

func (ed25519) ID() chain.Scheme { return chain.SchemeEd25519 }

func (e ed25519) Generate(random io.Reader) (crypto.Signer, error) {
	return scheme.Generate(random, e.Import)
}

// Import takes a 32-byte seed; every seed is valid.
func (ed25519) Import(secret []byte) (crypto.Signer, error) {
	if err := scheme.CheckSecret(secret); err != nil {
		return nil, err
	}
	return &ed25519Signer{private: voi.NewKeyFromSeed(secret)}, nil
}

func (ed25519) Verify(key chain.PublicKey, digest chain.Hash, signature []byte) error {
	return verifyEd25519(key, digest[:], signature)
}

// verifyEd25519 checks a signature over a message of any length.
func verifyEd25519(key chain.PublicKey, message, signature []byte) error {
	if err := scheme.CheckKey(key, chain.SchemeEd25519, voi.PublicKeySize); err != nil {
		return err
	}
	if voi.VerifyWithOptions(key.Bytes, message, signature, ed25519Rules) {
		return nil
	}
	// The library says only no; which of the two is wrong matters to the caller's report.
	if err := checkEd25519(key); err != nil {
		return err
	}
	return crypto.ErrSignature
}

// checkEd25519 returns nil for a canonical encoding of a point that is not of small
// order, else crypto.ErrPublicKey.
func checkEd25519(key chain.PublicKey) error {
	if err := scheme.CheckKey(key, chain.SchemeEd25519, voi.PublicKeySize); err != nil {
		return err
	}
	var encoding curve.CompressedEdwardsY
	var point curve.EdwardsPoint
	if _, err := encoding.SetBytes(key.Bytes); err != nil {
		return fmt.Errorf("%w: %w", crypto.ErrPublicKey, err)
	}
	if _, err := point.SetCompressedY(&encoding); err != nil {
		return fmt.Errorf("%w: not a point of edwards25519", crypto.ErrPublicKey)
	}
	if !encoding.IsCanonicalVartime() {
		return fmt.Errorf("%w: not the canonical encoding of the point", crypto.ErrPublicKey)
	}
	if point.IsSmallOrder() {
		return fmt.Errorf("%w: the point has small order", crypto.ErrPublicKey)
	}
	return nil
}

type ed25519Signer struct {
	scheme.Hidden
	private voi.PrivateKey
}

func (s *ed25519Signer) Public() chain.PublicKey {
	return chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: bytes.Clone(s.private[voi.SeedSize:])}
}

func (s *ed25519Signer) Sign(digest chain.Hash) ([]byte, error) {
	return s.signMessage(digest[:]), nil
}

func (s *ed25519Signer) signMessage(message []byte) []byte { return voi.Sign(s.private, message) }

func (s *ed25519Signer) Export() ([]byte, error) { return s.private.Seed(), nil }
