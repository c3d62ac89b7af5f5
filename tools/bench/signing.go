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
		o := s.workload.order(n)
		o.gas = s.gas
		if s.list[n], err = s.senders[sender].sign(s.fees, o); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}
