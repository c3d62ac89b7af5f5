package standard

import (
	"bytes"
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"io"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
)

// p256KeySize is the length in bytes of X‖Y.
const p256KeySize = 64

// highestP256 is n/2, the largest s that is accepted.
var highestP256 = new(big.Int).Rsh(elliptic.P256().Params().N, 1).FillBytes(make([]byte, 32))

// p256 is ECDSA on P-256 (FIPS 186-5): signatures r‖s of 64 bytes with s at most n/2,
// public keys X‖Y, deterministic nonces by RFC 6979 with SHA-256.
type p256 struct{}

var _ crypto.Scheme = p256{}

func (p256) ID() chain.Scheme { return chain.SchemeP256 }

func (p p256) Generate(random io.Reader) (crypto.Signer, error) {
	return scheme.Generate(random, p.Import)
}

// Import takes a 32-byte big-endian scalar in [1, n-1].
func (p256) Import(secret []byte) (crypto.Signer, error) {
	if err := scheme.CheckSecret(secret); err != nil {
		return nil, err
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
	if err != nil {
		return nil, fmt.Errorf("%w: the scalar is zero or not below the group order", crypto.ErrSecret)
	}
	public, err := private.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: no public key belongs to it", crypto.ErrSecret)
	}
	return &p256Signer{private: private, secret: bytes.Clone(secret), public: public[1:]}, nil
}

func (p256) Verify(key chain.PublicKey, digest chain.Hash, signature []byte) error {
	public, err := parseP256(key)
	if err != nil {
		return err
	}
	if err := scheme.CheckPair(signature, highestP256); err != nil {
		return err
	}
	if !ecdsa.VerifyASN1(public, digest[:], scheme.PairToDER(signature)) {
		return crypto.ErrSignature
	}
	return nil
}

func (p p256) VerifyBatch(items []crypto.Item) []error { return scheme.VerifyEach(p, items) }

// parseP256 returns the point of a key, or crypto.ErrPublicKey.
func parseP256(key chain.PublicKey) (*ecdsa.PublicKey, error) {
	if err := scheme.CheckKey(key, chain.SchemeP256, p256KeySize); err != nil {
		return nil, err
	}
	uncompressed := append([]byte{4}, key.Bytes...)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), uncompressed)
	if err != nil {
		return nil, fmt.Errorf("%w: not a point of P-256", crypto.ErrPublicKey)
	}
	return public, nil
}

type p256Signer struct {
	scheme.Hidden
	private *ecdsa.PrivateKey
	secret  []byte
	public  []byte
}

func (s *p256Signer) Public() chain.PublicKey {
	return chain.PublicKey{Scheme: chain.SchemeP256, Bytes: bytes.Clone(s.public)}
}

func (s *p256Signer) Sign(digest chain.Hash) ([]byte, error) {
	// Without randomness the library signs by RFC 6979; the hash named here seeds the nonce.
	der, err := s.private.Sign(nil, digest[:], stdcrypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("crypto: sign with P-256: %w", err)
	}
	signature, err := scheme.PairFromDER(der)
	if err != nil {
		return nil, err
	}
	if scheme.CheckPair(signature, highestP256) != nil {
		lower := new(big.Int).SetBytes(signature[32:])
		lower.Sub(elliptic.P256().Params().N, lower).FillBytes(signature[32:])
	}
	return signature, nil
}

func (s *p256Signer) Export() ([]byte, error) { return bytes.Clone(s.secret), nil }
