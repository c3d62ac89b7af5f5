package precompile_test

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

var secp256k1Order, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)

// signed returns an input of ecrecover and the word that it must give.
func signed(t testing.TB, seed byte) (input, want []byte) {
	t.Helper()
	random := rand.NewChaCha8([32]byte{1, seed})
	signer, err := secp256k1.New().Generate(random)
	if err != nil {
		t.Fatal(err)
	}
	var digest chain.Hash
	_, _ = random.Read(digest[:])
	signature, err := signer.Sign(digest)
	if err != nil {
		t.Fatal(err)
	}
	address, err := secp256k1.Address(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	input = append(append(digest[:], small(27+int64(signature[64]))...), signature[:64]...)
	return input, append(make([]byte, 12), address[:]...)
}

func TestEcrecoverFindsTheSignerFromBothTwins(t *testing.T) {
	for seed := range byte(50) {
		input, want := signed(t, seed)
		if got := run(t, at(t, 1), input); !bytes.Equal(got, want) {
			t.Errorf("seed %d: got %x, want %x", seed, got, want)
		}
		twin := bytes.Clone(input)
		twin[63] = 27 + 28 - twin[63]
		copy(twin[96:], word(new(big.Int).Sub(secp256k1Order, new(big.Int).SetBytes(input[96:]))))
		if got := run(t, at(t, 1), twin); !bytes.Equal(got, want) {
			t.Errorf("seed %d, high s: got %x, want %x", seed, got, want)
		}
		if got := run(t, at(t, 1), input, []byte("and more")); !bytes.Equal(got, want) {
			t.Errorf("seed %d, longer: got %x, want %x", seed, got, want)
		}
	}
}

func TestEcrecoverGivesNothingForBadSignatures(t *testing.T) {
	good, _ := signed(t, 1)
	beyond := word(new(big.Int).Add(secp256k1Order, big.NewInt(1)))
	for why, change := range map[string]func(input []byte){
		"v is 26":                 func(input []byte) { input[63] = 26 },
		"v is 29":                 func(input []byte) { input[63] = 29 },
		"v is 0":                  func(input []byte) { input[63] = 0 },
		"v has a high byte":       func(input []byte) { input[32] = 1 },
		"v has a byte before":     func(input []byte) { input[62] = 1 },
		"r is zero":               func(input []byte) { clear(input[64:96]) },
		"r is the order":          func(input []byte) { copy(input[64:], word(secp256k1Order)) },
		"r is beyond the order":   func(input []byte) { copy(input[64:], beyond) },
		"s is zero":               func(input []byte) { clear(input[96:]) },
		"s is the order":          func(input []byte) { copy(input[96:], word(secp256k1Order)) },
		"s is beyond the order":   func(input []byte) { copy(input[96:], beyond) },
		"r is on no point":        func(input []byte) { copy(input[64:], small(5)) },
		"the key is at infinity":  func(input []byte) { infiniteKey(t, input) },
		"everything is zero":      func(input []byte) { clear(input) },
		"everything is as it can": func(input []byte) { copy(input, bytes.Repeat([]byte{0xff}, 128)) },
	} {
		input := bytes.Clone(good)
		change(input)
		if got := run(t, at(t, 1), input); len(got) != 0 {
			t.Errorf("%s: got %x", why, got)
		}
	}
	for length := range 128 {
		if got := run(t, at(t, 1), good[:length]); bytes.Equal(got, run(t, at(t, 1), good)) && len(bytes.TrimRight(good[length:], "\x00")) > 0 {
			t.Errorf("the first %d bytes sufficed", length)
		}
	}
}

// infiniteKey makes r = x(G), s = digest: the key r⁻¹(sG - digest·G) is the point at infinity.
func infiniteKey(t *testing.T, input []byte) {
	copy(input, small(77))
	copy(input[32:], small(27))
	copy(input[64:], unhex(t, "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
	copy(input[96:], small(77))
}

func TestEcrecoverPadsShortInputWithZeros(t *testing.T) {
	// An s that ends in a zero byte may be left incomplete.
	for seed := byte(0); ; seed++ {
		input, want := signed(t, seed)
		if input[127] != 0 {
			if seed == 255 {
				t.Fatal("no signature ends in zero")
			}
			continue
		}
		if got := run(t, at(t, 1), input[:127]); !bytes.Equal(got, want) {
			t.Errorf("got %x, want %x", got, want)
		}
		return
	}
}
