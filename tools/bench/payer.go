package bench

import (
	"context"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

// Payer pays for a run from a key.
type Payer struct{ *root }

// NewPayer returns the payer whose secp256k1 key has the given secret, on the chain of
// a node.
func NewPayer(ctx context.Context, url string, secret []byte) (*Payer, error) {
	suite := standard.New()
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
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
	p := &Payer{&root{account: &account{address: address, signer: signer}, client: newClient(url)}}
	if p.nonce, err = p.client.number(ctx, "eth_getTransactionCount", address, "pending"); err != nil {
		return nil, err
	}
	p.fees, err = newFees(ctx, p.client, 21_000, new(big.Int))
	return p, err
}

// Funds is what the payer holds.
func (p *Payer) Funds(ctx context.Context) (*big.Int, error) {
	return p.client.big(ctx, "eth_getBalance", p.address, "latest")
}

// Pay is the Settings' Fund.
func (p *Payer) Pay(ctx context.Context, to chain.Address, wei *big.Int) error {
	receiver := &account{address: to}
	return p.fund(ctx, []*account{receiver}, wei)
}
