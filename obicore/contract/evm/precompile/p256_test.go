package precompile_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
	"slices"
	"testing"
)

var p256Order = elliptic.P256().Params().N

// signedP256 returns the digest, r, s and the key of a fresh signature, as words.
func signedP256(t testing.TB) [][]byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	digest := make([]byte, 32)
	_, _ = rand.Read(digest)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return [][]byte{digest, word(r), word(s), point[1:33], point[33:]}
}

func TestP256VerifyAcceptsSignaturesOfTheStandardLibrary(t *testing.T) {
	for range 20 {
		words := signedP256(t)
		if got := run(t, at(t, 0x100), words...); !bytes.Equal(got, small(1)) {
			t.Errorf("%x: got %x", words, got)
		}
		words[2] = word(new(big.Int).Sub(p256Order, new(big.Int).SetBytes(words[2])))
		if got := run(t, at(t, 0x100), words...); !bytes.Equal(got, small(1)) {
			t.Errorf("the other s, %x: got %x", words, got)
		}
	}
}

func TestP256VerifyGivesNothingForBadInput(t *testing.T) {
	prime := elliptic.P256().Params().P
	for why, change := range map[string]func(words [][]byte){
		"another digest":          func(words [][]byte) { words[0][31] ^= 1 },
		"another r":               func(words [][]byte) { words[1][31] ^= 1 },
		"another s":               func(words [][]byte) { words[2][31] ^= 1 },
		"another key":             func(words [][]byte) { copy(words[3], signedP256(t)[3]) },
		"r is zero":               func(words [][]byte) { clear(words[1]) },
		"s is zero":               func(words [][]byte) { clear(words[2]) },
		"r is the order":          func(words [][]byte) { words[1] = word(p256Order) },
		"s is the order":          func(words [][]byte) { words[2] = word(p256Order) },
		"r is the largest word":   func(words [][]byte) { words[1] = bytes.Repeat([]byte{0xff}, 32) },
		"s is the largest word":   func(words [][]byte) { words[2] = bytes.Repeat([]byte{0xff}, 32) },
		"the key is at infinity":  func(words [][]byte) { clear(words[3]); clear(words[4]) },
		"x is the prime":          func(words [][]byte) { words[3] = word(prime) },
		"y is the prime":          func(words [][]byte) { words[4] = word(prime) },
		"the key is not a point":  func(words [][]byte) { words[4][31] ^= 1 },
		"a byte is missing":       func(words [][]byte) { words[4] = words[4][:31] },
		"a byte is too much":      func(words [][]byte) { words[4] = append(words[4], 0) },
		"there is nothing at all": func(words [][]byte) { clear(words) },
	} {
		words := signedP256(t)
		for i := range words {
			words[i] = bytes.Clone(words[i])
		}
		change(words)
		if got := run(t, at(t, 0x100), words...); len(got) != 0 {
			t.Errorf("%s: got %x", why, got)
		}
	}
}

func TestP256VerifyTakesAnRThatIsReduced(t *testing.T) {
	// A nonce point with x at or above the order gives r = x - n. The digest and the key are chosen for it: with
	// s = r and the digest 0 the verifier computes R' = (r/s)·Q = Q.
	params := elliptic.P256().Params()
	three := big.NewInt(3)
	for x := new(big.Int).Add(p256Order, big.NewInt(1)); ; x.Add(x, big.NewInt(1)) {
		square := new(big.Int).Exp(x, three, params.P)
		square.Sub(square, new(big.Int).Mul(three, x)).Add(square, params.B).Mod(square, params.P)
		y := new(big.Int).ModSqrt(square, params.P)
		if y == nil {
			continue
		}
		r := word(new(big.Int).Sub(x, p256Order))
		if got := run(t, at(t, 0x100), make([]byte, 32), r, r, word(x), word(y)); !bytes.Equal(got, small(1)) {
			t.Errorf("got %x", got)
		}
		return
	}
}

func TestP256VerifyGivesTheAnswersOfEIP7951(t *testing.T) {
	// The first two of the proposal's vectors: a valid signature with its high s, and one with an altered r.
	key := "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e"
	digest := "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023"
	good := "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e184cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76"
	bad := "d45c5740946b2a147f59262ee6f5bc90bd01ed280528b62b3aed5fc93f06f739b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db"
	if got := run(t, at(t, 0x100), unhex(t, digest+good+key)); !bytes.Equal(got, small(1)) {
		t.Errorf("the valid one: got %x", got)
	}
	if got := run(t, at(t, 0x100), unhex(t, digest+bad+key)); len(got) != 0 {
		t.Errorf("the invalid one: got %x", got)
	}
}

func TestContractsWithOnePriceAskItOfEveryInput(t *testing.T) {
	prices := map[uint16]uint64{
		0x01: 3_000, 0x06: 150, 0x07: 6_000, 0x0a: 50_000, 0x0b: 375, 0x0d: 600, 0x10: 5_500, 0x11: 23_800, 0x100: 6_900,
	}
	for number, want := range prices {
		for _, length := range []int{0, 1, 128, 160, 192, 10_000} {
			if got := at(t, number).Gas(slices.Repeat([]byte{7}, length)); got != want {
				t.Errorf("%#x, length %d: got %d, want %d", number, length, got, want)
			}
		}
	}
}
