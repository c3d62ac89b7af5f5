package gm_test

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"testing"

	"github.com/c2sp/wycheproof"
	"github.com/emmansun/gmsm/sm3"

	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/vectors"
)

func TestWycheproofSM4GCM(t *testing.T) {
	suite := gm.New()
	file := vectors.Load(t, wycheproof.TestVectors, "sm4_gcm_test.json")
	ran, otherNonce := 0, 0
	for _, group := range file.Groups {
		for _, c := range group.Cases {
			aead, err := suite.Cipher(c.Key)
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
	t.Logf("%d cases run; refused as promised: %d with another nonce size", ran, otherNonce)
	if ran == 0 {
		t.Error("nothing was run")
	}
}

func TestWycheproofHMACWithSM3(t *testing.T) {
	file := vectors.Load(t, wycheproof.TestVectors, "hmac_sm3_test.json")
	for _, group := range file.Groups {
		for _, c := range group.Cases {
			mac := hmac.New(sm3.New, c.Key)
			mac.Write(c.Message)
			if got := hmac.Equal(mac.Sum(nil)[:group.TagSize/8], c.Tag); got != c.Valid() {
				t.Errorf("case %d (%s): got %v, want %s", c.ID, c.Comment, got, c.Result)
			}
		}
	}
	t.Logf("%d cases run", file.NumberOfTests)
}

func TestDeriveEqualsAnIndependentComputation(t *testing.T) {
	// Computed by OpenSSL through Python's hashlib: sm3, pbkdf2_hmac("sm3") and scrypt as Derive's documentation composes them.
	const want = "5d7cf4ce81a504f958bc5c516ae590db87985f96c8efa10c66a08884a45e1552"
	got, err := gm.New().Derive([]byte("passphrase"), []byte("0123456789abcdef"), crypto.Interactive, 32)
	if err != nil || hex.EncodeToString(got) != want {
		t.Fatalf("got %x, %v", got, err)
	}
}
