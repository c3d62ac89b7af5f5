package segment

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// A journal lists the keys of which one height left history: table byte, length
// as uvarint, key. Pruning and rewinding need it, since history is sorted by key.

func appendJournal(dst []byte, table byte, key []byte) []byte {
	dst = append(dst, table)
	dst = binary.AppendUvarint(dst, uint64(len(key)))
	return append(dst, key...)
}

// eachJournal calls f for every key in a journal.
func eachJournal(journal []byte, f func(table byte, key []byte) error) error {
	for len(journal) > 0 {
		table := journal[0]
		length, n := binary.Uvarint(journal[1:])
		if n <= 0 || length > uint64(len(journal)-1-n) || table != tableState && table != historyNode {
			return fmt.Errorf("%w: journal", ledger.ErrCorrupt)
		}
		key := journal[1+n : 1+n+int(length)]
		if err := f(table, key); err != nil {
			return err
		}
		journal = journal[1+n+int(length):]
	}
	return nil
}
