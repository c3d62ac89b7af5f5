package gm_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t testing.TB, suite *gm.Suite, id chain.Scheme, secret []byte) (crypto.Scheme, crypto.Signer) {
	t.Helper()
	scheme, err := suite.Scheme(id)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := scheme.Import(secret)
	if err != nil {
		t.Fatal(err)
	}
	return scheme, signer
}

func TestSM3GivesTheAnswersOfGMT0004(t *testing.T) {
	suite := gm.New()
	vectors := []struct{ message, digest string }{
		{"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},                      // A.1
		{strings.Repeat("abcd", 16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"}, // A.2
	}
	for _, vector := range vectors {
		message := []byte(vector.message)
		whole, parts := suite.Sum(message), suite.Sum(message[:1], nil, message[1:])
		if hex.EncodeToString(whole[:]) != vector.digest || parts != whole {
			t.Errorf("%q: got %s and %s", vector.message, whole, parts)
		}
	}
}

func TestSM4GivesTheAnswersOfGMT0002(t *testing.T) {
	key := unhex(t, "0123456789abcdeffedcba9876543210")
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Clone(key)
	block.Encrypt(text, text)
	if hex.EncodeToString(text) != "681edf34d206965e86b3e94f536e4246" { // A.1
		t.Fatalf("one encryption: %x", text)
	}
	for range 1_000_000 - 1 {
		block.Encrypt(text, text)
	}
	if hex.EncodeToString(text) != "595298c7c6fd271f0402f804c33d3f66" { // A.2
		t.Fatalf("a million encryptions: %x", text)
	}
}

// The signature example of GM/T 0003.5 annex A (GB/T 32918.5-2017).
const (
	exampleSecret = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
	exampleKey    = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020" +
		"CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
	exampleE         = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
	exampleSignature = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3" +
		"B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)

func TestSM2VerifiesTheExampleOfGMT0003(t *testing.T) {
	_, signer := load(t, gm.New(), chain.SchemeSM2, unhex(t, exampleSecret))
	key := signer.Public()
	if !bytes.Equal(key.Bytes, unhex(t, exampleKey)) {
		t.Fatalf("public key %x", key.Bytes)
	}
	message := []byte("message digest")
	if e := gm.SM2Digest(key.Bytes, message); !bytes.Equal(e[:], unhex(t, exampleE)) {
		t.Fatalf("e = %s", e)
	}
	if err := gm.VerifySM2Message(key, message, unhex(t, exampleSignature)); err != nil {
		t.Fatal(err)
	}
	if err := gm.VerifySM2Message(key, []byte("message Digest"), unhex(t, exampleSignature)); !errors.Is(err, crypto.ErrSignature) {
		t.Fatalf("another message: %v", err)
	}
}

func TestSM2SignaturesAreAcceptedByAnIndependentPath(t *testing.T) {
	// The library's own function for messages computes ZA and e by itself.
	_, signer := load(t, gm.New(), chain.SchemeSM2, bytes.Repeat([]byte{3}, 32))
	digest := chain.Hash{1, 2, 3}
	signature, err := signer.Sign(digest)
	if err != nil {
		t.Fatal(err)
	}
	public, err := sm2.NewPublicKey(append([]byte{4}, signer.Public().Bytes...))
	if err != nil {
		t.Fatal(err)
	}
	if !sm2.VerifyASN1WithSM2(public, []byte(gm.UserID), digest[:], derOf(signature)) {
		t.Fatal("refused")
	}
}

func derOf(pair []byte) []byte {
	integer := func(b []byte) []byte {
		b = bytes.TrimLeft(b, "\x00")
		if b[0] >= 0x80 {
			b = append([]byte{0}, b...)
		}
		return append([]byte{2, byte(len(b))}, b...)
	}
	body := append(integer(pair[:32]), integer(pair[32:])...)
	return append([]byte{0x30, byte(len(body))}, body...)
}

func TestSM2RefusesScalarsOutOfRange(t *testing.T) {
	const order = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123"
	const zero = "0000000000000000000000000000000000000000000000000000000000000000"
	const one = "0000000000000000000000000000000000000000000000000000000000000001"
	const last = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122"
	key := chain.PublicKey{Scheme: chain.SchemeSM2, Bytes: unhex(t, exampleKey)}
	scheme, _ := load(t, gm.New(), chain.SchemeSM2, unhex(t, exampleSecret))
	for _, pair := range []string{zero + one, one + zero, zero + zero, order + one, one + order, one + last, last + one,
		exampleSignature[:64] + order, order + exampleSignature[64:]} {
		if err := scheme.Verify(key, chain.Hash{1}, unhex(t, pair)); !errors.Is(err, crypto.ErrSignature) {
			t.Errorf("%s: %v", pair, err)
		}
	}
	for _, secret := range []string{zero, last, order} {
		if _, err := scheme.Import(unhex(t, secret)); !errors.Is(err, crypto.ErrSecret) {
			t.Errorf("secret %s: %v", secret, err)
		}
	}
}

func TestSM4GCMGivesTheAnswerOfRFC8998(t *testing.T) {
	aead, err := gm.New().Cipher(unhex(t, "0123456789ABCDEFFEDCBA9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	plaintext := unhex(t, "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA")
	want := unhex(t, "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"+
		"83DE3541E4C2B58177E065A9BF7B62EC")
	got := aead.Seal(nil, unhex(t, "00001234567800000000ABCD"), plaintext, unhex(t, "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
	if !bytes.Equal(got, want) {
		t.Fatalf("got %X", got)
	}
}

func TestAddressOfAnSM2KeyIsTheSM3Rule(t *testing.T) {
	suite := gm.New()
	key := chain.PublicKey{Scheme: chain.SchemeSM2, Bytes: unhex(t, exampleKey)}
	address, err := suite.Address(key)
	if err != nil {
		t.Fatal(err)
	}
	digest := suite.Sum([]byte{0, 4}, key.Bytes)
	if !bytes.Equal(address[:], digest[12:]) {
		t.Fatalf("got %s", address)
	}
	t.Logf("vector: key of GM/T 0003.5 annex A has address %s", address)
}
