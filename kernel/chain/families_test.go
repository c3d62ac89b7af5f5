package chain_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// single is a family that checks one transaction after the other: good ones end in 1.
type single struct {
	kind   byte
	checks *[]string
}

func (f single) Name() string  { return fmt.Sprintf("family %d", f.kind) }
func (f single) Types() []byte { return []byte{f.kind} }
func (f single) Decode(raw []byte) (*chain.Transaction, error) {
	return &chain.Transaction{Raw: raw}, nil
}

func (f single) Verify(t *chain.Transaction) (chain.Verified, error) {
	*f.checks = append(*f.checks, f.Name())
	if t.Raw[1] != 1 {
		return chain.Verified{}, chain.ErrSignature
	}
	return chain.Verified{Transaction: t}, nil
}

// together is a family that checks many at once.
type together struct{ single }

func (f together) VerifyBatch(list []*chain.Transaction) ([]chain.Verified, []error) {
	*f.checks = append(*f.checks, fmt.Sprintf("%d of %s", len(list), f.Name()))
	verified, errs := make([]chain.Verified, len(list)), make([]error, len(list))
	for i, t := range list {
		if errs[i] = chain.ErrSignature; t.Raw[1] == 1 {
			verified[i], errs[i] = chain.Verified{Transaction: t}, nil
		}
	}
	return verified, errs
}

func TestABatchOfSeveralFamiliesIsSharedOutAndKeepsItsOrder(t *testing.T) {
	var checks []string
	families, err := chain.NewFamilies(single{5, &checks}, together{single{6, &checks}})
	if err != nil {
		t.Fatal(err)
	}
	var list []*chain.Transaction
	for _, raw := range [][]byte{{6, 1}, {5, 1}, {6, 0}, {7, 1}, {5, 0}, {6, 1}, {}} {
		list = append(list, &chain.Transaction{Raw: raw})
	}
	verified, errs := families.VerifyBatch(list)
	want := []error{nil, nil, chain.ErrSignature, chain.ErrUnknownType, chain.ErrSignature, nil, chain.ErrMalformed}
	for i := range list {
		if !errors.Is(errs[i], want[i]) || (errs[i] == nil) != (verified[i].Transaction == list[i]) {
			t.Errorf("transaction %d: got %v, want %v", i, errs[i], want[i])
		}
	}
	if got := fmt.Sprint(checks); got != "[family 5 family 5 3 of family 6]" {
		t.Errorf("checks: %s", got)
	}
}
