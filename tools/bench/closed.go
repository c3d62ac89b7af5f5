package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// flow is what was sent and when: by number of the transaction, since the watch began.
type flow struct {
	due   []time.Duration // when the clock of its latency started; -1 when not sent
	began time.Duration
	ended time.Duration // when the last one was sent
}

func newFlow(count int) *flow {
	f := &flow{due: make([]time.Duration, count)}
	for i := range f.due {
		f.due[i] = -1
	}
	return f
}

// sent returns the numbers of what was sent, from a number on.
func (f *flow) sent(from int) (numbers []int) {
	for n := from; n < len(f.due); n++ {
		if f.due[n] >= 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// closedLoop sends as fast as the target takes.
type closedLoop struct {
	clients []*client
	supply  *supply
	watch   *watch
	flow    *flow
	batch   int
	workers int // requests under way at most
	window  int // transactions under way at most
	// patience bounds how long a target may have no room.
	patience time.Duration

	underway atomic.Int64 // sent
	failure  atomic.Pointer[error]
}

// workersPerNode is how many requests are under way to one node.
const workersPerNode = 4

// mostUnderway bounds what is under way in all, unless the settings do: what pools of
// peers take.
const mostUnderway = 4_000

// run sends transactions from a number on until the time is over or the supply ends.
func (c *closedLoop) run(ctx context.Context, from int, lasts time.Duration, progress func(float64)) error {
	c.flow.began = time.Since(c.watch.began)
	included, _, _ := c.watch.state()
	c.underway.Store(int64(included))
	running, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	var working sync.WaitGroup
	for w := range c.workers {
		working.Go(func() {
			if err := c.work(running, c.clients[w%len(c.clients)], from, w, c.workers); err != nil {
				c.failure.CompareAndSwap(nil, &err)
				cancel()
			}
		})
	}
	ended := make(chan struct{})
	go func() { working.Wait(); close(ended) }()
	c.report(ended, lasts, progress)
	c.flow.ended = time.Since(c.watch.began)
	if err := c.failure.Load(); err != nil {
		return *err
	}
	return ctx.Err()
}

func (c *closedLoop) report(ended <-chan struct{}, lasts time.Duration, progress func(float64)) {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for began := time.Now(); ; {
		select {
		case <-ended:
			return
		case <-look.C:
			progress(float64(time.Since(began)) / float64(lasts))
		}
	}
}

// work sends the transactions of every workers-th sender, in order.
func (c *closedLoop) work(ctx context.Context, to *client, from, worker, workers int) error {
	senders := len(c.supply.senders)
	var places []int
	for n := from; n < len(c.supply.list) && ctx.Err() == nil; n++ {
		if n%senders%workers != worker {
			continue
		}
		if places = append(places, n); len(places) == c.batch {
			if err := c.send(ctx, to, places); err != nil {
				return err
			}
			places = places[:0]
		}
	}
	if len(places) > 0 && ctx.Err() == nil {
		return c.send(ctx, to, places)
	}
	return nil
}

// send sends a batch when there is room for it. What was refused for want of room is
// sent again.
func (c *closedLoop) send(ctx context.Context, to *client, places []int) error {
	if !c.room(ctx, len(places)) {
		return nil
	}
	raws, ids := make([][]byte, len(places)), make([]chain.Hash, len(places))
	now := time.Since(c.watch.began)
	for i, place := range places {
		raws[i], ids[i] = c.supply.list[place].raw, c.supply.list[place].id
		c.flow.due[place] = now
	}
	c.watch.expect(places, ids)
	// What has begun is sent to its end: half a batch would leave gaps of nonces.
	ctx = context.WithoutCancel(ctx)
	for began := time.Now(); ; {
		refused, why, err := c.supply.family.send(ctx, to, raws)
		if err != nil {
			return err
		}
		if len(refused) == 0 {
			return nil
		}
		if !busy(why) || time.Since(began) > c.patience {
			return fmt.Errorf("the target refuses %d of %d transactions: %w", len(refused), len(raws), why)
		}
		left := make([][]byte, len(refused))
		for i, place := range refused {
			left[i] = raws[place]
		}
		raws = left
		time.Sleep(lookPause) // the target's pool is full
	}
}

// room waits until so many more transactions may be under way.
func (c *closedLoop) room(ctx context.Context, count int) bool {
	for {
		included, news, _ := c.watch.state()
		sent := c.underway.Load()
		if sent-int64(included)+int64(count) <= int64(c.window) || sent <= int64(included) {
			if c.underway.CompareAndSwap(sent, sent+int64(count)) {
				return true
			}
			continue
		}
		select {
		case <-news:
		case <-ctx.Done():
			return false
		}
	}
}
