package bench

import (
	"crypto/rand"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// account is a sender whose key lives as long as the run.
type account struct {
	address chain.Address
	signer  crypto.Signer
	nonce   uint64 // next
}

// newAccounts makes accounts. Ethereum transactions are signed alike on the chains of
// every suite.
func newAccounts(count int) ([]*account, error) {
	suite := standard.New()
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		return nil, err
	}
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

// sign signs an order with the account's next nonce.
func (a *account) sign(f *fees, o order) (signed, error) {
	t := &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: f.chainID, Nonce: a.nonce, Gas: o.gas, To: o.to, Value: o.value, Data: o.data,
		FeeCap: f.cap, TipCap: f.tip,
	}
	done, err := t.Sign(keccak.Keccak256, ethereum.SignWith(a.signer))
	if err != nil {
		return signed{}, err
	}
	a.nonce++
	return signed{raw: done.Encode(), id: done.ID(keccak.Keccak256)}, nil
}
