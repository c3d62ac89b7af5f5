package gm

import (
	"bytes"
	"crypto/ecdsa"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/scheme"
)

// sm2KeySize is the length in bytes of X‖Y.
const sm2KeySize = 64

// UserID is the signer's identity that enters every SM2 signature: the default of
// GM/T 0009. Keys are bound to people and nodes by credentials, not by this string.
const UserID = "1234567812345678"

// sm2Scheme is GM/T 0003.2 on the curve of GM/T 0003.5. The 32-byte digest is signed as
// the message M of the standard, so e = SM3(ZA ‖ digest), and any SM2 implementation
// can check the signature. Signatures are r‖s of 64 bytes with r, s in [1, n-1] and
// r+s ≠ n. There is no low-s rule, because -s is not a second signature in SM2. Nonces
// are deterministic, by RFC 6979 with SM3.
type sm2Scheme struct{}

var _ crypto.Scheme = sm2Scheme{}

func (sm2Scheme) ID() chain.Scheme { return chain.SchemeSM2 }

func (s sm2Scheme) Generate(random io.Reader) (crypto.Signer, error) {
	return scheme.Generate(random, s.Import)
}

// Import takes a 32-byte big-endian scalar in [1, n-2].
func (sm2Scheme) Import(secret []byte) (crypto.Signer, error) {
	if err := scheme.CheckSecret(secret); err != nil {
		return nil, err
	}
	private, err := sm2.ParseRawPrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: the scalar is zero or above n-2", crypto.ErrSecret)
	}
	public := make([]byte, sm2KeySize)
	private.X.FillBytes(public[:32])
	private.Y.FillBytes(public[32:])
	return &sm2Signer{private: private, secret: bytes.Clone(secret), public: public}, nil
}

func (sm2Scheme) Verify(key chain.PublicKey, digest chain.Hash, signature []byte) error {
	return verifySM2(key, digest[:], signature)
}

func (s sm2Scheme) VerifyBatch(items []crypto.Item) []error { return scheme.VerifyEach(s, items) }

// verifySM2 checks a signature over a message of any length.
func verifySM2(key chain.PublicKey, message, signature []byte) error {
	public, err := parseSM2(key)
	if err != nil {
		return err
	}
	if err := scheme.CheckPair(signature, nil); err != nil {
		return err
	}
	e := sm2Digest(key.Bytes, message)
	if !sm2.VerifyASN1(public, e[:], scheme.PairToDER(signature)) {
		return crypto.ErrSignature
	}
	return nil
}

// parseSM2 returns the point of a key, or crypto.ErrPublicKey.
func parseSM2(key chain.PublicKey) (*ecdsa.PublicKey, error) {
	if err := scheme.CheckKey(key, chain.SchemeSM2, sm2KeySize); err != nil {
		return nil, err
	}
	uncompressed := append([]byte{4}, key.Bytes...)
	public, err := sm2.ParseUncompressedPublicKey(uncompressed)
	if err != nil {
		return nil, fmt.Errorf("%w: not a point of the SM2 curve", crypto.ErrPublicKey)
	}
	return public, nil
}

// identityPrefix is ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG of GM/T 0003.2 section 5.5, the part of
// ZA that is the same for every key.
var identityPrefix = func() []byte {
	curve := sm2.P256().Params()
	a := make([]byte, 32)
	curve.P.FillBytes(a)
	a[31] -= 3 // a = p - 3, and p ends in 0xff
	prefix := []byte{0, byte(8 * len(UserID))}
	prefix = append(prefix, UserID...)
	prefix = append(prefix, a...)
	prefix = append(prefix, curve.B.FillBytes(make([]byte, 32))...)
	prefix = append(prefix, curve.Gx.FillBytes(make([]byte, 32))...)
	return append(prefix, curve.Gy.FillBytes(make([]byte, 32))...)
}()

// sm2Digest returns e = SM3(ZA ‖ message), ZA = SM3(identityPrefix ‖ key).
func sm2Digest(key, message []byte) chain.Hash {
	suite := Suite{}
	za := suite.Sum(identityPrefix, key)
	return suite.Sum(za[:], message)
}

type sm2Signer struct {
	scheme.Hidden
	private *sm2.PrivateKey
	secret  []byte
	public  []byte
}

func (s *sm2Signer) Public() chain.PublicKey {
	return chain.PublicKey{Scheme: chain.SchemeSM2, Bytes: bytes.Clone(s.public)}
}

func (s *sm2Signer) Sign(digest chain.Hash) ([]byte, error) {
	e := sm2Digest(s.public, digest[:])
	// Without its own options the library takes e as it is.
	der, err := sm2.SignDeterministic(s.private, e[:], nil)
	if err != nil {
		return nil, fmt.Errorf("crypto: sign with SM2: %w", err)
	}
	return scheme.PairFromDER(der)
}

func (s *sm2Signer) Export() ([]byte, error) { return bytes.Clone(s.secret), nil }

// Size of an SM3 digest: the kernel's Hash has the same length, or this does not compile.
var _ = [1]struct{}{}[sm3.Size-chain.HashSize]
