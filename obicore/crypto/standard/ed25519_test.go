package standard_test

import (
	"crypto/sha512"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

// forge makes a signature with chosen torsion parts in the key and in the nonce point. Its equation holds when it is
// multiplied by the cofactor, and in general not otherwise.
func forge(t *testing.T, digest chain.Hash, keyTorsion, nonceTorsion int) crypto.Item {
	t.Helper()
	a, r := scalar.NewFromUint64(123456789), scalar.NewFromUint64(987654321)
	key := encode(t, withTorsion(a, keyTorsion))
	nonce := encode(t, withTorsion(r, nonceTorsion))
	hash := sha512.New()
	hash.Write(nonce)
	hash.Write(key)
	hash.Write(digest[:])
	k, err := scalar.NewFromBytesModOrderWide(hash.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	s := scalar.New().Mul(k, a)
	s.Add(s, r)
	response := make([]byte, 32)
	if err := s.ToBytes(response); err != nil {
		t.Fatal(err)
	}
	return crypto.Item{Key: chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: key}, Digest: digest, Signature: append(nonce, response...)}
}

func withTorsion(secret *scalar.Scalar, torsion int) *curve.EdwardsPoint {
	point := curve.NewEdwardsPoint().MulBasepoint(curve.ED25519_BASEPOINT_TABLE, secret)
	return point.Add(point, curve.EIGHT_TORSION[torsion])
}

func encode(t *testing.T, point *curve.EdwardsPoint) []byte {
	t.Helper()
	encoding, err := point.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return encoding
}

func TestEd25519EquationIsCofactoredInSingleAndBatch(t *testing.T) {
	scheme := find(t, chain.SchemeEd25519)
	var items []crypto.Item
	for keyTorsion := range 8 {
		for nonceTorsion := range 8 {
			items = append(items, forge(t, chain.Hash{byte(keyTorsion), byte(nonceTorsion)}, keyTorsion, nonceTorsion))
		}
	}
	for i, err := range scheme.VerifyBatch(items) {
		if err != nil {
			t.Errorf("batch, item %d: %v", i, err)
		}
	}
	for i, item := range items {
		if err := scheme.Verify(item.Key, item.Digest, item.Signature); err != nil {
			t.Errorf("single, item %d: %v", i, err)
		}
	}
}

// oddKeys are the 32-byte strings that other Ed25519 implementations take for keys: all points of small order, and all
// y coordinates of p or more.
func oddKeys(t *testing.T) map[string][]byte {
	keys := map[string][]byte{}
	for i := range 8 {
		keys[string(encode(t, curve.EIGHT_TORSION[i]))] = nil
	}
	for low := 0xed; low <= 0xff; low++ {
		for _, high := range []byte{0x7f, 0xff} {
			key := make([]byte, 32)
			for i := range key {
				key[i] = 0xff
			}
			key[0], key[31] = byte(low), high
			keys[string(key)] = nil
		}
	}
	// x = 0 with the sign bit set: a second encoding of (0, 1) and of (0, -1).
	keys["\x01"+string(make([]byte, 30))+"\x80"] = nil
	keys["\xec"+strings.Repeat("\xff", 31)] = nil
	for key := range keys {
		keys[key] = []byte(key)
	}
	return keys
}

func TestEd25519RefusesSmallOrderAndNonCanonicalKeys(t *testing.T) {
	scheme, suite := find(t, chain.SchemeEd25519), standard.New()
	keys := oddKeys(t)
	for _, bytes := range keys {
		key := chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: bytes}
		// With s = 0 and R = the key or the identity, the equation holds for some of these keys and digests.
		for _, nonce := range [][]byte{bytes, append([]byte{1}, make([]byte, 31)...)} {
			signature := append(append([]byte{}, nonce...), make([]byte, 32)...)
			for digest := range byte(16) {
				if err := scheme.Verify(key, chain.Hash{digest}, signature); !errors.Is(err, crypto.ErrPublicKey) {
					t.Fatalf("key %x: %v", bytes, err)
				}
			}
		}
		if _, err := suite.Address(key); !errors.Is(err, crypto.ErrPublicKey) {
			t.Errorf("key %x has an address: %v", bytes, err)
		}
	}
	t.Logf("%d keys refused", len(keys))
}

func TestEd25519RefusesNonCanonicalNoncePoints(t *testing.T) {
	// The identity as nonce point, canonical and not: s = k·a makes the equation hold for both.
	scheme := find(t, chain.SchemeEd25519)
	a := scalar.NewFromUint64(5)
	key := encode(t, withTorsion(a, 0))
	for _, c := range []struct {
		nonce []byte
		good  bool
	}{
		{append([]byte{1}, make([]byte, 31)...), true},
		{[]byte("\x01" + string(make([]byte, 30)) + "\x80"), false},
		{[]byte("\xee" + strings.Repeat("\xff", 30) + "\x7f"), false},
	} {
		digest := chain.Hash{1}
		hash := sha512.New()
		hash.Write(c.nonce)
		hash.Write(key)
		hash.Write(digest[:])
		k, _ := scalar.NewFromBytesModOrderWide(hash.Sum(nil))
		response := make([]byte, 32)
		if err := scalar.New().Mul(k, a).ToBytes(response); err != nil {
			t.Fatal(err)
		}
		item := crypto.Item{Key: chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: key}, Digest: digest, Signature: append(c.nonce, response...)}
		single := scheme.Verify(item.Key, item.Digest, item.Signature)
		batch := scheme.VerifyBatch([]crypto.Item{item, item, item, item, item, item, item, item, item})
		if (single == nil) != c.good {
			t.Errorf("nonce %x: %v", c.nonce, single)
		}
		for _, verdict := range batch {
			if (verdict == nil) != c.good {
				t.Errorf("nonce %x in a batch: %v", c.nonce, verdict)
			}
		}
	}
}

func TestEd25519BatchFindsEveryBadItem(t *testing.T) {
	scheme := find(t, chain.SchemeEd25519)
	random := rand.New(rand.NewPCG(1, 2))
	var secret [32]byte
	for _, size := range []int{0, 1, 7, 8, 9, 93, 94, 255, 511, 512, 1025} {
		items := make([]crypto.Item, size)
		for i := range items {
			secret[0], secret[1] = byte(i), byte(i>>8)
			signer := load(t, chain.SchemeEd25519, secret[:])
			digest := chain.Hash{byte(size), byte(i)}
			signature, err := signer.Sign(digest)
			if err != nil {
				t.Fatal(err)
			}
			items[i] = crypto.Item{Key: signer.Public(), Digest: digest, Signature: signature}
			switch random.IntN(20) {
			case 0:
				items[i].Digest[5] ^= 1
			case 1:
				items[i].Signature = items[i].Signature[:63]
			case 2:
				items[i].Key.Bytes = make([]byte, 32)
			case 3:
				items[i].Key.Scheme = chain.SchemeP256
			case 4:
				items[i].Key.Bytes = nil
			}
		}
		verdicts := scheme.VerifyBatch(items)
		if len(verdicts) != size {
			t.Fatalf("%d verdicts for %d items", len(verdicts), size)
		}
		for i, item := range items {
			single := scheme.Verify(item.Key, item.Digest, item.Signature)
			if (single == nil) != (verdicts[i] == nil) || errors.Is(single, crypto.ErrPublicKey) != errors.Is(verdicts[i], crypto.ErrPublicKey) {
				t.Fatalf("size %d, item %d: single %v, batch %v", size, i, single, verdicts[i])
			}
		}
	}
}
