package development

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Type is the envelope type byte.
const Type = 0x7e

// Family implements chain.Family over the chain's hash function.
type Family struct {
	hasher   chain.Hasher
	identity chain.Hash
}

// NewFamily returns the family of one chain.
func NewFamily(hasher chain.Hasher, identity chain.Hash) *Family {
	return &Family{hasher: hasher, identity: identity}
}

// Name implements chain.Family.
func (f *Family) Name() string { return "development" }

// Types implements chain.Family.
func (f *Family) Types() []byte { return []byte{Type} }

// Encode returns the envelope of an unsigned transaction: type ‖ rlp([from,
// system, chain id, nonce, gas, fee cap, tip cap, to, value, input]).
func Encode(from chain.Address, t *chain.Transaction) []byte {
	system := uint64(0)
	if t.System {
		system = 1
	}
	p := rlp.AppendBytes(nil, from[:])
	p = rlp.AppendUint64(p, system)
	p = rlp.AppendUint64(p, t.ChainID)
	p = rlp.AppendUint64(p, t.Nonce)
	p = rlp.AppendUint64(p, t.Gas)
	p = rlp.AppendWord(p, t.FeeCap)
	p = rlp.AppendWord(p, t.TipCap)
	if to := t.Calls[0].To; to != nil {
		p = rlp.AppendBytes(p, to[:])
	} else {
		p = rlp.AppendBytes(p, nil)
	}
	p = rlp.AppendWord(p, t.Calls[0].Value)
	p = rlp.AppendBytes(p, t.Calls[0].Input)
	return rlp.AppendList([]byte{Type}, p)
}

// Decode implements chain.Family.
func (f *Family) Decode(raw []byte) (*chain.Transaction, error) {
	_, t, err := f.decode(raw)
	return t, err
}

// Verify implements chain.Family: there is nothing to check but the shape.
func (f *Family) Verify(t *chain.Transaction) (chain.Verified, error) {
	from, _, err := f.decode(t.Raw)
	return chain.Verified{Transaction: t, Sender: from, Payer: from}, err
}

func (f *Family) decode(raw []byte) (from chain.Address, t *chain.Transaction, err error) {
	if len(raw) == 0 || raw[0] != Type {
		return from, nil, fmt.Errorf("%w: not a development transaction", chain.ErrUnknownType)
	}
	id := f.hasher.Sum([]byte(chain.DomainDevelopment), f.identity[:], raw)
	t = &chain.Transaction{Type: Type, Raw: raw, ID: id, Wire: id, Protected: true}
	outer := rlp.NewReader(raw[1:])
	list, err := outer.List()
	if err == nil {
		err = outer.End()
	}
	if err == nil {
		err = read(list, t, &from)
	}
	if err != nil {
		return from, nil, fmt.Errorf("%w: development transaction: %w", chain.ErrMalformed, err)
	}
	return from, t, nil
}

func read(list *rlp.Reader, t *chain.Transaction, from *chain.Address) (err error) {
	call := chain.Call{}
	var system uint64
	var to []byte
	for _, field := range []func() error{
		func() error { return list.Fixed(from[:]) },
		func() error { system, err = list.Uint64(); return err },
		func() error { t.ChainID, err = list.Uint64(); return err },
		func() error { t.Nonce, err = list.Uint64(); return err },
		func() error { t.Gas, err = list.Uint64(); return err },
		func() error { w, err := list.Word(); t.FeeCap = w; return err },
		func() error { w, err := list.Word(); t.TipCap = w; return err },
		func() error { to, err = list.Bytes(); return err },
		func() error { w, err := list.Word(); call.Value = w; return err },
		func() error { call.Input, err = list.Bytes(); return err },
		list.End,
	} {
		if err := field(); err != nil {
			return err
		}
	}
	if system > 1 || len(to) != 0 && len(to) != chain.AddressSize {
		return fmt.Errorf("system flag %d, recipient of %d bytes", system, len(to))
	}
	if t.System = system == 1; len(to) > 0 {
		recipient := chain.Address(to)
		call.To = &recipient
	}
	t.Calls = []chain.Call{call}
	return nil
}
