package proof

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Transaction claims that a transaction stands in the block of the header.
type Transaction struct {
	ID        chain.Hash  `json:"id"`
	Wire      chain.Bytes `json:"wire"` // what the id names
	Inclusion Inclusion   `json:"inclusion"`
}

func (v *verification) transaction(claim *Transaction) error {
	verified, err := v.read(claim)
	if err != nil {
		return err
	}
	if err := claim.Inclusion.Verify(v.suite, v.finding.Header, claim.ID); err != nil {
		return at("transaction: inclusion", err)
	}
	v.finding.Height = v.finding.Header.Height
	v.finding.Transaction = &TransactionFinding{ID: claim.ID, Index: claim.Inclusion.Index, Verified: verified}
	return nil
}

// read decodes the wire form, which must be that of the id.
func (v *verification) read(claim *Transaction) (*chain.Verified, error) {
	if v.options.Families == nil {
		return nil, fmt.Errorf("%w: no transaction families", ErrUnknown)
	}
	families, err := v.options.Families(v.suite, v.Chain)
	if err != nil {
		return nil, err
	}
	router, err := chain.NewFamilies(families...)
	if err != nil {
		return nil, err
	}
	decoded, err := router.Decode(claim.Wire)
	if err != nil {
		return nil, at("transaction: wire", err)
	}
	if decoded.ID != claim.ID {
		return nil, fault("transaction: wire", "it is transaction %s, not %s", decoded.ID, claim.ID)
	}
	verified, err := router.Verify(decoded)
	if err != nil {
		return nil, at("transaction: wire", err)
	}
	return &verified, nil
}
