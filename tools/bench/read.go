package bench

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"time"
)

// reads are the questions of the reading workload, in turn: what explorers and wallets
// ask most.
func reads(random *rand.Rand, top uint64) (method string, params []any) {
	height := quantity(random.Uint64N(top + 1))
	var some [20]byte
	for i := range some {
		some[i] = byte(random.Uint32())
	}
	switch random.IntN(4) {
	case 0:
		return "eth_getBalance", []any{hexadecimal(some[:]), "latest"}
	case 1:
		return "eth_getTransactionCount", []any{hexadecimal(some[:]), "latest"}
	case 2:
		return "eth_getBlockByNumber", []any{height, false}
	default:
		return "eth_getBlockReceipts", []any{height}
	}
}

// readers is how many questions are under way to one node at full speed.
const readers = 16

// read asks questions: as fast as they are answered, or each at its own time.
func (r *run) read(ctx context.Context) error {
	top, err := r.clients[0].number(ctx, "eth_blockNumber")
	if err != nil {
		return err
	}
	k := &r.report.Conditions
	k.Senders, k.Accounts, k.Calls, k.Family, k.Scheme, k.Ceiling, k.Checkers = 0, 0, 0, "", schemeNone, 0, 0
	k.Committed = committedAnswer
	processes := r.processes()
	began := time.Now()
	var mutex sync.Mutex
	var done, waited []time.Duration
	var failure error
	ask := func(c *client, random *rand.Rand, due time.Time) {
		method, params := reads(random, top)
		var result json.RawMessage
		err := c.call(ctx, &result, method, params...)
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			failure = err
			return
		}
		done, waited = append(done, time.Since(began)), append(waited, time.Since(due))
	}
	if r.Rate == 0 {
		k.Mode, k.Underway = closedMode, readers*len(r.clients)
		r.readClosed(ctx, began, ask)
	} else {
		k.Mode, k.Rate = openMode, r.Rate
		r.readOpen(ctx, began, ask)
	}
	if failure != nil {
		return failure
	}
	took := time.Since(began)
	r.report.Result = Result{Sent: len(done), Included: len(done), Seconds: took.Seconds(), PerSecond: float64(len(done)) / took.Seconds()}
	r.report.Timeline = timeline(0, done, waited)
	r.report.Result.Latency = newLatency(fromQuestion, waited)
	for _, p := range processes {
		if usage, ok := p.usage(took); ok {
			r.report.Usage = append(r.report.Usage, usage)
		}
	}
	return ctx.Err()
}

type question func(c *client, random *rand.Rand, due time.Time)

func (r *run) readClosed(ctx context.Context, began time.Time, ask question) {
	var asking sync.WaitGroup
	for i := range readers * len(r.clients) {
		asking.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 5)) //nolint:gosec // the same questions every time
			for ctx.Err() == nil && time.Since(began) < r.Duration {
				ask(r.clients[i%len(r.clients)], random, time.Now())
				if i == 0 {
					r.progress(Measuring, float64(time.Since(began))/float64(r.Duration))
				}
			}
		})
	}
	asking.Wait()
}

func (r *run) readOpen(ctx context.Context, began time.Time, ask question) {
	var asking sync.WaitGroup
	for n := range int(float64(r.Rate) * r.Duration.Seconds()) {
		due := began.Add(time.Duration(n) * time.Second / time.Duration(r.Rate))
		sleepUntil(ctx, due)
		if ctx.Err() != nil {
			break
		}
		asking.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 6)) //nolint:gosec // the same questions every time
			ask(r.clients[n%len(r.clients)], random, due)
		})
		if n%r.Rate == 0 {
			r.progress(Measuring, float64(time.Since(began))/float64(r.Duration))
		}
	}
	asking.Wait()
}

func pause(ctx context.Context, wait time.Duration) error {
	sleepUntil(ctx, time.Now().Add(wait))
	return ctx.Err()
}
