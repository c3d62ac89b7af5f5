package standard_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/c2sp/wycheproof"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/vectors"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

func TestWycheproofP256WithLowS(t *testing.T) {
	scheme := find(t, chain.SchemeP256)
	order := elliptic.P256().Params().N
	half := new(big.Int).Rsh(order, 1)
	file := vectors.Load(t, wycheproof.TestVectors, "ecdsa_secp256r1_sha256_p1363_test.json")
	same, high := 0, 0
	for _, group := range file.Groups {
		key := chain.PublicKey{Scheme: chain.SchemeP256, Bytes: group.PublicKey.Uncompressed[1:]}
		for _, c := range group.Cases {
			digest := chain.Hash(sha256.Sum256(c.Message))
			got := scheme.Verify(key, digest, c.Signature) == nil
			switch {
			case got == c.Valid():
				same++
			case !got && new(big.Int).SetBytes(c.Signature[32:]).Cmp(half) > 0:
				high++
				lower := bytes.Clone(c.Signature)
				s := new(big.Int).SetBytes(lower[32:])
				s.Sub(order, s).FillBytes(lower[32:])
				if err := scheme.Verify(key, digest, lower); err != nil {
					t.Errorf("case %d (%s): refused with the low s too: %v", c.ID, c.Comment, err)
				}
			default:
				t.Errorf("case %d (%s): got %v, want %s", c.ID, c.Comment, got, c.Result)
			}
		}
	}
	t.Logf("%d of %d verdicts equal; refused on purpose: %d with a high s", same, file.NumberOfTests, high)
}

func TestWycheproofEd25519(t *testing.T) {
	file := vectors.Load(t, wycheproof.TestVectors, "ed25519_test.json")
	same := 0
	for _, group := range file.Groups {
		key := chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: group.PublicKey.Ed25519}
		for _, c := range group.Cases {
			if got := standard.VerifyEd25519Message(key, c.Message, c.Signature) == nil; got != c.Valid() {
				t.Errorf("case %d (%s): got %v, want %s", c.ID, c.Comment, got, c.Result)
				continue
			}
			same++
		}
	}
	t.Logf("%d of %d verdicts equal", same, file.NumberOfTests)
}

func TestWycheproofAESGCM(t *testing.T) {
	suite := standard.New()
	file := vectors.Load(t, wycheproof.TestVectors, "aes_gcm_test.json")
	ran, otherKey, otherNonce := 0, 0, 0
	for _, group := range file.Groups {
		for _, c := range group.Cases {
			aead, err := suite.Cipher(c.Key)
			if group.KeySize != 8*standard.KeySize {
				if err == nil {
					t.Errorf("case %d: a key of %d bits was taken", c.ID, group.KeySize)
				}
				otherKey++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			sealed := append(bytes.Clone(c.Sealed), c.Tag...)
			opened, err := aead.Open(nil, c.IV, sealed, c.AAD)
			if len(c.IV) != aead.NonceSize() {
				if err == nil {
					t.Errorf("case %d: a nonce of %d bytes was taken", c.ID, len(c.IV))
				}
				otherNonce++
				continue
			}
			ran++
			if (err == nil) != c.Valid() || (err == nil && !bytes.Equal(opened, c.Message)) {
				t.Errorf("case %d (%s): %v, want %s", c.ID, c.Comment, err, c.Result)
			}
			if c.Valid() && !bytes.Equal(aead.Seal(nil, c.IV, c.Message, c.AAD), sealed) {
				t.Errorf("case %d (%s): sealed otherwise", c.ID, c.Comment)
			}
		}
	}
	t.Logf("%d cases run; refused as promised: %d with another key size, %d with another nonce size", ran, otherKey, otherNonce)
	if ran == 0 {
		t.Error("nothing was run")
	}
}
