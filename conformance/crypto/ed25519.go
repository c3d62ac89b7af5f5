package crypto

import (
	"bytes"
	"encoding/hex"
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// smallOrderKeys are the eight points of small order of edwards25519 and their encodings
// that are not canonical (RFC 8032 section 5.1.3 refuses the latter).
var smallOrderKeys = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

// mixedOrder are signatures whose key or nonce point has a part of small order. The
// cofactored equation 8sB = 8R + 8kA holds for all of them; without the factor 8 only
// the first holds. Made for this suite: key, digest, signature.
var mixedOrder = [][3]string{
	{"17ffad8068dc0de9935d36636f3ad1b5de6de3413b12388e453b05f2a4c1d3db", "0c00000000000000000000000000000000000000000000000000000000000000", "7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32ab03510886d6d71487bd95a28b73cc9aa5150564e0ef33f759f6ea64d8fbc2802"},
	{"d63c01223147541df4e170763e9e2788a8bf5971f52a93c5829dbe6f5ff6bba9", "0c01000000000000000000000000000000000000000000000000000000000000", "7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32a55d7c7ba8d33ba0d434d53ca33dd7619da94c92485199c1e5db1a95b54120802"},
	{"17ffad8068dc0de9935d36636f3ad1b5de6de3413b12388e453b05f2a4c1d3db", "0c00010000000000000000000000000000000000000000000000000000000000", "6999d5cb5126005c325892f1c6eab824b310708befff12fbaf45dda050cb12f05a2c9ea55951dd1a6826f6022b8e11697257e89f6d661ce89bf6ea27389ef907"},
	{"1dd960b291c53514fece1341fc0dcd8a648b3934c2c533666f737a654ff1e1bf", "0c03050000000000000000000000000000000000000000000000000000000000", "84662a34aed9ffa3cda76d0e391547db4cef8f741000ed0450ba225faf34ed0f04a80272ec0415998e4999bc8fd51d6ffc21e37b1831296e2a3bdf0a8f8d4a04"},
	{"d600527f9723f2166ca2c99c90c52e4a21921cbec4edc771bac4fa0d5b3e2c24", "0c04040000000000000000000000000000000000000000000000000000000000", "704f236ddd0c3e7cba82221b38f72171a15940c2a3bbfb335eb4cd8d65fa3cd578899fb35bcb16a3693eac226e05ec315a8f8c1cd519ab4cc083ce999f2fec0e"},
}

// ed25519Scheme returns the scheme, or ends the check of a suite that has none.
func (b bench) ed25519Scheme(t conformance.T) (crypto.Suite, crypto.Scheme) {
	t.Helper()
	suite := b.newSuite()
	scheme, err := suite.Scheme(chain.SchemeEd25519)
	if err != nil {
		t.Skipf("the suite has no Ed25519")
	}
	return suite, scheme
}

func unhex(t conformance.T, text string) []byte {
	t.Helper()
	decoded, err := hex.DecodeString(text)
	if err != nil {
		t.Fatalf("the rule's own vector is broken: %v", err)
	}
	return decoded
}

func (b bench) smallOrderRefused(t conformance.T) {
	suite, scheme := b.ed25519Scheme(t)
	identity := append([]byte{1}, make([]byte, 31)...)
	var items []crypto.Item
	for _, text := range smallOrderKeys {
		key := chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: unhex(t, text)}
		noAddress(t, suite, key, "the key of small order "+text)
		// With s = 0 and the identity as R, the equation holds for every key of small order.
		items = append(items, crypto.Item{Key: key, Digest: digestOf(1), Signature: append(bytes.Clone(identity), make([]byte, 32)...)})
	}
	for i, verdict := range scheme.VerifyBatch(items) {
		single := scheme.Verify(items[i].Key, items[i].Digest, items[i].Signature)
		for _, err := range []error{single, verdict} {
			if !errors.Is(err, crypto.ErrPublicKey) {
				t.Fatalf("the key of small order %s gives %v, not ErrPublicKey", smallOrderKeys[i], err)
			}
		}
	}
}

func (b bench) ed25519Cofactored(t conformance.T) {
	_, scheme := b.ed25519Scheme(t)
	var items []crypto.Item
	for _, vector := range mixedOrder {
		items = append(items, crypto.Item{
			Key:       chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: unhex(t, vector[0])},
			Digest:    chain.Hash(unhex(t, vector[1])),
			Signature: unhex(t, vector[2]),
		})
	}
	for range 4 { // so many that an implementation has reason to use its batch equation
		items = append(items, items...)
	}
	for i, verdict := range scheme.VerifyBatch(items) {
		if single := scheme.Verify(items[i].Key, items[i].Digest, items[i].Signature); single != nil || verdict != nil {
			t.Fatalf("mixed-order signature %d gives %v alone and %v in a batch", i%len(mixedOrder), single, verdict)
		}
	}
}
