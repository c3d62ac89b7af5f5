package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cometbft/cometbft/types"
)

// writeBytes is the size of one write.
const writeBytes = 200

// digits is the length of a write's number, which follows a letter for its run.
const digits = 9

// write makes write number i of a run: KEY=VALUE.
func write(run byte, i int) types.Tx {
	head := fmt.Sprintf("%c%0*d=", run, digits, i)
	return types.Tx(head + strings.Repeat("x", writeBytes-len(head)))
}

// number reads back what write has written; false for a write of another run.
func number(run byte, tx types.Tx) (int, bool) {
	if len(tx) != writeBytes || tx[0] != run {
		return 0, false
	}
	i, err := strconv.Atoi(string(tx[1 : 1+digits]))
	return i, err == nil
}

// submit gives a write to a node.
func (m *member) submit(ctx context.Context, tx types.Tx) error {
	result, err := m.client.BroadcastTxSync(ctx, tx)
	if err == nil && result.Code != 0 {
		err = fmt.Errorf("refused with code %d: %s", result.Code, result.Log)
	}
	return err
}

// flood gives writes to all nodes in turn, as fast as they take them with no more than
// inFlight under way, and returns how long it took until every node had committed all,
// and how many blocks hold them.
func (n *network) flood(ctx context.Context, writes, inFlight int) (took time.Duration, blocks int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	prepared := make([]types.Tx, writes)
	for i := range prepared {
		prepared[i] = write('f', i)
	}
	room := make(chan struct{}, inFlight)
	var all sync.WaitGroup
	began := time.Now()
	for k, m := range n.members {
		all.Go(func() {
			for i := k; i < writes; i += len(n.members) {
				select {
				case room <- struct{}{}:
				case <-ctx.Done():
					return
				}
				if err := m.submit(ctx, prepared[i]); err != nil {
					cancel(err)
					return
				}
			}
		})
		all.Go(func() {
			for have := 0; have < writes; {
				err := m.next(ctx, func(txs types.Txs) {
					have += len(txs)
					if k == 0 && len(txs) > 0 {
						blocks++
						for range txs {
							<-room
						}
					}
				})
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began), blocks, context.Cause(ctx)
}

// pace gives writes to the nodes in turn at a rate, each at its own time, and returns
// how long each took from when it was due to its block on the node it was given to.
func (n *network) pace(ctx context.Context, writes, rate int) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	began := time.Now()
	due := func(i int) time.Time { return began.Add(time.Duration(i) * time.Second / time.Duration(rate)) }
	latencies := make([]time.Duration, writes) // of each by the one goroutine of its node
	var all sync.WaitGroup
	for k, m := range n.members {
		all.Go(func() {
			for left := writes; left > 0; {
				err := m.next(ctx, func(txs types.Txs) {
					now := time.Now()
					for _, tx := range txs {
						if i, ok := number('p', tx); ok {
							left--
							if i%len(n.members) == k {
								latencies[i] = now.Sub(due(i))
							}
						}
					}
				})
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	for i := range writes {
		time.Sleep(time.Until(due(i)))
		all.Go(func() {
			if err := n.members[i%len(n.members)].submit(ctx, write('p', i)); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return latencies, context.Cause(ctx)
}

// percentile returns the p-quantile of durations, which it sorts.
func percentile(durations []time.Duration, p float64) time.Duration {
	slices.Sort(durations)
	return durations[min(len(durations)-1, int(p*float64(len(durations))))]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
