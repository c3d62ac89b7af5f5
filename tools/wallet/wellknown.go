package wallet

import (
	"errors"
	"strconv"
	"sync"
)

// WellKnownKeys is how many keys of the test mnemonic are refused outside
// development.
const WellKnownKeys = 1000

// ErrWellKnown reports a key that everybody knows.
var ErrWellKnown = errors.New("wallet: this is a key of the test mnemonic, which everybody knows; only a development chain may use it")

// IsWellKnown reports whether a secret is one of the first WellKnownKeys of the
// test mnemonic.
func IsWellKnown(secret []byte) bool {
	if len(secret) != secretSize {
		return false
	}
	_, known := wellKnown()[[secretSize]byte(secret)]
	return known
}

// wellKnown derives the keys when they are first asked for.
var wellKnown = sync.OnceValue(func() map[[secretSize]byte]struct{} {
	keys := make(map[[secretSize]byte]struct{}, WellKnownKeys)
	seed, err := Seed(TestMnemonic)
	if err != nil {
		return keys
	}
	for i := range WellKnownKeys {
		// The derivation of this mnemonic's keys is covered by tests; none fails.
		if secret, err := Derive(seed, DefaultPath+strconv.Itoa(i)); err == nil {
			keys[[secretSize]byte(secret)] = struct{}{}
		}
	}
	return keys
})
