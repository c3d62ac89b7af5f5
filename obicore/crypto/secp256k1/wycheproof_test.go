package secp256k1_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/c2sp/wycheproof"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/internal/vectors"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
)

// accepts reports whether r‖s verifies with either parity: the vectors have no parity byte.
func accepts(t *testing.T, scheme *secp256k1.Scheme, group vectors.Group, message, pair []byte) bool {
	t.Helper()
	key := chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: group.PublicKey.Uncompressed[1:]}
	accepted := 0
	for parity := range byte(2) {
		if scheme.Verify(key, sha256.Sum256(message), append(bytes.Clone(pair), parity)) == nil {
			accepted++
		}
	}
	if accepted == 2 {
		t.Errorf("both parities of %x verify", pair)
	}
	return accepted == 1
}

func pairOf(r, s *big.Int) ([]byte, bool) {
	if r.Sign() < 0 || s.Sign() < 0 || r.BitLen() > 256 || s.BitLen() > 256 {
		return nil, false
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), true
}

// largeX reports whether the nonce point of a valid signature has an x coordinate of n or more. Such a signature has
// r + n below the field prime, so r is small; the scheme's parity byte cannot express it, as in Ethereum.
func largeX(r *big.Int) bool { return r.BitLen() <= 129 }

func TestWycheproofP1363WithLowS(t *testing.T) {
	half := new(big.Int).Rsh(order, 1)
	file := vectors.Load(t, wycheproof.TestVectors, "ecdsa_secp256k1_sha256_p1363_test.json")
	for name, scheme := range libraries() {
		same, high, large := 0, 0, 0
		for _, group := range file.Groups {
			for _, c := range group.Cases {
				got := accepts(t, scheme, group, c.Message, c.Signature)
				if got == c.Valid() {
					same++
					continue
				}
				r, s := new(big.Int).SetBytes(c.Signature[:32]), new(big.Int).SetBytes(c.Signature[32:])
				switch {
				case !got && s.Cmp(half) > 0:
					high++
					lower, _ := pairOf(r, s.Sub(order, s))
					if !accepts(t, scheme, group, c.Message, lower) && !largeX(r) {
						t.Errorf("%s, case %d (%s): refused with the low s too", name, c.ID, c.Comment)
					}
				case !got && largeX(r):
					large++
				default:
					t.Errorf("%s, case %d (%s): got %v, want %s", name, c.ID, c.Comment, got, c.Result)
				}
			}
		}
		t.Logf("%s: %d of %d verdicts equal; refused on purpose: %d with a high s, %d with x ≥ n", name, same, file.NumberOfTests, high, large)
		if same+high+large != file.NumberOfTests || large > 2 {
			t.Errorf("%s: the exceptions do not add up", name)
		}
	}
}

func TestWycheproofBitcoinVariant(t *testing.T) {
	file := vectors.Load(t, wycheproof.TestVectors, "ecdsa_secp256k1_sha256_bitcoin_test.json")
	for name, scheme := range libraries() {
		same, large := 0, 0
		for _, group := range file.Groups {
			for _, c := range group.Cases {
				var pair struct{ R, S *big.Int }
				rest, err := asn1.Unmarshal(c.Signature, &pair)
				strict := err == nil && len(rest) == 0
				if strict {
					again, err := asn1.Marshal(pair)
					strict = err == nil && bytes.Equal(again, c.Signature)
				}
				got := false
				if strict {
					if encoded, ok := pairOf(pair.R, pair.S); ok {
						got = accepts(t, scheme, group, c.Message, encoded)
					}
				}
				switch {
				case got == c.Valid():
					same++
				case !got && strict && largeX(pair.R):
					large++
				default:
					t.Errorf("%s, case %d (%s): got %v, want %s", name, c.ID, c.Comment, got, c.Result)
				}
			}
		}
		t.Logf("%s: %d of %d verdicts equal; refused on purpose: %d with x ≥ n", name, same, file.NumberOfTests, large)
		if same+large != file.NumberOfTests || large > 2 {
			t.Errorf("%s: the exceptions do not add up", name)
		}
	}
}
