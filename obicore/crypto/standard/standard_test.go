package standard_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func find(t testing.TB, id chain.Scheme) crypto.Scheme {
	t.Helper()
	scheme, err := standard.New().Scheme(id)
	if err != nil {
		t.Fatal(err)
	}
	return scheme
}

func load(t testing.TB, id chain.Scheme, secret []byte) crypto.Signer {
	t.Helper()
	signer, err := find(t, id).Import(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestHashGivesTheAnswersOfFIPS180(t *testing.T) {
	suite := standard.New()
	vectors := map[string]string{
		"":    "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"abc": "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	}
	for message, want := range vectors {
		if got := suite.Sum([]byte(message)).String(); got != want {
			t.Errorf("%q: got %s", message, got)
		}
	}
	if suite.Sum() != suite.Sum(nil) || suite.Sum([]byte("a"), []byte("bc")) != suite.Sum([]byte("abc")) {
		t.Error("the digest of parts is not that of their concatenation")
	}
}

func TestP256SignsAsRFC6979WithLowS(t *testing.T) {
	// RFC 6979 A.2.5, SHA-256, "sample". The RFC's s, F7CB1C94…, is high; n - s is what this scheme gives.
	signer := load(t, chain.SchemeP256, unhex(t, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"))
	const key = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
	if got := hex.EncodeToString(signer.Public().Bytes); got != key {
		t.Fatalf("public key %s", got)
	}
	vectors := map[string]string{
		"sample": "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" + "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9",
		"test":   "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367" + "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
	}
	for message, want := range vectors {
		signature, err := signer.Sign(sha256.Sum256([]byte(message)))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(signature); got != want {
			t.Errorf("%q: got %s", message, got)
		}
	}
}

// RFC 8032 section 7.1: seed, public key, message, signature.
var rfc8032 = []struct{ seed, key, message, signature string }{
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
}

func TestEd25519GivesTheAnswersOfRFC8032(t *testing.T) {
	for _, vector := range rfc8032 {
		signer := load(t, chain.SchemeEd25519, unhex(t, vector.seed))
		key := signer.Public()
		if hex.EncodeToString(key.Bytes) != vector.key {
			t.Errorf("public key %x, want %s", key.Bytes, vector.key)
		}
		message, signature := unhex(t, vector.message), unhex(t, vector.signature)
		if err := standard.VerifyEd25519Message(key, message, signature); err != nil {
			t.Error(err)
		}
		if err := standard.VerifyEd25519Message(key, append(message, 0), signature); !errors.Is(err, crypto.ErrSignature) {
			t.Errorf("a longer message: %v", err)
		}
		signed, err := standard.SignEd25519Message(signer, message)
		if err != nil || !bytes.Equal(signed, signature) {
			t.Errorf("signed %x, %v", signed, err)
		}
	}
}

func TestAddressesOfOtherSchemesAreTheKeccakRule(t *testing.T) {
	suite := standard.New()
	for id, number := range map[chain.Scheme][]byte{chain.SchemeP256: {0, 2}, chain.SchemeEd25519: {0, 3}} {
		key := load(t, id, bytes.Repeat([]byte{1}, 32)).Public()
		address, err := suite.Address(key)
		if err != nil {
			t.Fatal(err)
		}
		digest := keccak.Keccak256(number, key.Bytes)
		if !bytes.Equal(address[:], digest[12:]) {
			t.Errorf("%s: got %s", id, address)
		}
		t.Logf("vector: %s key %x has address %s", id, key.Bytes, address)
	}
}

func TestSumDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Log("the race detector empties pools at random: nothing to measure")
		return
	}
	suite := standard.New()
	one, two := make([]byte, 100), make([]byte, 32)
	if n := testing.AllocsPerRun(1000, func() { suite.Sum(one, two) }); n > 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestDeriveIsArgon2id(t *testing.T) {
	// Made once with this suite and kept: keystores depend on it. The algorithm itself is tested by its module.
	salt := []byte("0123456789abcdef")
	got, err := standard.New().Derive([]byte("passphrase"), salt, crypto.Interactive, 32)
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != derivedInteractive {
		t.Fatalf("got %x", got)
	}
}

func TestDeriveRefusesBadArguments(t *testing.T) {
	suite := standard.New()
	salt := make([]byte, 16)
	bad := []struct {
		passphrase, salt []byte
		cost             crypto.DerivationCost
		size             int
	}{
		{nil, salt[:15], crypto.Interactive, 32}, {nil, make([]byte, 65), crypto.Interactive, 32},
		{nil, salt, crypto.Interactive, 0}, {nil, salt, crypto.Interactive, -1}, {nil, salt, crypto.Interactive, 65},
		{nil, salt, 2, 32}, {make([]byte, 1025), salt, crypto.Interactive, 32},
	}
	for i, b := range bad {
		if _, err := suite.Derive(b.passphrase, b.salt, b.cost, b.size); !errors.Is(err, crypto.ErrSecret) {
			t.Errorf("case %d: %v", i, err)
		}
	}
}

// Made once with the first version of this suite.
const derivedInteractive = "b9a461ff4f5c6e7e47ef9d52360d51fee2b7fd5a66cc012958bffcd1c8c20a1b"
