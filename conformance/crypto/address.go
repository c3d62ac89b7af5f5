package crypto

import (
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) addressRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "address-is-constant", Statement: "The address of a public key is the same at every time and in every value of the suite.", Check: b.addressIsConstant},
		{Name: "addresses-differ", Statement: "Different keys have different addresses, across all schemes, and none is the zero address.", Check: b.addressesDiffer},
		{Name: "address-needs-a-scheme", Statement: "A key of a scheme that the suite does not have has no address.", Check: b.addressNeedsAScheme},
		{Name: "ethereum-address", Statement: "A secp256k1 key has its Ethereum address on every chain (formats, Addresses).", Check: b.ethereumAddress},
	}
}

func addressOf(t conformance.T, suite crypto.Suite, key chain.PublicKey) chain.Address {
	t.Helper()
	address, err := suite.Address(key)
	if err != nil {
		t.Fatalf("%s: address of %x: %v", key.Scheme, key.Bytes, err)
	}
	return address
}

func noAddress(t conformance.T, suite crypto.Suite, key chain.PublicKey, what string) {
	t.Helper()
	if address, err := suite.Address(key); !errors.Is(err, crypto.ErrPublicKey) {
		t.Fatalf("%s: %s has address %s and error %v, not ErrPublicKey", key.Scheme, what, address, err)
	}
}

func (b bench) addressIsConstant(t conformance.T) {
	one, other := b.newSuite(), b.newSuite()
	b.eachScheme(t, func(k keyed) {
		address := addressOf(t, one, k.key)
		for range 3 {
			if again := addressOf(t, one, k.key); again != address {
				t.Fatalf("%s: first %s, then %s", k.ID(), address, again)
			}
			if foreign := addressOf(t, other, k.key); foreign != address {
				t.Fatalf("%s: %s, and %s in another value of the suite", k.ID(), address, foreign)
			}
		}
	})
}

func (b bench) addressesDiffer(t conformance.T) {
	suite := b.newSuite()
	seen := map[chain.Address]bool{{}: true}
	b.eachScheme(t, func(k keyed) {
		for seed := range byte(8) {
			address := addressOf(t, suite, newKeyed(t, k.Scheme, seed).key)
			if seen[address] {
				t.Fatalf("%s: address %s is zero or belongs to two keys", k.ID(), address)
			}
			seen[address] = true
		}
	})
}

func (b bench) addressNeedsAScheme(t conformance.T) {
	suite := b.newSuite()
	b.eachScheme(t, func(k keyed) {
		for id := range chain.Scheme(64) {
			if _, err := suite.Scheme(id); err != nil {
				noAddress(t, suite, chain.PublicKey{Scheme: id, Bytes: k.key.Bytes}, "a key of "+k.ID().String()+" under this number")
			}
		}
	})
}

// The secret 1 and its address, known to every Ethereum tool.
const addressOfOne = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"

func (b bench) ethereumAddress(t conformance.T) {
	suite := b.newSuite()
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		t.Skipf("the suite has no secp256k1")
	}
	one := append(make([]byte, 31), 1)
	signer, err := scheme.Import(one)
	if err != nil {
		t.Fatalf("import the secret 1: %v", err)
	}
	if address := addressOf(t, suite, signer.Public()); address.String() != addressOfOne {
		t.Fatalf("the secret 1 has address %s, not %s", address, addressOfOne)
	}
}
