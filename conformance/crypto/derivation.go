package crypto

import (
	"bytes"
	"math"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) derivationRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "derive-is-constant", Statement: "Derive gives the same bytes for the same arguments in every value of the suite, as many as asked for.", Check: b.deriveIsConstant},
		{Name: "derive-separates", Statement: "Another passphrase, salt or cost gives other bytes.", Check: b.deriveSeparates},
		{Name: "derive-limits", Statement: "Derive refuses sizes below one, huge sizes and unknown costs with an error, and does not panic.", Check: b.deriveLimits},
	}
}

// A salt of 32 bytes satisfies every known function.
var (
	salt       = bytes.Repeat([]byte{0x5a}, 32)
	passphrase = []byte("correct horse battery staple")
)

func derive(t conformance.T, suite crypto.Suite, passphrase, salt []byte, cost crypto.DerivationCost, size int) []byte {
	t.Helper()
	derived, err := suite.Derive(passphrase, salt, cost, size)
	if err != nil || len(derived) != size {
		t.Fatalf("deriving %d bytes gives %d and %v", size, len(derived), err)
	}
	return derived
}

func (b bench) deriveIsConstant(t conformance.T) {
	one, other := b.newSuite(), b.newSuite()
	for _, size := range []int{16, 32, 64} {
		first := derive(t, one, passphrase, salt, crypto.Interactive, size)
		if !bytes.Equal(first, derive(t, other, passphrase, salt, crypto.Interactive, size)) {
			t.Fatalf("two derivations of %d bytes differ", size)
		}
	}
}

func (b bench) deriveSeparates(t conformance.T) {
	suite := b.newSuite()
	want := derive(t, suite, passphrase, salt, crypto.Interactive, 32)
	for what, derived := range map[string][]byte{
		"another passphrase":  derive(t, suite, flip(passphrase, 0), salt, crypto.Interactive, 32),
		"no passphrase":       derive(t, suite, nil, salt, crypto.Interactive, 32),
		"a longer passphrase": derive(t, suite, append(bytes.Clone(passphrase), 0), salt, crypto.Interactive, 32),
		"another salt":        derive(t, suite, passphrase, flip(salt, 255), crypto.Interactive, 32),
		"a shorter salt":      derive(t, suite, passphrase, salt[:31], crypto.Interactive, 32),
		"another cost":        derive(t, suite, passphrase, salt, crypto.Sensitive, 32),
	} {
		if bytes.Equal(derived, want) {
			t.Fatalf("%s gives the same bytes", what)
		}
	}
	if bytes.Equal(want, make([]byte, 32)) {
		t.Fatalf("zeros are derived")
	}
}

func (b bench) deriveLimits(t conformance.T) {
	suite := b.newSuite()
	for _, bad := range []struct {
		what string
		cost crypto.DerivationCost
		size int
	}{
		{"no byte", crypto.Interactive, 0}, {"a negative size", crypto.Interactive, -1},
		{"the smallest size", crypto.Interactive, math.MinInt}, {"a huge size", crypto.Interactive, math.MaxInt},
		{"an unknown cost", 200, 32},
	} {
		cause := panics(func() {
			if _, err := suite.Derive(passphrase, salt, bad.cost, bad.size); err == nil {
				t.Errorf("%s is derived", bad.what)
			}
		})
		if cause != nil {
			t.Fatalf("%s panics: %v", bad.what, cause)
		}
	}
}
