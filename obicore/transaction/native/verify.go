package native

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// Verify checks the signatures of sender and payer. t must come from Decode. Errors wrap chain.ErrSignature; which
// reasons there are stands beside ErrScheme.
func (f *Family) Verify(t *chain.Transaction) (chain.Verified, error) {
	verified, errs := f.VerifyBatch([]*chain.Transaction{t})
	return verified[0], errs[0]
}

// VerifyBatch checks many transactions: the signatures of one scheme go to its batch together, whoever made them.
func (f *Family) VerifyBatch(transactions []*chain.Transaction) ([]chain.Verified, []error) {
	verified, errs := make([]chain.Verified, len(transactions)), make([]error, len(transactions))
	claims := make([]claim, 0, len(transactions))
	for i, t := range transactions {
		read := Transaction{}
		if errs[i] = envelope.Read(t.Raw[1:], "transaction", read.decodeClaims); errs[i] != nil {
			continue
		}
		verified[i] = chain.Verified{Transaction: t, Sender: read.Sender, Payer: read.PaidBy()}
		claims = append(claims, claim{place: i, role: "sender", account: read.Sender, digest: t.ID, signature: read.BySender})
		if !read.Payer.IsZero() {
			claims = append(claims, claim{place: i, role: "payer", account: read.Payer, digest: t.ID, signature: read.ByPayer})
		}
	}
	f.settle(claims)
	for i := range claims {
		if c := &claims[i]; c.err != nil && errs[c.place] == nil {
			verified[c.place], errs[c.place] = chain.Verified{}, fmt.Errorf("native: %s: %w", c.role, c.err)
		}
	}
	return verified, errs
}

// claim is one signature with the account that must have made it.
type claim struct {
	place     int // of its transaction
	role      string
	account   chain.Address
	digest    chain.Hash
	signature Signature
	settled   bool
	err       error
}

// settle gives each claim its verdict.
func (f *Family) settle(claims []claim) {
	for _, scheme := range f.suite.Schemes() {
		recoverer, yieldsKey := scheme.(crypto.Recoverer)
		if yieldsKey {
			f.recover(scheme.ID(), recoverer, claims)
		} else {
			f.check(scheme, claims)
		}
	}
	for i := range claims {
		if c := &claims[i]; !c.settled {
			c.err = fmt.Errorf("%w: %s in suite %s", ErrScheme, c.signature.Scheme, f.suite.Name())
		}
	}
}

// recover settles the claims of a scheme whose signatures yield the key.
func (f *Family) recover(id chain.Scheme, recoverer crypto.Recoverer, claims []claim) {
	for i := range claims {
		c := &claims[i]
		if c.signature.Scheme != id {
			continue
		}
		c.settled = true
		if len(c.signature.Key) > 0 {
			c.err = fmt.Errorf("%w: %s signatures yield it; leave it empty", ErrKey, id)
			continue
		}
		key, err := recoverer.Recover(c.digest, c.signature.Bytes)
		if err != nil {
			c.err = fmt.Errorf("%w: %w", chain.ErrSignature, err)
			continue
		}
		c.err = f.belongs(key, c.account)
	}
}

// check settles the claims of a scheme that needs the public key, together.
func (f *Family) check(scheme crypto.Scheme, claims []claim) {
	var open []*claim
	var items []crypto.Item
	for i := range claims {
		c := &claims[i]
		if c.signature.Scheme != scheme.ID() {
			continue
		}
		c.settled = true
		key := chain.PublicKey{Scheme: c.signature.Scheme, Bytes: c.signature.Key}
		if c.err = f.belongs(key, c.account); c.err != nil {
			continue
		}
		open = append(open, c)
		items = append(items, crypto.Item{Key: key, Digest: c.digest, Signature: c.signature.Bytes})
	}
	if len(items) == 0 {
		return
	}
	for i, err := range scheme.VerifyBatch(items) {
		if err != nil {
			open[i].err = fmt.Errorf("%w: %w", chain.ErrSignature, err)
		}
	}
}

// belongs tells whether the key is that of the account: nil, ErrKey or ErrAccount.
func (f *Family) belongs(key chain.PublicKey, account chain.Address) error {
	address, err := f.suite.Address(key)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	if address != account {
		return fmt.Errorf("%w: it is that of %s, want %s", ErrAccount, address, account)
	}
	return nil
}
