package bench

import (
	"crypto/rand"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// account is a sender whose key lives as long as the run.
type account struct {
	address chain.Address
	signer  crypto.Signer
	nonce   uint64 // next
}

// newAccounts makes accounts with keys of a scheme.
func newAccounts(suite crypto.Suite, scheme crypto.Scheme, count int) ([]*account, error) {
	accounts := make([]*account, count)
	for i := range accounts {
		signer, err := scheme.Generate(rand.Reader)
		if err != nil {
			return nil, err
		}
		address, err := suite.Address(signer.Public())
		if err != nil {
			return nil, err
		}
		accounts[i] = &account{address: address, signer: signer}
	}
	return accounts, nil
}

// signed is a transaction that is ready to be sent.
type signed struct {
	raw []byte
	id  chain.Hash
}

// order is what a workload wants to be sent.
type order struct {
	to    *chain.Address // nil creates a contract
	value chain.Word
	data  []byte
	gas   uint64
}
