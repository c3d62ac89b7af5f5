package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// openLoop sends every transaction at its own time.
type openLoop struct {
	clients []*client
	supply  *supply
	watch   *watch
	flow    *flow
	rate    int
	batch   int  // transactions in a request
	sync    bool // the target answers with the receipt (EIP-7966)

	answered []time.Duration // when the receipt came, since the watch began; 0 when not
	failed   atomic.Int64
	failure  atomic.Pointer[error]
}

// overdue is how many transactions may be unanswered before the loop gives up: the
// target is far behind, and the figure is clear.
const overdue = 100_000

// run sends transactions from a number on, rate a second.
func (o *openLoop) run(ctx context.Context, from int, progress func(float64)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	o.flow.began = began.Sub(o.watch.began)
	o.answered = make([]time.Duration, len(o.supply.list))
	var sending sync.WaitGroup
	var waiting atomic.Int64
	start := func(to int, places []int) {
		waiting.Add(int64(len(places)))
		sending.Go(func() {
			defer waiting.Add(-int64(len(places)))
			o.send(ctx, o.clients[to], places)
		})
	}
	gathered := make([][]int, len(o.clients))
	for n := from; n < len(o.supply.list) && ctx.Err() == nil; n++ {
		due := began.Add(time.Duration(n-from) * time.Second / time.Duration(o.rate))
		sleepUntil(ctx, due)
		if waiting.Load() > overdue {
			return fmt.Errorf("%d transactions are unanswered: the target does not take %d a second", overdue, o.rate)
		}
		o.flow.due[n] = due.Sub(o.watch.began)
		to := n % len(o.supply.senders) % len(o.clients)
		if gathered[to] = append(gathered[to], n); len(gathered[to]) == o.batch {
			start(to, gathered[to])
			gathered[to] = nil
		}
		if n%o.rate == 0 {
			progress(float64(n-from) / float64(len(o.supply.list)-from))
		}
	}
	for to, rest := range gathered {
		if len(rest) > 0 {
			start(to, rest)
		}
	}
	o.flow.ended = time.Since(o.watch.began)
	sending.Wait()
	if err := o.failure.Load(); err != nil {
		return fmt.Errorf("%d transactions were not taken: %w", o.failed.Load(), *err)
	}
	return ctx.Err()
}

func sleepUntil(ctx context.Context, at time.Time) {
	wait := time.Until(at)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (o *openLoop) send(ctx context.Context, to *client, places []int) {
	if o.batch == 1 {
		o.sendAlone(ctx, to, places[0])
		return
	}
	raws, ids := make([][]byte, len(places)), make([]chain.Hash, len(places))
	for i, n := range places {
		raws[i], ids[i] = o.supply.list[n].raw, o.supply.list[n].id
	}
	o.watch.expect(places, ids)
	refused, why, err := o.supply.family.send(ctx, to, raws)
	switch {
	case err != nil:
		o.fail(len(places), err)
	case len(refused) > 0:
		o.fail(len(refused), why)
	}
}

func (o *openLoop) fail(count int, why error) {
	o.failed.Add(int64(count))
	o.failure.CompareAndSwap(nil, &why)
}

func (o *openLoop) sendAlone(ctx context.Context, to *client, n int) {
	s := &o.supply.list[n]
	o.watch.expect([]int{n}, []chain.Hash{s.id})
	method := "eth_sendRawTransaction"
	if o.sync {
		method = "eth_sendRawTransactionSync"
	}
	text, err := to.post(ctx, appendSend(nil, method, 1, s.raw))
	var a answer
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	switch {
	case err == nil && a.Error != nil && o.sync && (a.Error.Code == syncTimeout || a.Error.Code == syncUnready):
		return // it was taken; the watch sees when it is executed
	case err == nil && a.Error != nil:
		err = a.Error
	}
	if err != nil {
		o.fail(1, err)
		return
	}
	o.answered[n] = time.Since(o.watch.began)
}

// answersWithReceipts asks whether a target has eth_sendRawTransactionSync.
func answersWithReceipts(ctx context.Context, c *client) bool {
	var refusal *callError
	err := c.call(ctx, nil, "eth_sendRawTransactionSync", "0x")
	return errors.As(err, &refusal) && refusal.Code != methodNotFound
}

// The codes of JSON-RPC and EIP-7966 that matter here.
const (
	methodNotFound = -32601
	syncTimeout    = 4
	syncUnready    = 5
)
