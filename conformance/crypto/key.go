package crypto

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) keyRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "secret-round-trip", Statement: "An exported secret, imported again, has the same public key and signs for it.", Check: b.secretRoundTrip},
		{Name: "invalid-secret-refused", Statement: "A secret of the wrong length, or that is no scalar of a frozen scheme's group, is refused with ErrSecret.", Check: b.invalidSecretRefused},
		{Name: "secret-is-not-printed", Statement: "Printing a signer with any verb does not show its secret.", Check: b.secretIsNotPrinted},
		{Name: "results-are-copies", Statement: "A caller that changes a returned key, signature or secret, or the secret it imported, does not change the signer.", Check: b.resultsAreCopies},
		{Name: "keys-differ", Statement: "Different randomness gives different keys.", Check: b.keysDiffer},
		{Name: "broken-randomness", Statement: "When the source of randomness fails, Generate gives an error or a key that nobody else gets.", Check: b.brokenRandomness},
	}
}

// export returns the secret, or nil when the signer keeps it.
func export(t conformance.T, k keyed) []byte {
	t.Helper()
	secret, err := k.signer.Export()
	if errors.Is(err, crypto.ErrNotExportable) {
		return nil
	}
	if err != nil || len(secret) == 0 {
		t.Fatalf("%s: export gives %d bytes and %v", k.ID(), len(secret), err)
	}
	return secret
}

// eachSecret calls check for the schemes whose secrets leave the module; the rule does
// not apply to a suite that keeps all of them.
func (b bench) eachSecret(t conformance.T, check func(k keyed, secret []byte)) {
	t.Helper()
	found := false
	b.eachScheme(t, func(k keyed) {
		if secret := export(t, k); secret != nil {
			found = true
			check(k, secret)
		}
	})
	if !found {
		t.Skipf("the suite exports no secrets")
	}
}

func (b bench) secretRoundTrip(t conformance.T) {
	b.eachSecret(t, func(k keyed, secret []byte) {
		again, err := k.Import(secret)
		if err != nil {
			t.Fatalf("%s: import: %v", k.ID(), err)
		}
		if !again.Public().Equal(k.key) {
			t.Fatalf("%s: the imported key is another one", k.ID())
		}
		signature, err := again.Sign(k.digest)
		if err != nil {
			t.Fatalf("%s: sign with the imported key: %v", k.ID(), err)
		}
		if err := k.Verify(k.key, k.digest, signature); err != nil {
			t.Fatalf("%s: the imported key's signature: %v", k.ID(), err)
		}
		if second, err := again.Export(); err != nil || !bytes.Equal(second, secret) {
			t.Fatalf("%s: the second export differs, %v", k.ID(), err)
		}
	})
}

func (b bench) invalidSecretRefused(t conformance.T) {
	b.eachSecret(t, func(k keyed, secret []byte) {
		bad := resized(secret)
		if k.ID() <= chain.SchemeSM2 && k.ID() != chain.SchemeEd25519 {
			bad["zeros"] = make([]byte, len(secret))
			bad["ones"] = bytes.Repeat([]byte{0xff}, len(secret))
		}
		for what, encoding := range bad {
			signer, err := k.Import(encoding)
			if err == nil || signer != nil || !errors.Is(err, crypto.ErrSecret) {
				t.Fatalf("%s: of a secret, %s: import gives %v, not ErrSecret", k.ID(), what, err)
			}
			if strings.Contains(err.Error(), hex.EncodeToString(secret[:8])) {
				t.Fatalf("%s: the error shows the secret", k.ID())
			}
		}
	})
}

func (b bench) secretIsNotPrinted(t conformance.T) {
	b.eachSecret(t, func(k keyed, secret []byte) {
		forms := map[string]string{
			"hexadecimal": hex.EncodeToString(secret[:8]),
			"decimal":     strings.Trim(fmt.Sprint(secret[:8]), "[]"),
			"raw":         string(secret[:8]),
			"Go syntax":   strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", secret[:8]), "[]byte{"), "}"),
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o"} {
			printed := fmt.Sprintf(verb, k.signer)
			for form, text := range forms {
				if strings.Contains(strings.ToLower(printed), strings.ToLower(text)) {
					t.Fatalf("%s: %s shows the secret in %s", k.ID(), verb, form)
				}
			}
		}
	})
}

func (b bench) resultsAreCopies(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		kept := chain.PublicKey{Scheme: k.key.Scheme, Bytes: bytes.Clone(k.key.Bytes)}
		clear(k.signer.Public().Bytes)
		if !k.signer.Public().Equal(kept) {
			t.Fatalf("%s: changing the returned public key changes the signer", k.ID())
		}
		clear(sign(t, k, k.digest))
		if secret := export(t, k); secret != nil {
			again, err := k.Import(secret)
			if err != nil {
				t.Fatalf("%s: import: %v", k.ID(), err)
			}
			clear(secret)
			signsStill(t, keyed{Scheme: k.Scheme, signer: again}, kept, k.digest, "the imported secret")
		}
		signsStill(t, k, kept, k.digest, "the exported secret")
	})
}

func signsStill(t conformance.T, k keyed, key chain.PublicKey, digest chain.Hash, changed string) {
	t.Helper()
	if err := k.Verify(key, digest, sign(t, k, digest)); err != nil {
		t.Fatalf("%s: changing %s changes the signer: %v", k.ID(), changed, err)
	}
}

func (b bench) keysDiffer(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		seen := map[string]bool{}
		for seed := range byte(8) {
			key := newKeyed(t, k.Scheme, seed).key
			if seen[string(key.Bytes)] {
				t.Fatalf("%s: two sources of randomness gave one key", k.ID())
			}
			seen[string(key.Bytes)] = true
		}
	})
}

// brokenSource fails after a few bytes.
type brokenSource struct{ left int }

var errBroken = errors.New("conformance: the source of randomness is broken")

func (s *brokenSource) Read(b []byte) (int, error) {
	if s.left == 0 {
		return 0, errBroken
	}
	n := min(s.left, len(b))
	s.left -= n
	clear(b[:n])
	return n, nil
}

func (b bench) brokenRandomness(t conformance.T) {
	b.eachScheme(t, func(k keyed) {
		for _, bytes := range []int{0, 1, 16} {
			one, err := k.Generate(&brokenSource{left: bytes})
			if err != nil {
				continue
			}
			other, err := k.Generate(&brokenSource{left: bytes})
			if err == nil && one.Public().Equal(other.Public()) {
				t.Fatalf("%s: a source that fails after %d bytes gives the same key twice", k.ID(), bytes)
			}
		}
	})
}
