package bench

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// newEthereumAccounts makes accounts whose transactions are signed alike on the chains
// of every suite.
func newEthereumAccounts(count int) ([]*account, error) {
	scheme, err := standard.New().Scheme(chain.SchemeSecp256k1)
	if err != nil {
		return nil, err
	}
	return newAccounts(standard.New(), scheme, count)
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

// ethereumFamily makes dynamic-fee transactions, which every target takes.
type ethereumFamily struct{}

func (ethereumFamily) name() string { return FamilyEthereum }

func (ethereumFamily) scheme() (crypto.Scheme, error) {
	return standard.New().Scheme(chain.SchemeSecp256k1)
}

func (ethereumFamily) accounts(count int) ([]*account, error) { return newEthereumAccounts(count) }

func (ethereumFamily) sign(a *account, f *fees, calls []order, gas uint64) (signed, error) {
	o := calls[0]
	o.gas = gas
	return a.sign(f, o)
}

func (ethereumFamily) send(ctx context.Context, to *client, raws [][]byte) (refused []int, why error, err error) {
	return to.sendBatch(ctx, raws)
}

func (ethereumFamily) submission() string { return submissionBatch }

// perSender: pools of peers promise 16 places for each.
func (ethereumFamily) perSender() int { return 12 }

// requests: a batch holds no more of one sender than its places.
func (ethereumFamily) requests(senders, batch int) int { return max(1, senders/batch*4) }
