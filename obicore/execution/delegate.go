package execution

import (
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// delegate applies the EIP-7702 authorisations in order; those that do not hold
// are passed over.
func (a *application) delegate() {
	for i := range a.message.Delegate {
		a.applyDelegation(&a.message.Delegate[i])
	}
}

func (a *application) applyDelegation(d *chain.Delegation) {
	if !d.ChainID.IsZero() && d.ChainID != chain.WordFromUint64(a.block.ChainID) || d.Nonce == math.MaxUint64 || !d.Valid {
		return
	}
	a.world.Warm(d.Authority)
	code := a.world.Code(d.Authority)
	if _, delegated := chain.ParseDelegation(code); len(code) > 0 && !delegated {
		return
	}
	if a.world.Nonce(d.Authority) != d.Nonce {
		return
	}
	if a.world.Exists(d.Authority) {
		a.world.AddRefund(gasDelegation - gasDelegationLow)
	}
	a.world.SetNonce(d.Authority, d.Nonce+1)
	if d.Address.IsZero() {
		if len(code) > 0 {
			a.world.SetCode(d.Authority, nil, chain.Hash{})
		}
		return
	}
	designator := chain.DelegationCode(d.Address)
	a.world.SetCode(d.Authority, designator, a.x.codeHash(designator))
}
