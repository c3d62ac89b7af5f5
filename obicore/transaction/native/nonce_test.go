package native_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// randomised is a P-256 signer whose nonces are random, as in many tokens.
type randomised struct {
	crypto.Signer
	private *ecdsa.PrivateKey
}

// secondNonce returns the key of signer with random nonces.
func secondNonce(t *testing.T, signer crypto.Signer) crypto.Signer {
	t.Helper()
	secret, err := signer.Export()
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
	if err != nil {
		t.Fatal(err)
	}
	return randomised{signer, private}
}

func (s randomised) Sign(digest chain.Hash) ([]byte, error) {
	r, sum, err := ecdsa.Sign(rand.Reader, s.private, digest[:])
	if err != nil {
		return nil, err
	}
	order := elliptic.P256().Params().N
	if sum.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		sum.Sub(order, sum)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	sum.FillBytes(signature[32:])
	return signature, nil
}
