package development

import (
	"fmt"
	"strconv"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

// MaxAccounts bounds the number of accounts of a development chain.
const MaxAccounts = 1000

// Account is one funded account whose key is public knowledge.
type Account struct {
	Address chain.Address
	Secret  []byte
	Signer  crypto.Signer
}

// Accounts returns the first count accounts of the test mnemonic.
func Accounts(suite crypto.Suite, count int) ([]Account, error) {
	if count < 1 || count > MaxAccounts {
		return nil, fmt.Errorf("development: %d accounts; use 1 to %d", count, MaxAccounts)
	}
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		return nil, err
	}
	seed, err := wallet.Seed(wallet.TestMnemonic)
	if err != nil {
		return nil, err
	}
	accounts := make([]Account, count)
	for i := range accounts {
		secret, err := wallet.Derive(seed, wallet.DefaultPath+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		signer, err := scheme.Import(secret)
		if err != nil {
			return nil, err
		}
		address, err := suite.Address(signer.Public())
		if err != nil {
			return nil, err
		}
		accounts[i] = Account{Address: address, Secret: secret, Signer: signer}
	}
	return accounts, nil
}
