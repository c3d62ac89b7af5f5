package development_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// wellKnown are the first accounts that Hardhat, Foundry and Anvil print.
var wellKnown = []string{
	"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
	"0x90F79bf6EB2c4f870365E785982E1f101E93b906", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
}

func suites() []crypto.Suite { return []crypto.Suite{standard.New(), gm.New()} }

func accountsOf(t *testing.T, suite crypto.Suite, count int) []development.Account {
	t.Helper()
	accounts, err := development.Accounts(suite, count)
	if err != nil {
		t.Fatal(err)
	}
	return accounts
}

func TestAccountsAreTheOnesThatEthereumToolsPrint(t *testing.T) {
	for _, suite := range suites() {
		accounts := accountsOf(t, suite, len(wellKnown))
		for i, want := range wellKnown {
			if have := ethereum.Checksum(accounts[i].Address, keccak.Keccak256); have != want {
				t.Errorf("%s: account %d is %s, want %s", suite.Name(), i, have, want)
			}
		}
	}
}

// The address is a function of the secret, so that a secret with the well-known
// address is the well-known secret.
func TestTheSecretAndTheSignerOfAnAccountAreItsOwn(t *testing.T) {
	for _, suite := range suites() {
		scheme, err := suite.Scheme(chain.SchemeSecp256k1)
		if err != nil {
			t.Fatal(err)
		}
		for i, account := range accountsOf(t, suite, len(wellKnown)) {
			imported, err := scheme.Import(account.Secret)
			if err != nil {
				t.Fatal(err)
			}
			for _, signer := range []crypto.Signer{imported, account.Signer} {
				if address, err := suite.Address(signer.Public()); err != nil || address != account.Address {
					t.Errorf("%s: account %d: %s and %v", suite.Name(), i, address, err)
				}
			}
		}
	}
}

func TestMoreAccountsBeginWithTheSameOnes(t *testing.T) {
	few, many := accountsOf(t, standard.New(), 2), accountsOf(t, standard.New(), 20)
	for i := range few {
		if few[i].Address != many[i].Address {
			t.Errorf("account %d is %s and %s", i, few[i].Address, many[i].Address)
		}
	}
}

func TestTheNumberOfAccountsIsBounded(t *testing.T) {
	for _, count := range []int{-1, 0, development.MaxAccounts + 1} {
		if _, err := development.Accounts(standard.New(), count); err == nil {
			t.Errorf("%d accounts were made", count)
		}
	}
}

func TestTheGenesisIsValidAndHasTheSameIdentityEachTime(t *testing.T) {
	for _, suite := range suites() {
		scheme, err := suite.Scheme(suite.Default())
		if err != nil {
			t.Fatal(err)
		}
		validator, err := scheme.Import(accountsOf(t, suite, 1)[0].Secret)
		if err != nil {
			t.Fatal(err)
		}
		var identities [2]chain.Hash
		for i := range identities {
			settings := development.Settings{Name: "dev", Accounts: accountsOf(t, suite, 3), Time: 1_700_000_000_000}
			genesis := development.Genesis(suite, validator, settings)
			if err := genesis.Check(); err != nil {
				t.Fatalf("%s: %v", suite.Name(), err)
			}
			if len(genesis.Allocation) != 3+3 {
				t.Errorf("%s: %d accounts in the allocation", suite.Name(), len(genesis.Allocation))
			}
			if identities[i], err = genesis.Identity(suite); err != nil {
				t.Fatal(err)
			}
		}
		if identities[0] != identities[1] {
			t.Errorf("%s: identities %s and %s", suite.Name(), identities[0], identities[1])
		}
	}
}
