package pool

import (
	"container/heap"
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

// makeRoom evicts queued transactions for a newcomer, or refuses it and evicts
// none. The room of the transaction that it replaces counts as free.
func (p *Pool) makeRoom(t chain.Verified, pending bool, replaced *chain.Verified) error {
	if len(t.Raw) > p.limits.Bytes {
		return fmt.Errorf("%w: %d bytes, the pool holds %d", ErrFull, len(t.Raw), p.limits.Bytes)
	}
	count, size := len(p.byID)+1, p.bytes+len(t.Raw)
	if replaced != nil {
		count, size = count-1, size-len(replaced.Raw)
	}
	fits := func() bool { return count <= p.limits.Transactions && size <= p.limits.Bytes }
	if fits() {
		return nil
	}
	var evicted []chain.Hash
	for queued := p.evictable(pending); !fits(); count-- {
		if len(queued) == 0 {
			return fmt.Errorf("%w: %d transactions, %d bytes", ErrFull, len(p.byID), p.bytes)
		}
		victim := heap.Pop(&queued).(*entry).transaction
		if victim.Sender == t.Sender || victim.TipCap.Cmp(t.TipCap) >= 0 {
			return fmt.Errorf("%w: %d transactions, %d bytes", ErrFull, len(p.byID), p.bytes)
		}
		size -= len(victim.Raw)
		evicted = append(evicted, victim.ID)
	}
	for _, id := range evicted {
		p.drop(id)
	}
	return nil
}

// evictable returns the queued transactions, the worst on top; nothing for a
// newcomer that is queued itself.
func (p *Pool) evictable(pending bool) (queued queue) {
	if !pending {
		return nil
	}
	for _, a := range p.accounts {
		next := a.nonce + a.ready
		for nonce, e := range a.byNonce {
			if nonce >= next {
				queued = append(queued, e)
			}
		}
	}
	heap.Init(&queued)
	return queued
}

// queue is a heap of entries, the worst on top.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool { return worse(q[i], q[j]) }
func (q *queue) Push(x any)        { *q = append(*q, x.(*entry)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}

// worse orders entries for eviction: lower tip cap first, then the latest.
func worse(a, b *entry) bool {
	if c := a.transaction.TipCap.Cmp(b.transaction.TipCap); c != 0 {
		return c < 0
	}
	return a.arrival > b.arrival
}
