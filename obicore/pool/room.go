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
	if _, overflow = least.AddOverflow(least, uint256.NewInt(99)); overflow {
		return false
	}
	least.Div(least, uint256.NewInt(100))
	return !new(uint256.Int).SetBytes32(price[:]).Lt(least)
}

// standing is what counts against the limits.
type standing struct {
	count, bytes               int // of the pool
	pendingCount, pendingBytes int
	places, own                int // of the queue, and of those the sender's
}

// without returns the standing of the pool if old, an entry of a, were gone.
func (p *Pool) without(a *sequence, old *entry) standing {
	s := standing{len(p.byID), p.bytes, p.pending, p.pendingBytes, p.places, a.places}
	if old == nil {
		return s
	}
	size := len(old.transaction.Raw)
	s.count, s.bytes = s.count-1, s.bytes-size
	if old.age == nil {
		s.pendingCount, s.pendingBytes = s.pendingCount-1, s.pendingBytes-size
		return s
	}
	taken := Places(old.transaction)
	s.places, s.own = s.places-taken, s.own-taken
	return s
}

// checkRoom refuses a newcomer of the sender a for which evictions from the queue
// make no room, or may not. It costs the same however full the pool is.
func (p *Pool) checkRoom(a *sequence, t chain.Verified, old *entry, pending bool) error {
	s := p.without(a, old)
	if p.fits(t, pending, s) {
		return nil
	}
	wanted := needed(t, pending)
	switch {
	case s.pendingCount >= p.limits.Transactions || s.pendingBytes+len(t.Raw) > p.limits.Bytes || wanted > p.limits.Queued:
		return p.full()
	case !pending && s.own > 0 && s.own+wanted > p.crowds[0].places:
		return fmt.Errorf("%w: the queue is, and %s has %d of its %d places: send nonce %d first", ErrFull, t.Sender, a.places, p.limits.Queued, a.end())
	}
	return nil
}

// fullMargin is the part of the bytes that may be free in a pool that is full: the next
// transaction has more.
const fullMargin = 64

// Full returns ErrFull when pending transactions take the whole pool, so that it has room only
// for what replaces one of them, and nil otherwise.
func (p *Pool) Full() error {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	if p.pending < p.limits.Transactions && p.pendingBytes < p.limits.Bytes-p.limits.Bytes/fullMargin {
		return nil
	}
	return p.full()
}

// Overtaken returns ErrFull for a pool that has room, but not for as much as comes.
func (p *Pool) Overtaken() error {
	count, _ := p.Count()
	return fmt.Errorf("%w: %d transactions wait, and more come than blocks take: try again after the next block", ErrFull, count)
}

func (p *Pool) full() error {
	return fmt.Errorf("%w: %d transactions, %d bytes: try again after the next block", ErrFull, len(p.byID), p.bytes)
}

// fits reports whether a newcomer has room beside what stands.
func (p *Pool) fits(t chain.Verified, pending bool, s standing) bool {
	return s.count < p.limits.Transactions && s.bytes+len(t.Raw) <= p.limits.Bytes && s.places+needed(t, pending) <= p.limits.Queued
}

// needed returns how many places of the queue a newcomer takes.
func needed(t chain.Verified, pending bool) int {
	if pending {
		return 0
	}
	return Places(t)
}
