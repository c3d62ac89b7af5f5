package security

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Version is the version of this standard that a module is written for.
const Version = 0 // draft

// Admission decides whether a verified transaction may enter. It must depend on
// nothing but the transaction and the state that it is shown, because every
// validator asks it again for a decided block: a refusal there makes the
// transaction void with ReasonPolicy.
type Admission interface {
	Admit(view ledger.View, transaction chain.Verified) error
}

// ErrRefused is wrapped by every refusal, with what to do about it.
var ErrRefused = errors.New("security: transaction refused by policy")

// Open is the admission that refuses nothing.
type Open struct{}

// Admit implements Admission.
func (Open) Admit(ledger.View, chain.Verified) error { return nil }
