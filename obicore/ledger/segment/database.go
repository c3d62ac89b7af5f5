package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Sizes of Pebble's memory in bytes. What the memory table holds at a power cut is
// replayed from the result column.
const (
	blockCacheSize   = 64 << 20 // Pebble takes its memory tables out of this
	memoryTableSize  = 64 << 20
	openTables       = 256
	bloomBitsPerKey  = 10
	databaseFormat   = pebble.FormatTableFormatV6
	compactionsAtOne = 2
)

// notes passes Pebble's errors on to the operator and keeps its chatter back.
type notes struct{ logf func(string, ...any) }

func (n notes) Infof(string, ...any) {}

func (n notes) Errorf(format string, args ...any) { n.logf("pebble: "+format, args...) }

// Fatalf must not return: Pebble calls it when an invariant of its own is broken.
// Damaged files do not come here: see onCorruption.
func (n notes) Fatalf(format string, args ...any) {
	n.logf("pebble: "+format, args...)
	panic(fmt.Sprintf("pebble: "+format, args...))
}

// openDatabase opens the index and flat state. Nothing in it is written ahead or
// synced: all of it can be made again from the columns. What Pebble cannot write in
// the background goes to trouble.
func openDatabase(fs vfs.FS, folder string, logf func(string, ...any), t *trouble) (*pebble.DB, error) {
	options := &pebble.Options{
		FS:                          manifestOrder{fs},
		CacheSize:                   blockCacheSize,
		MemTableSize:                memoryTableSize,
		MemTableStopWritesThreshold: 4,
		MaxOpenFiles:                openTables,
		DisableWAL:                  true,
		FormatMajorVersion:          databaseFormat,
		Logger:                      notes{logf},
		CompactionConcurrencyRange:  func() (int, int) { return 1, compactionsAtOne },
	}
	options.EventListener = &pebble.EventListener{DataCorruption: onCorruption(logf), BackgroundError: t.note}
	options.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionNone })
	for i := range options.Levels {
		options.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBitsPerKey)
	}
	db, err := pebble.Open(folder, options)
	if err != nil {
		return nil, fmt.Errorf("segment: open %s: %w; while all results are kept, the folder may be removed: it is then made again", folder, err)
	}
	return db, nil
}

// trouble is the first failure of what a database does in the background. Pebble tries
// a flush again for ever, thousands of times a second while a disk is full: whoever
// writes or waits must look here.
type trouble struct {
	once     sync.Once
	happened chan struct{} // closed at the first failure
	cause    error
}

func newTrouble() *trouble { return &trouble{happened: make(chan struct{})} }

func (t *trouble) note(err error) {
	t.once.Do(func() {
		t.cause = fmt.Errorf("segment: the database cannot write: %w", err)
		close(t.happened)
	})
}

// err returns the failure, or nil.
func (t *trouble) err() error {
	select {
	case <-t.happened:
		return t.cause
	default:
		return nil
	}
}

// flush makes what is in memory durable, or gives up with the first failure.
func flush(db *pebble.DB, t *trouble) error {
	flushed, err := db.AsyncFlush()
	if err != nil {
		return err
	}
	select {
	case <-flushed:
		return nil
	case <-t.happened:
		return t.cause
	}
}

// onCorruption notes a damaged file of Pebble's. Its own listener would end the
// process; the read that met the damage returns an error instead.
func onCorruption(logf func(string, ...any)) func(pebble.DataCorruptionInfo) {
	return func(info pebble.DataCorruptionInfo) {
		logf("pebble: %s is damaged: %v", info.Path, info.Details)
	}
}

// get returns a copy of the value under key, nil when absent.
func get(reader pebble.Reader, key []byte) ([]byte, error) {
	value, closer, err := reader.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if errors.Is(err, pebble.ErrCorruption) {
		return nil, fmt.Errorf("%w: %w", ledger.ErrCorrupt, err)
	}
	if err != nil {
		return nil, err
	}
	found := append(make([]byte, 0, len(value)), value...)
	return found, closer.Close()
}

func getNumber(reader pebble.Reader, key []byte) (uint64, error) {
	value, err := get(reader, key)
	if err != nil || value == nil {
		return 0, err
	}
	if len(value) < 8 {
		return 0, fmt.Errorf("%w: %s has %d bytes", ledger.ErrCorrupt, key, len(value))
	}
	return binary.BigEndian.Uint64(value), nil
}

