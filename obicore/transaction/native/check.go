package native

import (
	"fmt"
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// Check tells whether the signed transaction obeys the rules that need no chain; see the package comment for the list.
// It does not verify signatures. It returns one of the errors of this package.
func (t *Transaction) Check() error {
	if err := t.checkContent(); err != nil {
		return err
	}
	if t.BySender.isMissing() || t.ByPayer.isMissing() != t.Payer.IsZero() {
		return ErrSignatureCount
	}
	if err := t.BySender.check("sender"); err != nil || t.Payer.IsZero() {
		return err
	}
	return t.ByPayer.check("payer")
}

// checkContent is Check without the signatures.
func (t *Transaction) checkContent() error {
	switch {
	case t.Identity.IsZero():
		return fmt.Errorf("%w: its identity is zero", ErrChain)
	case t.Lane == chain.UnorderedLane && t.ValidUntil == 0:
		return ErrWindow
	case t.Lane != chain.UnorderedLane && t.Nonce == math.MaxUint64:
		return ErrNonce
	case t.TipCap.Cmp(t.FeeCap) > 0:
		return ErrTip
	case envelope.CostOverflows(t.FeeCap, t.Gas):
		return ErrGasCost
	case t.Payer == t.Sender && !t.Payer.IsZero():
		return ErrPayer
	}
	return t.checkCalls()
}

func (t *Transaction) checkCalls() error {
	if len(t.Calls) == 0 || len(t.Calls) > MaxCalls {
		return fmt.Errorf("%w: it has %d", ErrCalls, len(t.Calls))
	}
	for i := range t.Calls {
		if t.Calls[i].To == nil && len(t.Calls) > 1 {
			return fmt.Errorf("%w: call %d has no recipient", ErrCreation, i)
		}
	}
	sum := chain.Transaction{Calls: t.Calls}
	if _, overflow := sum.Value(); overflow {
		return ErrValue
	}
	return nil
}

// check refuses what no scheme could have; whose the signature is says role.
func (s *Signature) check(role string) error {
	switch {
	case s.Scheme == chain.SchemeNone:
		return fmt.Errorf("%w: %s: scheme 0 signs nothing", ErrSignatureShape, role)
	case len(s.Key) > MaxKeySize:
		return fmt.Errorf("%w: %s: public key of %d bytes, at most %d", ErrSignatureShape, role, len(s.Key), MaxKeySize)
	case len(s.Bytes) == 0 || len(s.Bytes) > MaxSignatureSize:
		return fmt.Errorf("%w: %s: signature of %d bytes, want 1 to %d", ErrSignatureShape, role, len(s.Bytes), MaxSignatureSize)
	}
	return nil
}
