package secp256k1_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

var order, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t testing.TB, scheme *secp256k1.Scheme, secret []byte) crypto.Signer {
	t.Helper()
	signer, err := scheme.Import(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// Both libraries of this build; without cgo they are the same one.
func libraries() map[string]*secp256k1.Scheme {
	fast, portable := secp256k1.New(), secp256k1.NewPortable()
	return map[string]*secp256k1.Scheme{fast.Library(): fast, portable.Library(): portable}
}

func TestSignatureOfKnownKeysIsThatOfRFC6979(t *testing.T) {
	// The vectors that Bitcoin and Ethereum libraries share for RFC 6979 on this curve.
	vectors := []struct{ secret, message, signature string }{
		{"0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
			"934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"},
		{"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
			"fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5"},
	}
	for name, scheme := range libraries() {
		for _, vector := range vectors {
			digest := chain.Hash(sha256.Sum256([]byte(vector.message)))
			signature, err := load(t, scheme, unhex(t, vector.secret)).Sign(digest)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(signature[:64]); got != vector.signature {
				t.Errorf("%s: got %s, want %s", name, got, vector.signature)
			}
		}
	}
}

func TestAddressFollowsEthereumsRule(t *testing.T) {
	vectors := map[string]string{
		"0000000000000000000000000000000000000000000000000000000000000001": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
		// The first account of the development mnemonic "test test … junk".
		"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80": "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
	}
	for secret, want := range vectors {
		address, err := secp256k1.Address(load(t, secp256k1.New(), unhex(t, secret)).Public())
		if err != nil || address.String() != want {
			t.Errorf("got %s, %v, want %s", address, err, want)
		}
	}
}

func TestBothLibrariesGiveTheSameSignaturesAndKeys(t *testing.T) {
	fast, portable := secp256k1.New(), secp256k1.NewPortable()
	t.Logf("comparing %s with %s", fast.Library(), portable.Library())
	random := rand.NewChaCha8([32]byte{1})
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for i := range rounds {
		var secret [32]byte
		var digest chain.Hash
		_, _ = random.Read(secret[:])
		_, _ = random.Read(digest[:])
		switch i { // digests at and above the group order
		case 0:
			digest = chain.Hash{}
		case 1:
			digest = chain.Hash(bytes.Repeat([]byte{0xff}, 32))
		case 2:
			order.FillBytes(digest[:])
		}
		a, errA := load(t, fast, secret[:]).Sign(digest)
		b, errB := load(t, portable, secret[:]).Sign(digest)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Fatalf("round %d, digest %s: %x (%v) and %x (%v)", i, digest, a, errA, b, errB)
		}
		compareRecovery(t, fast, portable, digest, a)
		for range 5 {
			damaged := bytes.Clone(a)
			damaged[random.Uint64()%65] ^= 1 << (random.Uint64() % 8)
			compareRecovery(t, fast, portable, digest, damaged)
		}
		noise := make([]byte, 65)
		_, _ = random.Read(noise)
		noise[32] &= 0x7f
		noise[64] &= 1
		compareRecovery(t, fast, portable, digest, noise)
	}
}

func compareRecovery(t *testing.T, fast, portable *secp256k1.Scheme, digest chain.Hash, signature []byte) {
	t.Helper()
	laxA, errLaxA := fast.RecoverLax(digest, signature)
	laxB, errLaxB := portable.RecoverLax(digest, signature)
	if (errLaxA == nil) != (errLaxB == nil) || !laxA.Equal(laxB) {
		t.Fatalf("lax, digest %s, signature %x: %x (%v) and %x (%v)", digest, signature, laxA.Bytes, errLaxA, laxB.Bytes, errLaxB)
	}
	a, errA := fast.Recover(digest, signature)
	b, errB := portable.Recover(digest, signature)
	if (errA == nil) != (errB == nil) || !a.Equal(b) {
		t.Fatalf("digest %s, signature %x: %x (%v) and %x (%v)", digest, signature, a.Bytes, errA, b.Bytes, errB)
	}
}

func TestRecoverRefusesExtremeScalars(t *testing.T) {
	half := new(big.Int).Rsh(order, 1)
	extremes := []*big.Int{
		new(big.Int), big.NewInt(1), half, new(big.Int).Add(half, big.NewInt(1)),
		new(big.Int).Sub(order, big.NewInt(1)), order, new(big.Int).Add(order, big.NewInt(1)),
		new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)),
	}
	for name, scheme := range libraries() {
		for _, r := range extremes {
			for _, s := range extremes {
				signature := make([]byte, 65)
				r.FillBytes(signature[:32])
				s.FillBytes(signature[32:64])
				for _, parity := range []byte{0, 1, 2, 3, 4, 27, 28, 255} {
					signature[64] = parity
					key, err := scheme.Recover(chain.Hash{1}, signature)
					lawful := r.Sign() > 0 && r.Cmp(order) < 0 && s.Sign() > 0 && s.Cmp(half) <= 0 && parity <= 1
					if err == nil && (!lawful || secp256k1.CheckKey(key) != nil) {
						t.Errorf("%s recovered %x from %x", name, key.Bytes, signature)
					}
					if err != nil && !errors.Is(err, crypto.ErrSignature) {
						t.Errorf("%s: %v is not ErrSignature", name, err)
					}
				}
			}
		}
	}
}