func number(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// nodesNow reads the commitment's nodes as the database has them.
type nodesNow struct{ reader pebble.Reader }

func (n nodesNow) Node(name []byte) ([]byte, error) { return get(n.reader, entryKey(tableNode, name)) }

// remembered reads nodes and keeps what it read, so that a commit need not read the
// previous values again. It is safe for concurrent use.
type remembered struct {
	nodesNow
	latest *latest[string] // of this height; nil for none
	height uint64

	lock  sync.Mutex
	nodes map[string][]byte
}

func remember(reader pebble.Reader) *remembered {
	return &remembered{nodesNow: nodesNow{reader}, nodes: make(map[string][]byte)}
}

func (r *remembered) Node(name []byte) ([]byte, error) {
	value, err := r.read(name)
	if err == nil {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.nodes[string(name)] = value
	}
	return value, err
}

func (r *remembered) read(name []byte) ([]byte, error) {
	if r.latest == nil {
		return r.nodesNow.Node(name)
	}
	if value, known := r.latest.get(r.height, string(name)); known {
		return value, nil
	}
	value, err := r.nodesNow.Node(name)
	if err == nil {
		r.latest.put(r.height, string(name), value)
	}
	return value, err
}

// previous returns what a node was before the change.
func (r *remembered) previous(name []byte) ([]byte, error) {
	if value, read := r.nodes[string(name)]; read {
		return value, nil
	}
	return r.nodesNow.Node(name)
}

// nodesAt reads the nodes as they stood after a height.
type nodesAt struct {
	reader pebble.Reader
	height uint64
}

func (n nodesAt) Node(name []byte) ([]byte, error) {
	return getAt(n.reader, tableNode, name, n.height)
}

// getAt returns the value that a key of a table had after the block at height: the
// first later history record has it, else it has not changed since.
func getAt(reader pebble.Reader, table byte, key []byte, height uint64) (value []byte, err error) {
	prefix := historyPrefix(table, key)
	found, value, err := firstHistory(reader, prefix, height)
	if err != nil || found {
		return value, err
	}
	return get(reader, entryKey(table, key))
}

func firstHistory(reader pebble.Reader, prefix []byte, height uint64) (found bool, value []byte, err error) {
	iterator, err := reader.NewIter(&pebble.IterOptions{
		LowerBound: binary.BigEndian.AppendUint64(append([]byte(nil), prefix...), height+1),
		UpperBound: after(prefix),
	})
	if err != nil {
		return false, nil, err
	}
	defer func() { err = errors.Join(err, iterator.Close()) }()
	if !iterator.First() {
		return false, nil, nil
	}
	content, err := iterator.ValueAndErr()
	if err != nil {
		return false, nil, err
	}
	value, err = decodeHistory(content)
	return true, value, err
}

// apply puts the outcome of one height into batch: flat entries, nodes, and their
// previous values with a journal when history is kept. What known tells of the entries
// before, if anything, need not be read.
func apply(batch *pebble.Batch, nodes *remembered, height uint64, writes []chain.Write, change ledger.Change, keep bool, known *latest[chain.StateKey]) error {
	a := &applier{batch: batch, height: height, keep: keep}
	for i := range writes {
		state := func(key []byte) ([]byte, error) {
			if known != nil {
				if value, ok := known.get(height-1, writes[i].Key); ok {
					return value, nil
				}
			}
			return get(nodes.reader, entryKey(tableState, key))
		}
		if err := a.put(tableState, writes[i].Key.Encode(), writes[i].Value, state); err != nil {
			return err
		}
	}
	for i := range change.Nodes {
		if err := a.put(tableNode, change.Nodes[i].Name, change.Nodes[i].Value, nodes.previous); err != nil {
			return err
		}
	}
	if len(a.journal) > 0 {
		if err := batch.Set(journalKey(height), a.journal, nil); err != nil {
			return err
		}
	}
	return batch.Set(keyApplied, append(number(height+1), change.Root[:]...), nil)
}

type applier struct {
	batch   *pebble.Batch
	height  uint64
	keep    bool
	journal []byte
}

func (a *applier) put(table byte, key, value []byte, before func(key []byte) ([]byte, error)) error {
	place := entryKey(table, key)
	if a.keep {
		previous, err := before(key)
		if err != nil {
			return err
		}
		if string(previous) == string(value) {
			return nil
		}
		if err := a.batch.Set(historyKey(table, key, a.height), historyValue(previous), nil); err != nil {
			return err
		}
		a.journal = appendJournal(a.journal, table, key)
	}
	if len(value) == 0 {
		return a.batch.Delete(place, nil)
	}
	return a.batch.Set(place, value, nil)
}
