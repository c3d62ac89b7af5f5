package eventindex

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Bounds of a run.
const (
	RunHeights = 4096
	RunEntries = 1 << 18 // 4 MiB of memory while it is open
)

// kept is how many heights' receipts are remembered, the latest, so that the index need
// not read back what has just been committed.
const kept = 64

// Index is the event index of one ledger. It is safe for concurrent use.
type Index struct {
	db   *pebble.DB
	read func(height uint64) ([]chain.Receipt, error)
	logf func(string, ...any)

	mutex    sync.RWMutex // guards the fields below; held over the writing of a run by its writer alone
	runs     []span
	open     span
	entries  []entry // of the open run
	executed uint64
	recent   map[uint64][]chain.Receipt

	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}
}

// Open reads the index in a database and goes on with it in the background: from oldest,
// the first height whose results are kept, up to what Executed names. read returns the
// receipts of an executed height.
func Open(db *pebble.DB, oldest, executed uint64, read func(uint64) ([]chain.Receipt, error), logf func(string, ...any)) (*Index, error) {
	x := &Index{
		db: db, read: read, logf: logf, executed: executed, recent: make(map[uint64][]chain.Receipt),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	var err error
	if x.runs, err = readRuns(db); err != nil {
		return nil, err
	}
	if err := x.align(oldest, executed); err != nil {
		return nil, err
	}
	if err := x.resume(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	x.stop = stop
	go x.follow(ctx)
	return x, nil
}

// align drops runs that do not fit the ledger, and begins the open run behind the rest.
func (x *Index) align(oldest, executed uint64) error {
	fits := 0
	for fits < len(x.runs) && x.runs[fits].next <= executed+1 && (fits == 0 || x.runs[fits].first == x.runs[fits-1].next) {
		fits++
	}
	for _, s := range x.runs[fits:] {
		if err := removeRun(x.db, s); err != nil {
			return err
		}
	}
	x.runs = x.runs[:fits]
	x.begin(oldest)
	if x.open.first < oldest { // it was pruned while the index was away
		return x.prune(oldest)
	}
	return nil
}

// begin opens a run behind the last one, or at a height when there is none.
func (x *Index) begin(height uint64) {
	if n := len(x.runs); n > 0 {
		height = x.runs[n-1].next
	}
	x.open, x.entries = span{height, height}, nil
}

// resume takes up the run that was open when the index was saved.
func (x *Index) resume() error {
	s, entries, err := readOpen(x.db)
	if err != nil || s.next > x.executed+1 {
		return err
	}
	// Where the first run was open, what is pruned meanwhile may have been its beginning.
	if first := x.open.first; s.first == first || len(x.runs) == 0 && s.first < first && first < s.next {
		x.open, x.entries = s, entries
	}
	return nil
}

// Close stops the index; what it had neither written nor saved is made again after Open.
func (x *Index) Close() {
	x.stop()
	<-x.done
}

// Save writes the run that is open into the database. The index must be closed.
func (x *Index) Save() error { return writeOpen(x.db, x.open, x.entries) }

// Executed tells the index of results that have just been committed.
func (x *Index) Executed(height uint64, results *chain.Results) {
	receipts := make([]chain.Receipt, len(results.Transactions)) // the writes need not stay
	for i := range receipts {
		receipts[i] = results.Transactions[i].Receipt
	}
	x.mutex.Lock()
	x.executed = height
	x.recent[height] = receipts
	delete(x.recent, height-kept)
	x.mutex.Unlock()
	select {
	case x.wake <- struct{}{}:
	default: // it is awake
	}
}

// follow indexes what is executed until the context ends.
func (x *Index) follow(ctx context.Context) {
	defer close(x.done)
	for {
		more, err := x.step()
		if err != nil && ctx.Err() == nil && !errors.Is(err, ledger.ErrPruned) {
			x.logf("ledger: the event index stops before height %d, queries read the results instead: %v", x.Next(), err)
			return
		}
		if more {
			if ctx.Err() != nil {
				return
			}
			continue
		}
		select {
		case <-x.wake:
		case <-ctx.Done():
			return
		}
	}
}

// Next returns the first height that is not indexed.
func (x *Index) Next() uint64 {
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	return x.open.next
}

// step indexes one height; more says that there is another.
func (x *Index) step() (more bool, err error) {
	x.mutex.RLock()
	height, executed := x.open.next, x.executed
	receipts, remembered := x.recent[height]
	x.mutex.RUnlock()
	if height > executed {
		return false, nil
	}
	if !remembered {
		if receipts, err = x.read(height); err != nil {
			return x.moved(height), err
		}
	}
	names := make(map[name]struct{})
	for i := range receipts {
		namesIn(&receipts[i], func(n name) { names[n] = struct{}{} })
	}
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if x.open.next != height || height > x.executed {
		return true, nil // taken back, or pruned, meanwhile
	}
	for n := range names {
		x.entries = append(x.entries, entry{n, uint32(height - x.open.first)})
	}
	x.open.next++
	if x.open.next-x.open.first < RunHeights && len(x.entries) < RunEntries {
		return true, nil
	}
	if err := writeRun(x.db, x.open, x.entries); err != nil {
		return false, err
	}
	x.runs = append(x.runs, x.open)
	x.begin(0)
	return true, nil
}

// moved reports whether the index has gone on to another height.
func (x *Index) moved(from uint64) bool {
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	return x.open.next != from
}

// Prune drops runs that cover only heights below the given one.
func (x *Index) Prune(below uint64) error {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	return x.prune(below)
}

func (x *Index) prune(below uint64) error {
	for len(x.runs) > 0 && x.runs[0].next <= below {
		if err := removeRun(x.db, x.runs[0]); err != nil {
			return err
		}
		x.runs = slices.Delete(x.runs, 0, 1)
	}
	if len(x.runs) == 0 && x.open.next < below {
		x.open, x.entries = span{below, below}, nil
	}
	return nil
}

// Rewind forgets what lies above a height.
func (x *Index) Rewind(height uint64) error {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	clear(x.recent)
	x.executed = min(x.executed, height)
	for n := len(x.runs); n > 0 && x.runs[n-1].next > height+1; n = len(x.runs) {
		x.open = x.runs[n-1]
		if err := removeRun(x.db, x.open); err != nil {
			return err
		}
		x.runs, x.entries = x.runs[:n-1], nil
		x.open.next = x.open.first // it is read again
	}
	if x.open.next > height+1 {
		x.open.next = max(height+1, x.open.first)
		last := x.open.next - x.open.first
		x.entries = slices.DeleteFunc(x.entries, func(e entry) bool { return uint64(e.offset) >= last })
	}
	return nil
}
