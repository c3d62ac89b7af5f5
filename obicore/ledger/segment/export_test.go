package segment

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

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
		case table == tablePatch:
			nodes++
		case table == tableHistory && records.Value()[0] == flagPatch:
			history++
		}
	}
	return nodes, history, errors.Join(records.Error(), records.Close())
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
