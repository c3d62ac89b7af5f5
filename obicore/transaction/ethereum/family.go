package ethereum

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Recoverer finds who made a secp256k1 signature.
type Recoverer interface {
	// Recover returns the key that made the signature r ‖ s ‖ parity over digest. The values are in range.
	Recover(digest chain.Hash, signature [65]byte) (chain.PublicKey, error)
	// Address returns the account of a recovered key by Ethereum's rule.
	Address(key chain.PublicKey) (chain.Address, error)
}

// Family is the Ethereum transaction family as the chain uses it. It is safe for concurrent use.
type Family struct {
	keccak    Keccak
	recoverer Recoverer
}

var _ chain.Family = (*Family)(nil)

// NewFamily returns the family over the given hash function and signature scheme.
func NewFamily(keccak Keccak, recoverer Recoverer) *Family {
	return &Family{keccak: keccak, recoverer: recoverer}
}

// Name returns "ethereum".
func (f *Family) Name() string { return "ethereum" }

// Types returns the type bytes 0 to 4.
func (f *Family) Types() []byte {
	return []byte{TypeLegacy, TypeAccessList, TypeDynamicFee, TypeBlob, TypeSetCode}
}

// Decode reads one transaction with the function Decode, and keeps raw. Id and wire hash are both the Ethereum hash.
// Authorities are not recovered yet.
func (f *Family) Decode(raw []byte) (*chain.Transaction, error) {
	t, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	id := f.keccak(raw)
	return &chain.Transaction{
		Type:       t.Type,
		Raw:        raw,
		ID:         id,
		Wire:       id,
		ChainID:    t.ChainID,
		Protected:  t.Protected(),
		Nonce:      t.Nonce,
		Gas:        t.Gas,
		FeeCap:     t.feeCap(),
		TipCap:     t.tipCap(),
		Calls:      []chain.Call{{To: t.To, Value: t.Value, Input: t.Data}},
		Access:     t.AccessList,
		Delegate:   delegations(t.Authorizations),
		BlobHashes: t.BlobHashes,
		BlobFeeCap: t.BlobFeeCap,
	}, nil
}

// Verify recovers the sender, who also pays, and the authority of each authorisation. The result holds a copy of t,
// which must come from Decode. Errors wrap chain.ErrSignature.
func (f *Family) Verify(t *chain.Transaction) (chain.Verified, error) {
	decoded, err := Decode(t.Raw)
	if err != nil {
		return chain.Verified{}, err
	}
	sender, err := decoded.Sender(f.keccak, f.recoverer)
	if err != nil {
		return chain.Verified{}, err
	}
	verified := *t
	verified.Delegate = delegations(decoded.Authorizations)
	for i := range verified.Delegate {
		d := &verified.Delegate[i]
		d.Authority, d.Valid = decoded.Authorizations[i].authority(f.keccak, f.recoverer)
	}
	return chain.Verified{Transaction: &verified, Sender: sender, Payer: sender}, nil
}

// Sender recovers the account that signed t. Errors wrap chain.ErrSignature.
func (t *Transaction) Sender(keccak Keccak, recoverer Recoverer) (chain.Address, error) {
	signature, err := t.signature()
	if err != nil {
		return chain.Address{}, err
	}
	return recoverAddress(recoverer, t.SigningHash(keccak), signature)
}

func recoverAddress(recoverer Recoverer, digest chain.Hash, signature [65]byte) (chain.Address, error) {
	key, err := recoverer.Recover(digest, signature)
	if err != nil {
		return chain.Address{}, fmt.Errorf("%w: %w", chain.ErrSignature, err)
	}
	address, err := recoverer.Address(key)
	if err != nil {
		return chain.Address{}, fmt.Errorf("%w: %w", chain.ErrSignature, err)
	}
	return address, nil
}

func delegations(list []Authorization) []chain.Delegation {
	if len(list) == 0 {
		return nil
	}
	delegate := make([]chain.Delegation, len(list))
	for i := range list {
		delegate[i] = chain.Delegation{ChainID: list[i].ChainID, Address: list[i].Address, Nonce: list[i].Nonce}
	}
	return delegate
}
