package pool

import (
	"container/heap"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// expiring is a heap of entries that are valid up to a height, the lowest on top. An
// entry's until is its place here plus one; 0 for one that is always valid.
type expiring []*entry

func (x *expiring) add(e *entry) {
	if e.transaction.ValidUntil > 0 {
		heap.Push(x, e)
	}
}

func (x *expiring) remove(e *entry) {
	if e.until > 0 {
		heap.Remove(x, e.until-1)
	}
}

// before returns one that a block at a height could not hold any more.
func (x expiring) before(height uint64) (id chain.Hash, any bool) {
	if len(x) == 0 || x[0].transaction.ValidUntil >= height {
		return id, false
	}
	return x[0].transaction.ID, true
}

func (x expiring) Len() int { return len(x) }
func (x expiring) Less(i, j int) bool {
	return x[i].transaction.ValidUntil < x[j].transaction.ValidUntil
}
func (x expiring) Swap(i, j int) {
	x[i], x[j] = x[j], x[i]
	x[i].until, x[j].until = i+1, j+1
}

// Push implements heap.Interface.
func (x *expiring) Push(e any) {
	*x = append(*x, e.(*entry))
	(*x)[len(*x)-1].until = len(*x)
}

// Pop implements heap.Interface.
func (x *expiring) Pop() any {
	last := len(*x) - 1
	e := (*x)[last]
	(*x)[last], e.until = nil, 0
	*x = (*x)[:last]
	return e
}