func TestRecoverRefusesTheKeyAtInfinity(t *testing.T) {
	// With R = G (nonce 1, parity 0), r = Gx and s = e, the key r⁻¹(sR - eG) is the point at infinity.
	signature := make([]byte, 65)
	copy(signature, unhex(t, "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
	digest := chain.Hash{5: 9, 31: 7}
	copy(signature[32:], digest[:])
	for name, scheme := range libraries() {
		if key, err := scheme.Recover(digest, signature); !errors.Is(err, crypto.ErrSignature) {
			t.Errorf("%s recovered %x, %v", name, key.Bytes, err)
		}
	}
}

func TestRecoverLaxTakesBothTwinsAndRecoverTheLowOne(t *testing.T) {
	for name, scheme := range libraries() {
		for seed := range byte(30) {
			signer := load(t, scheme, bytes.Repeat([]byte{seed + 1}, 32))
			digest := chain.Hash(sha256.Sum256([]byte{seed}))
			low, err := signer.Sign(digest)
			if err != nil {
				t.Fatal(err)
			}
			high := bytes.Clone(low)
			new(big.Int).Sub(order, new(big.Int).SetBytes(low[32:64])).FillBytes(high[32:64])
			high[64] ^= 1
			for _, signature := range [][]byte{low, high} {
				if key, err := scheme.RecoverLax(digest, signature); err != nil || !key.Equal(signer.Public()) {
					t.Errorf("%s: %x gives %x, %v", name, signature, key.Bytes, err)
				}
			}
			if key, err := scheme.Recover(digest, high); !errors.Is(err, crypto.ErrSignature) {
				t.Errorf("%s: Recover of a high s gives %x, %v", name, key.Bytes, err)
			}
		}
	}
}

func TestRecoverLaxRefusesWhatIsNoSignature(t *testing.T) {
	for name, scheme := range libraries() {
		good, err := load(t, scheme, bytes.Repeat([]byte{7}, 32)).Sign(chain.Hash{1})
		if err != nil {
			t.Fatal(err)
		}
		for _, offset := range []int{0, 32} {
			for _, value := range []*big.Int{new(big.Int), order, new(big.Int).Add(order, big.NewInt(1))} {
				bad := bytes.Clone(good)
				value.FillBytes(bad[offset : offset+32])
				if _, err := scheme.RecoverLax(chain.Hash{1}, bad); !errors.Is(err, crypto.ErrSignature) {
					t.Errorf("%s: %x: %v", name, bad, err)
				}
			}
		}
		for _, bad := range [][]byte{nil, good[:64], append(bytes.Clone(good), 0), append(bytes.Clone(good[:64]), 2)} {
			if _, err := scheme.RecoverLax(chain.Hash{1}, bad); !errors.Is(err, crypto.ErrSignature) {
				t.Errorf("%s: %x: %v", name, bad, err)
			}
		}
	}
}

func TestVerifyRefusesTheOtherParity(t *testing.T) {
	for name, scheme := range libraries() {
		signer := load(t, scheme, bytes.Repeat([]byte{7}, 32))
		signature, err := signer.Sign(chain.Hash{1})
		if err != nil {
			t.Fatal(err)
		}
		signature[64] ^= 1
		if err := scheme.Verify(signer.Public(), chain.Hash{1}, signature); !errors.Is(err, crypto.ErrSignature) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCheckKeyRefusesUnreducedCoordinates(t *testing.T) {
	// y² = x³ + 7 has a solution for x = 1; x + p is the same point in an encoding that is not reduced.
	prime, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16)
	y := new(big.Int).ModSqrt(big.NewInt(8), prime)
	key := chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: make([]byte, 64)}
	key.Bytes[31] = 1
	y.FillBytes(key.Bytes[32:])
	if err := secp256k1.CheckKey(key); err != nil {
		t.Fatalf("the reduced encoding: %v", err)
	}
	new(big.Int).Add(prime, big.NewInt(1)).FillBytes(key.Bytes[:32])
	if err := secp256k1.CheckKey(key); !errors.Is(err, crypto.ErrPublicKey) {
		t.Fatalf("the unreduced encoding: %v", err)
	}
}

func TestGenerateSkipsInvalidScalarsAndGivesUp(t *testing.T) {
	scheme := secp256k1.New()
	source := bytes.NewReader(append(append(make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)...), bytes.Repeat([]byte{9}, 32)...))
	signer, err := scheme.Generate(source)
	if err != nil {
		t.Fatal(err)
	}
	if secret, _ := signer.Export(); !bytes.Equal(secret, bytes.Repeat([]byte{9}, 32)) {
		t.Fatal("the first valid scalar was not taken")
	}
	if _, err := scheme.Generate(zeros{}); !errors.Is(err, crypto.ErrSecret) {
		t.Fatalf("endless zeros: %v", err)
	}
	if _, err := scheme.Generate(bytes.NewReader(nil)); err == nil {
		t.Fatal("a key was made without randomness")
	}
	if _, err := scheme.Generate(nil); !errors.Is(err, crypto.ErrSecret) {
		t.Fatalf("no source: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func FuzzRecoverAgrees(f *testing.F) {
	f.Add(make([]byte, 32), make([]byte, 65))
	f.Add(bytes.Repeat([]byte{0xff}, 32), bytes.Repeat([]byte{0x11}, 65))
	fast, portable := secp256k1.New(), secp256k1.NewPortable()
	f.Fuzz(func(t *testing.T, message, signature []byte) {
		compareRecovery(t, fast, portable, sha256.Sum256(message), signature)
	})
}
