package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Sizes of Pebble's memory in bytes. What the memory table holds at a power cut is
// replayed from the result column.
const (
	blockCacheSize  = 224 << 20 // Pebble takes its memory tables out of this; what is asked for most is in latest
	memoryTableSize = 64 << 20
	openTables      = 1000
	// A larger base level spares the state of millions of accounts a level, and each
	// level is written some ten times as often as what is new.
	largestLevelAbove = 256 << 20
	// A compaction of the tables above writes the base level again, however few they are. A
	// lookup asks the filter of each; writers wait for compactions only at the second number.
	tablesAbove       = 12
	tablesAboveAtMost = 40
	bloomBitsPerKey   = 10
	// Each block is a call of the operating system, where it is read and where it is written, and
	// what ten million accounts are kept in is read all over: with blocks of 4 KiB in tables of
	// 2 to 16 MiB a transfer took three reads or more and two writes or more, most of them by
	// compactions, with these one and a half and a fifth. An index of one piece spares a look.
	blockSize        = 16 << 10
	indexBlockSize   = 256 << 10
	youngTableSize   = 16 << 20 // each level doubles it
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
		LBaseMaxBytes:               largestLevelAbove,
		L0CompactionThreshold:       tablesAbove,
		L0StopWritesThreshold:       tablesAboveAtMost,
		MaxOpenFiles:                openTables,
		DisableWAL:                  true,
		FormatMajorVersion:          databaseFormat,
		Logger:                      notes{logf},
		CompactionConcurrencyRange:  func() (int, int) { return 1, compactionsAtOne },
	}
	options.EventListener = &pebble.EventListener{DataCorruption: onCorruption(logf), BackgroundError: t.note}
	options.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionNone })
	options.TargetFileSizes[0] = youngTableSize
	for i := range options.Levels {
		options.Levels[i].BlockSize, options.Levels[i].IndexBlockSize = blockSize, indexBlockSize
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

// historyAbove reads the records of one key above a height.
func historyAbove(reader pebble.Reader, prefix []byte, height uint64) (*pebble.Iterator, error) {
	return reader.NewIter(&pebble.IterOptions{
		LowerBound: binary.BigEndian.AppendUint64(append([]byte(nil), prefix...), height+1), UpperBound: after(prefix),
	})
}

func firstHistory(reader pebble.Reader, prefix []byte, height uint64) (found bool, value []byte, err error) {
	iterator, err := historyAbove(reader, prefix, height)
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
	record, err := decodeHistory(content)
	return true, record.previous, err
}
