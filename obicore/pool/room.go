package pool

import (
	"fmt"

	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// outbids reports whether price is at least PriceBump per cent above old.
func outbids(price, old chain.Word) bool {
	least, overflow := new(uint256.Int).MulOverflow(new(uint256.Int).SetBytes32(old[:]), uint256.NewInt(100+PriceBump))
	if overflow {
		return false
	}
	// Rounded up, so that a bump of less than one unit is no bump.
	least.Add(least, uint256.NewInt(99)).Div(least, uint256.NewInt(100))
	return !new(uint256.Int).SetBytes32(price[:]).Lt(least)
}

// makeRoom evicts queued transactions for a newcomer, or refuses it.
func (p *Pool) makeRoom(t chain.Verified, pending bool) error {
	if len(t.Raw) > p.limits.Bytes {
		return fmt.Errorf("%w: %d bytes, the pool holds %d", ErrFull, len(t.Raw), p.limits.Bytes)
	}
	for len(p.byID) >= p.limits.Transactions || p.bytes+len(t.Raw) > p.limits.Bytes {
		victim := p.cheapestQueued()
		if !pending || victim == nil || victim.transaction.Sender == t.Sender || victim.transaction.TipCap.Cmp(t.TipCap) >= 0 {
			return fmt.Errorf("%w: %d transactions, %d bytes", ErrFull, len(p.byID), p.bytes)
		}
		p.drop(victim.transaction.ID)
	}
	return nil
}

func (p *Pool) cheapestQueued() (cheapest *entry) {
	for _, a := range p.accounts {
		next := a.nonce + a.executable()
		for nonce, e := range a.byNonce {
			if nonce >= next && (cheapest == nil || worse(e, cheapest)) {
				cheapest = e
			}
		}
	}
	return cheapest
}

// worse orders entries for eviction: lower tip cap first, then the latest.
func worse(a, b *entry) bool {
	if c := a.transaction.TipCap.Cmp(b.transaction.TipCap); c != 0 {
		return c < 0
	}
	return a.arrival > b.arrival
}
