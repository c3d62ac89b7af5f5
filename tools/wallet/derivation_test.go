package wallet_test

import (
	"encoding/hex"
	"testing"

	"github.com/credibleledger/credibleledger/tools/wallet"
)

func TestDerivationGivesThePublishedKeysOfBIP32(t *testing.T) {
	seed, _ := hex.DecodeString("000102030405060708090a0b0c0d0e0f")
	for path, want := range map[string]string{
		"m":                      "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
		"m/0'":                   "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
		"m/0'/1":                 "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
		"m/0'/1/2'/2/1000000000": "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8",
	} {
		secret, err := wallet.Derive(seed, path)
		if err != nil {
			t.Fatal(err)
		}
		if have := hex.EncodeToString(secret); have != want {
			t.Errorf("%s: %s, want %s", path, have, want)
		}
	}
}

func TestMalformedPathsAreRefused(t *testing.T) {
	for _, path := range []string{"", "44'/60'", "m/x", "m/", "m/-1", "m/2147483648", "m/0''"} {
		if _, err := wallet.Derive(make([]byte, 64), path); err == nil {
			t.Errorf("%q was accepted", path)
		}
	}
}
