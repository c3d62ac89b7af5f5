package segment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment/eventindex"
)

// cachedHeaders bounds the headers kept decoded.
const cachedHeaders = 1024

// Ledger is one chain's ledger in segment files and Pebble.
type Ledger struct {
	fs         vfs.FS
	options    ledger.Options
	commitment ledger.Commitment

	headers, bodies, results *column
	db                       *pebble.DB
	trouble                  *trouble // of db
	version                  uint64   // of the directory
	directoryLock            io.Closer
	decoded                  *cache[*sealed]

	gate   *gate
	status atomic.Pointer[ledger.Status]

	appendLock   sync.Mutex // one Append at a time
	pruneLock    sync.Mutex // one Prune at a time; taken before all others
	snapshotLock sync.Mutex // one Snapshot at a time
	commitLock   sync.Mutex // one Stage, Commit, step of Prune or Rewind at a time; taken after appendLock
	statusLock   sync.Mutex // guards changes of status
	generation   uint64     // guarded by commitLock; changes with the executed state

	// What the database holds and what status says of it change together: a view is
	// opened between two changes. Taken after commitLock.
	stateLock   sync.RWMutex
	mark        uint64 // of the executed state; changed under commitLock too
	latest      *latest[chain.StateKey, []byte]
	latestNodes *latest[string, node]

	events  *eventindex.Index // nil until the ledger is open
	warming *warming          // as above

	restoring bool // a restoration is being finished

	failure atomic.Pointer[error] // why the ledger takes no more writes

	viewsLock sync.Mutex
	views     map[*view]struct{}
}

var (
	_ ledger.Ledger    = (*Ledger)(nil)
	_ ledger.Pruner    = (*Ledger)(nil)
	_ ledger.Inspector = (*Ledger)(nil)

	_ ledger.EventIndexer = (*Ledger)(nil)
	_ ledger.SignerKeeper = (*Ledger)(nil)
	_ ledger.MultiProver  = (*Ledger)(nil)

	_ ledger.Rewinder = (*memoryLedger)(nil)
)

func newLedger(fs vfs.FS, options ledger.Options, commitment ledger.Commitment, segmentSize int64, random io.Reader) *Ledger {
	l := &Ledger{
		fs: fs, options: options, commitment: commitment,
		decoded: newCache[*sealed](cachedHeaders), gate: newGate(), views: make(map[*view]struct{}), trouble: newTrouble(), latest: newLatestState(), latestNodes: newLatestNodes(),
	}
	for _, c := range []struct {
		kind  columnKind
		place **column
	}{{columnHeaders, &l.headers}, {columnBodies, &l.bodies}, {columnResults, &l.results}} {
		*c.place = &column{
			fs: fs, folder: fs.PathJoin(options.Directory, c.kind.String()), kind: c.kind, identity: options.Identity,
			limit: segmentSize, random: random, logf: options.Logf,
		}
	}
	l.status.Store(&ledger.Status{})
	return l
}

func (l *Ledger) columns() []*column { return []*column{l.headers, l.bodies, l.results} }

// Status returns how far the ledger has come.
func (l *Ledger) Status() ledger.Status { return *l.status.Load() }

func (l *Ledger) changeStatus(f func(*ledger.Status)) {
	l.statusLock.Lock()
	defer l.statusLock.Unlock()
	next := *l.status.Load()
	f(&next)
	l.status.Store(&next)
}

// writable returns why no more writes are taken, or nil.
func (l *Ledger) writable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := l.trouble.err(); err != nil {
		_ = l.fail(err)
	}
	if failure := l.failure.Load(); failure != nil {
		return fmt.Errorf("segment: an earlier write failed, close and open the ledger again: %w", *failure)
	}
	return nil
}

// fail closes the ledger for writes: after a failed write or sync nobody knows what
// is on disk until recovery has looked.
func (l *Ledger) fail(err error) error {
	l.failure.CompareAndSwap(nil, &err)
	return err
}

// Append stores a decided block; see [ledger.BlockStore].
func (l *Ledger) Append(ctx context.Context, decided ledger.Decided) error {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	l.appendLock.Lock()
	defer l.appendLock.Unlock()
	if err := l.writable(ctx); err != nil {
		return err
	}
	if err := l.checkDecided(&decided); err != nil {
		return err
	}
	return l.append(decided)
}

