package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cometbft/cometbft/types"
)

// writeBytes is the size of one write.
const writeBytes = 200

// digits is the length of a write's number, which follows a letter for its run.
const digits = 9

// batch is how many writes one request brings at full speed, and senders how many requests
// are under way to all nodes together.
const (
	batch   = 100
	senders = 16
)

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

// watch asks every node for its events of one kind, from now on.
func (n *network) watch(ctx context.Context, query fmt.Stringer) (feeds []<-chan coretypes.ResultEvent, err error) {
	for _, m := range n.members {
		feed, err := m.client.Subscribe(ctx, "", query.String(), 10_000)
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, feed)
	}
	return feeds, nil
}

// leave ends the events of every node, so that they do not load the next run.
func (n *network) leave(query fmt.Stringer) {
	for _, m := range n.members {
		_ = m.client.Unsubscribe(context.Background(), "", query.String())
	}
}

// follow calls take for events until it returns false.
func follow(ctx context.Context, feed <-chan coretypes.ResultEvent, take func(coretypes.ResultEvent) bool) error {
	for {
		select {
		case event := <-feed:
			if !take(event) {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// submit gives writes to a node in one request.
func (m *member) submit(ctx context.Context, writes ...types.Tx) error {
	request := m.client.NewBatch()
	for _, tx := range writes {
		if _, err := request.BroadcastTxAsync(ctx, tx); err != nil {
			return err
		}
	}
	_, err := request.Send(ctx)
	return err
}

// flood gives writes to all nodes in turn, in batches as fast as they take them with no
// more than inFlight under way, and returns how long it took until every node had
// committed all, and how many blocks hold them.
func (n *network) flood(ctx context.Context, run byte, writes, inFlight int) (took time.Duration, blocks int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	prepared := make([]types.Tx, writes)
	for i := range prepared {
		prepared[i] = write(run, i)
	}
	feeds, err := n.watch(ctx, types.EventQueryNewBlockEvents)
	if err != nil {
		return 0, 0, err
	}
	defer n.leave(types.EventQueryNewBlockEvents)
	batches := slices.Collect(slices.Chunk(prepared, batch))
	room := make(chan struct{}, max(1, inFlight/batch))
	due := make(chan int)
	var all sync.WaitGroup
	try := func(f func() error) {
		all.Go(func() {
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	began := time.Now()
	for k, feed := range feeds {
		have, freed := 0, 0
		try(func() error {
			return follow(ctx, feed, func(event coretypes.ResultEvent) bool {
				count := int(event.Data.(types.EventDataNewBlockEvents).NumTxs)
				have += count
				if k > 0 || count == 0 {
					return have < writes
				}
				blocks++
				for ; freed < have/batch; freed++ {
					<-room
				}
				return have < writes
			})
		})
	}
	for s := range senders {
		m := n.members[s%len(n.members)]
		try(func() error {
			for i := range due {
				if err := m.submit(ctx, batches[i]...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	try(func() error {
		defer close(due)
		for i := range batches {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case due <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	all.Wait()
	return time.Since(began), blocks, context.Cause(ctx)
}

// pace gives writes to the nodes in turn at a rate, each at its own time, and returns
// how long each took from when it was due to its block on the node it was given to.
func (n *network) pace(ctx context.Context, writes, rate int) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	feeds, err := n.watch(ctx, types.EventQueryNewBlock)
	if err != nil {
		return nil, err
	}
	defer n.leave(types.EventQueryNewBlock)
	began := time.Now()
	due := func(i int) time.Time { return began.Add(time.Duration(i) * time.Second / time.Duration(rate)) }
	latencies := make([]time.Duration, writes) // of each by the one goroutine of its node
	var all sync.WaitGroup
	for k, feed := range feeds {
		left := writes
		all.Go(func() {
			err := follow(ctx, feed, func(event coretypes.ResultEvent) bool {
				now := time.Now()
				for _, tx := range event.Data.(types.EventDataNewBlock).Block.Txs {
					if i, ok := number('p', tx); ok {
						left--
						if i%len(n.members) == k {
							latencies[i] = now.Sub(due(i))
						}
					}
				}
				return left > 0
			})
			if err != nil {
				cancel(err)
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
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if i := slices.Index(latencies, 0); i >= 0 {
		return nil, errors.New("write " + strconv.Itoa(i) + " has come in no block that was told")
	}
	return latencies, nil
}

// percentile returns the p-quantile of durations, which it sorts.
func percentile(durations []time.Duration, p float64) time.Duration {
	slices.Sort(durations)
	return durations[min(len(durations)-1, int(p*float64(len(durations))))]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
