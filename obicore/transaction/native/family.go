package native

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Family is the native transaction family as one chain uses it. It is safe for concurrent use.
type Family struct {
	suite    crypto.Suite
	identity chain.Hash
	chainID  uint64
}

var _ chain.BatchFamily = (*Family)(nil)

// NewFamily returns the family of the chain with the given suite, identity and numeric chain id. The envelope names the
// chain by its identity; the numeric id is what the chain's generic checks compare.
func NewFamily(suite crypto.Suite, identity chain.Hash, chainID uint64) *Family {
	return &Family{suite: suite, identity: identity, chainID: chainID}
}

// Name returns "native".
func (f *Family) Name() string { return Kind }

// Types returns the type byte 0x43.
func (f *Family) Types() []byte { return []byte{Type} }

// Decode reads one transaction with the function Decode, and keeps raw. Errors are those of Decode, and ErrChain when the
// transaction is for another chain.
func (f *Family) Decode(raw []byte) (*chain.Transaction, error) {
	t, err := f.decode(raw)
	if err != nil {
		return nil, err
	}
	signed, err := content(raw)
	if err != nil {
		return nil, err
	}
	list := rlp.AppendList(make([]byte, 0, len(signed)+9), signed)
	return &chain.Transaction{
		Type:       Type,
		Raw:        raw,
		ID:         chain.SigningHash(f.suite, chain.DomainTransaction, t.Identity, Kind, list),
		Wire:       f.suite.Sum(raw),
		ChainID:    f.chainID,
		Protected:  true,
		Once:       true,
		Lane:       t.Lane,
		Nonce:      t.Nonce,
		ValidUntil: t.ValidUntil,
		Gas:        t.Gas,
		FeeCap:     t.FeeCap,
		TipCap:     t.TipCap,
		Calls:      t.Calls,
		Access:     t.Access,
		Payload:    t.Payload,
	}, nil
}

func (f *Family) decode(raw []byte) (*Transaction, error) {
	t, err := Decode(raw)
	if err != nil {
		return nil, err
	}
	if t.Identity != f.identity {
		return nil, fmt.Errorf("%w: it is for %s, this is %s", ErrChain, t.Identity, f.identity)
	}
	return t, nil
}
