package bench

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// supply is transactions in the order in which they are due. The n-th is of sender n
// modulo their number, so that each sender's follow each other.
type supply struct {
	workload workload
	family   family
	calls    int    // of one transaction
	gas      uint64 // of one transaction
	fees     *fees
	senders  []*account
	list     []signed
}

// sign signs transactions up to a number in all, on every core.
func (s *supply) sign(ctx context.Context, count int, progress func(float64)) error {
	from := len(s.list)
	if count <= from {
		return nil
	}
	s.list = append(s.list, make([]signed, count-from)...)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	var failure atomic.Pointer[error]
	for range runtime.NumCPU() {
		workers.Go(func() {
			for ctx.Err() == nil && failure.Load() == nil {
				sender := int(next.Add(1)) - 1
				if sender >= len(s.senders) {
					return
				}
				signed, err := s.signFor(sender, from, count)
				if err != nil {
					failure.CompareAndSwap(nil, &err)
				}
				progress(float64(done.Add(int64(signed))) / float64(count-from))
			}
		})
	}
	workers.Wait()
	if err := failure.Load(); err != nil {
		return *err
	}
	return ctx.Err()
}

// signFor signs what is one sender's of a range.
func (s *supply) signFor(sender, from, to int) (count int, err error) {
	first := from + (sender-from%len(s.senders)+len(s.senders))%len(s.senders)
	for n := first; n < to; n += len(s.senders) {
		if s.list[n], err = s.family.sign(s.senders[sender], s.fees, s.orders(n), s.gas); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

// orders are the calls of the n-th transaction.
func (s *supply) orders(n int) []order {
	orders := make([]order, s.calls)
	for i := range orders {
		orders[i] = s.workload.order(n*s.calls + i)
	}
	return orders
}

// numbers are those of the calls of transactions.
func (s *supply) numbers(transactions []int) []int {
	numbers := make([]int, 0, len(transactions)*s.calls)
	for _, n := range transactions {
		for i := range s.calls {
			numbers = append(numbers, n*s.calls+i)
		}
	}
	return numbers
}