func (l *Ledger) checkDecided(decided *ledger.Decided) error {
	if decided.Block == nil || decided.Block.Header == nil {
		return fmt.Errorf("%w: no header", chain.ErrMalformed)
	}
	header, tip := decided.Block.Header, l.Status().Decided
	if header.Height != tip+1 {
		return fmt.Errorf("%w: block of height %d, the tip is %d", ledger.ErrHeight, header.Height, tip)
	}
	parent, err := l.sealed(tip)
	if err != nil {
		return err
	}
	count := 0
	for _, batch := range decided.Block.Body.Batches {
		count += len(batch)
	}
	switch {
	case header.Chain != l.options.Identity:
		return fmt.Errorf("%w: block of chain %s in the ledger of %s", ledger.ErrMismatch, header.Chain, l.options.Identity)
	case header.Parent != parent.hash:
		return fmt.Errorf("%w: parent %s, the tip is %s", chain.ErrNotChild, header.Parent, parent.hash)
	case len(decided.IDs) != count || header.TransactionCount != uint64(count):
		return fmt.Errorf("%w: %d ids and a count of %d for %d transactions", chain.ErrMalformed, len(decided.IDs), header.TransactionCount, count)
	case decided.Signers != nil && len(decided.Signers) != count:
		return fmt.Errorf("%w: %d signers of %d transactions", chain.ErrMalformed, len(decided.Signers), count)
	}
	return nil
}

// append writes body and header, makes both durable side by side, and then shows
// the block.
func (l *Ledger) append(decided ledger.Decided) error {
	header := decided.Block.Header
	if err := l.bodies.write(header.Height, encodeBody(&decided)); err != nil {
		return l.fail(err)
	}
	payload := encodeSealed(header, &decided.Proof)
	if err := l.headers.write(header.Height, payload); err != nil {
		return l.fail(err)
	}
	var synced sync.WaitGroup
	var bodyFault error
	synced.Go(func() { bodyFault = l.bodies.sync() })
	headerFault := l.headers.sync()
	synced.Wait()
	if err := errors.Join(bodyFault, headerFault); err != nil {
		return l.fail(err)
	}
	l.bodies.publish()
	l.headers.publish()
	s := &sealed{header: header, proof: decided.Proof, hash: header.Hash(l.options.Hasher)}
	l.decoded.put(header.Height, s, l.decoded.now())
	if err := l.index(header.Height, s.hash, decided.IDs); err != nil {
		return l.fail(err)
	}
	l.changeStatus(func(s *ledger.Status) { s.Decided = header.Height })
	return nil
}

// index notes where the block and its transactions stand.
func (l *Ledger) index(height uint64, hash chain.Hash, ids []chain.Hash) error {
	batch := l.db.NewBatch()
	defer batch.Close()
	fault := putBlock(batch, hash, height)
	for _, i := range byID(ids) {
		fault = errors.Join(fault, putInclusion(batch, ids[i], height, uint32(i)))
	}
	fault = errors.Join(fault, batch.Set(keyIndexed, number(height+1), nil))
	if fault != nil {
		return fault
	}
	return batch.Commit(pebble.NoSync)
}

func putBlock(batch *pebble.Batch, hash chain.Hash, height uint64) error {
	return batch.Set(blockKey(hash), number(height), nil)
}

func putInclusion(batch *pebble.Batch, id chain.Hash, height uint64, place uint32) error {
	return batch.Set(includeKey(id, height), binary.BigEndian.AppendUint32(nil, place), nil)
}

// byID returns the places of ids in ascending order of these, which Pebble takes sooner.
func byID(ids []chain.Hash) []int {
	places := make([]int, len(ids))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return bytes.Compare(ids[a][:], ids[b][:]) })
	return places
}

// Close waits for running calls, closes open views and releases everything.
func (l *Ledger) Close() error {
	l.warming.close()
	l.events.Close() // it reads through the gate
	if !l.gate.close() {
		return ledger.ErrClosed
	}
	var faults []error
	for _, v := range l.openViews() {
		if err := v.Close(); err != nil && !errors.Is(err, ledger.ErrClosed) {
			faults = append(faults, err)
		}
	}
	return errors.Join(append(faults, l.release(l.failure.Load() == nil))...)
}

// release closes what is open. When keep is false the files are left as a crash
// would leave them, for recovery to look at.
func (l *Ledger) release(keep bool) error {
	var faults []error
	if l.events != nil {
		l.events.Close()
	}
	l.latest.close()
	l.latestNodes.close()
	if l.db != nil {
		if keep {
			if l.events != nil {
				faults = append(faults, l.events.Save())
			}
			faults = append(faults, flush(l.db, l.trouble))
		}
		faults = append(faults, l.db.Close())
	}
	for _, c := range l.columns() {
		if keep {
			faults = append(faults, c.close())
		} else {
			faults = append(faults, c.abandon())
		}
	}
	if l.directoryLock != nil {
		faults = append(faults, l.directoryLock.Close())
	}
	return errors.Join(faults...)
}

// abandon releases what a failed open holds and returns its error.
func (l *Ledger) abandon(err error) error {
	return errors.Join(err, l.release(false))
}
