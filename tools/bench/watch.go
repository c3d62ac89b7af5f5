package bench

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// watch follows the chain of a target and notes when it shows each transaction of a
// run.
type watch struct {
	client *client
	began  time.Time

	mutex    sync.Mutex
	places   map[chain.Hash]int32 // of transactions that were sent and not seen
	seen     []time.Duration      // since began, by place; 0 when not seen
	included int
	twice    int
	height   uint64 // last block that was read
	first    uint64 // first block that was read
	failure  error
	news     chan struct{} // closed and made anew with included

	stop func()
	done chan struct{}
}

// watchPause is the time between two looks for a block.
const watchPause = 2 * time.Millisecond

// newWatch follows the chain from its present height, with room for count transactions.
func newWatch(ctx context.Context, c *client, count int) (*watch, error) {
	height, err := c.number(ctx, "eth_blockNumber")
	if err != nil {
		return nil, err
	}
	w := &watch{
		client: c, began: time.Now(), places: make(map[chain.Hash]int32, count), seen: make([]time.Duration, count),
		height: height, first: height + 1, news: make(chan struct{}), done: make(chan struct{}),
	}
	running, stop := context.WithCancel(ctx)
	w.stop = stop
	go w.run(running)
	return w, nil
}

func (w *watch) close() {
	w.stop()
	<-w.done
}

// expect says that transactions are about to be sent; places are theirs.
func (w *watch) expect(places []int, ids []chain.Hash) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for i, place := range places {
		w.places[ids[i]] = int32(place) //nolint:gosec // runs are bounded
	}
}

func (w *watch) run(ctx context.Context) {
	defer close(w.done)
	look := time.NewTicker(watchPause)
	defer look.Stop()
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			w.mutex.Lock()
			w.failure = err
			w.tell()
			w.mutex.Unlock()
		}
	}
}

// tell wakes who waits; the mutex is held.
func (w *watch) tell() {
	close(w.news)
	w.news = make(chan struct{})
}

func (w *watch) look(ctx context.Context) error {
	top, err := w.client.number(ctx, "eth_blockNumber")
	if err != nil {
		return err
	}
	for w.height < top {
		var block listing
		if err := w.client.call(ctx, &block, "eth_getBlockByNumber", quantity(w.height+1), false); err != nil {
			return err
		}
		w.note(block.ids)
	}
	return nil
}

// listing are the transactions of a block, in its order.
type listing struct{ ids []chain.Hash }

// UnmarshalJSON implements json.Unmarshaler. A list of hashes is read as it stands: thousands of
// them at a time are most of what a block is.
func (l *listing) UnmarshalJSON(block []byte) error {
	if _, list, listed := bytes.Cut(block, []byte(`"transactions":["0x`)); listed {
		if list, _, ended := bytes.Cut(list, []byte(`"]`)); ended {
			if ids, good := hashes(list); good {
				l.ids = ids
				return nil
			}
		}
	}
	var whole struct {
		Transactions []chain.Hash `json:"transactions"`
	}
	err := json.Unmarshal(block, &whole)
	l.ids = whole.Transactions
	return err
}

// hashes reads the digits of hashes between which stands `","0x`.
func hashes(list []byte) (ids []chain.Hash, good bool) {
	for digits := range bytes.SplitSeq(list, []byte(`","0x`)) {
		var id chain.Hash
		if n, err := hex.Decode(id[:], digits[:min(len(digits), 2*chain.HashSize)]); err != nil || n < chain.HashSize || len(digits) > 2*chain.HashSize {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

func (w *watch) note(ids []chain.Hash) {
	at := time.Since(w.began)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.height++
	w.failure = nil
	for _, id := range ids {
		place, ours := w.places[id]
		switch {
		case !ours:
		case w.seen[place] != 0:
			w.twice++
		default:
			w.seen[place] = at
			w.included++
		}
	}
	w.tell()
}

// state returns how many transactions were seen, and what closes when that changes.
func (w *watch) state() (included int, news <-chan struct{}, failure error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.included, w.news, w.failure
}

// await waits until so many transactions are seen, while nothing new is seen no longer
// than patience.
func (w *watch) await(ctx context.Context, count int, patience time.Duration) error {
	stalled := time.NewTimer(patience)
	defer stalled.Stop()
	for last := -1; ; {
		included, news, failure := w.state()
		if included >= count {
			return nil
		}
		if included != last {
			last = included
			stalled.Reset(patience)
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		case <-stalled.C:
			return firstError(failure, fmt.Errorf("the target has included nothing for %s: %d of %d transactions are in the chain", patience, included, count))
		}
	}
}
