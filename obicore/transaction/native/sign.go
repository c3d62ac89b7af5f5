package native

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Sign returns a copy that the sender has signed; it does not need the payer's signature yet. The signer may be a key in
// memory, a token or a remote service. Errors: what Check says of the content, ErrScheme, ErrAccount when the key is not
// the sender's, ErrSignatureShape, and those of the signer.
func (t *Transaction) Sign(suite crypto.Suite, sender crypto.Signer) (*Transaction, error) {
	signature, err := t.sign(suite, sender, t.Sender, "sender")
	if err != nil {
		return nil, err
	}
	signed := *t
	signed.BySender = signature
	return &signed, nil
}

// SignAsPayer returns a copy that the payer has signed, before or after the sender. Its errors are those of Sign.
func (t *Transaction) SignAsPayer(suite crypto.Suite, payer crypto.Signer) (*Transaction, error) {
	signature, err := t.sign(suite, payer, t.Payer, "payer")
	if err != nil {
		return nil, err
	}
	signed := *t
	signed.ByPayer = signature
	return &signed, nil
}

func (t *Transaction) sign(suite crypto.Suite, signer crypto.Signer, account chain.Address, role string) (s Signature, err error) {
	if err := t.checkContent(); err != nil {
		return s, err
	}
	key := signer.Public()
	scheme, err := suite.Scheme(key.Scheme)
	if err != nil {
		return s, fmt.Errorf("%w: %w", ErrScheme, err)
	}
	address, err := suite.Address(key)
	if err != nil {
		return s, fmt.Errorf("%w: %s: %w", ErrKey, role, err)
	}
	if address != account {
		return s, fmt.Errorf("%w: the transaction names the %s %s, the key is that of %s", ErrAccount, role, account, address)
	}
	s.Scheme = key.Scheme
	if _, yieldsKey := scheme.(crypto.Recoverer); !yieldsKey {
		s.Key = key.Bytes
	}
	if s.Bytes, err = signer.Sign(t.ID(suite)); err != nil {
		return s, fmt.Errorf("native: sign as %s: %w", role, err)
	}
	return s, s.check(role)
}
