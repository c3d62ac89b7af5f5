package segment

import (
	"bytes"
	"errors"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Warmed waits until a ledger that was opened has read ahead, and returns how many nodes and
// entries it remembers.
func Warmed(l ledger.Ledger) (nodes, entries int) {
	opened := l.(*Ledger)
	<-opened.warming.done
	return opened.latestNodes.count(), opened.latest.count()
}

func (l *latest[K, V]) count() (known int) {
	for i := range l.parts {
		p := &l.parts[i]
		p.mutex.RLock()
		known += len(p.entries) + p.rows.Len()
		p.mutex.RUnlock()
	}
	return known
}

// Overwrite breaks one value of the database.
func Overwrite(l ledger.Ledger, key []byte) error {
	return l.(*Ledger).db.Set(key, []byte("broken"), pebble.NoSync)
}

// DropInclusions removes the index of transactions.
func DropInclusions(l ledger.Ledger) error {
	return l.(*Ledger).db.DeleteRange([]byte{tableInclude}, []byte{tableInclude + 1}, pebble.NoSync)
}

// Patches counts the nodes that are kept as a patch, and the records of history that are
// one.
func Patches(l ledger.Ledger) (nodes, history int, err error) {
	if memory, is := l.(*memoryLedger); is {
		l = memory.Ledger
	}
	records, err := l.(*Ledger).db.NewIter(&pebble.IterOptions{})
	if err != nil {
		return 0, 0, err
	}
	for records.First(); records.Valid(); records.Next() {
		switch table := records.Key()[0]; {
		case table == tableNode:
			if kept, err := decodeNode(bytes.Clone(records.Value())); err != nil {
				return 0, 0, err
			} else if kept.behind > 0 {
				nodes++
			}
		case table == tableHistory && records.Value()[0] == flagPatch:
			history++
		}
	}
	return nodes, history, errors.Join(records.Error(), records.Close())
}

// SetVersion writes the version of a directory.
func SetVersion(l ledger.Ledger, version uint64) error {
	segments := l.(*Ledger)
	identity := identityOf(&segments.options)
	identity.version = version
	return writeFile(segments.fs, segments.fs.PathJoin(segments.options.Directory, identityFile), identity.encode())
}

// Version reads the version of a directory.
func Version(l ledger.Ledger) (uint64, error) {
	segments := l.(*Ledger)
	return claim(segments.fs, segments.options.Directory, identityOf(&segments.options))
}

// Former writes the commitment's nodes as earlier versions kept them.
func Former(l ledger.Ledger) (patches int, err error) {
	db := l.(*Ledger).db
	records, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte{tableNode}, UpperBound: []byte{tableNode + 1}})
	if err != nil {
		return 0, err
	}
	for records.First(); records.Valid(); records.Next() {
		whole, _, err := cutSized(bytes.Clone(records.Value()))
		if err != nil {
			return 0, err
		}
		kept, err := decodeNode(bytes.Clone(records.Value()))
		if err != nil {
			return 0, err
		}
		if patch, short := appendPatch(nil, kept.value, edits(nil, whole, kept.value)); short && len(patch) > 0 {
			patches++
			err = db.Set(entryKey(formerPatch, records.Key()[1:]), patch, pebble.NoSync)
		} else {
			whole = kept.value
		}
		if err = errors.Join(err, db.Set(entryKey(formerNode, records.Key()[1:]), whole, pebble.NoSync)); err != nil {
			return 0, err
		}
	}
	err = errors.Join(records.Error(), records.Close())
	return patches, errors.Join(err, db.DeleteRange([]byte{tableNode}, []byte{tableNode + 1}, pebble.NoSync))
}

// Sort cuts entries into ranges as Snapshot does, with some bytes of memory.
func Sort(fs vfs.FS, memory int64, ranger ledger.Ranger, entries []chain.Write, emit func(ledger.Range, []chain.Write) error) error {
	s := &sorter{fs: fs, folder: "sorting", memory: memory, emit: func(within ledger.Range, part []placed) error {
		writes := make([]chain.Write, len(part))
		for i := range part {
			writes[i] = part[i].entry
		}
		return emit(within, writes)
	}}
	if err := fs.MkdirAll("sorting", 0o755); err != nil {
		return err
	}
	err := s.sort(ledger.Range{}, func(put func(placed) error) (err error) {
		for _, entry := range entries {
			err = errors.Join(err, put(placed{ranger.Place(entry.Key), entry}))
		}
		return err
	})
	left, listed := fs.List("sorting")
	if len(left) > 0 {
		err = errors.Join(err, errors.New("bucket files are left"))
	}
	return errors.Join(err, listed)
}
