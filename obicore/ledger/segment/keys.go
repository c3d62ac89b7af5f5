package segment

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// First bytes of the keys in Pebble; doc.go describes each.
const (
	tableBlock    = 'B'
	tableNode     = 'C'
	tableHistory  = 'H'
	tableInclude  = 'I'
	tableJournal  = 'J'
	tableMeta     = 'M'
	tableState    = 'S'
	tableFirst    = tableBlock
	tableAfterAll = tableState + 1
)

// historyNode stands for the commitment's nodes in keys of history and in journals.
const historyNode = 'N'

// Where earlier versions kept the commitment's nodes, and patches of them; see convert.
const (
	formerNode  = 'N'
	formerPatch = 'P'
)

var (
	keyApplied = []byte("Mapplied") // count of heights whose state is in, and the root
	keyIndexed = []byte("Mindexed") // count of heights whose block is indexed
	keyOldest  = []byte("Moldest")  // lowest height whose state can be read
	keyBodies  = []byte("Mbodies")  // lowest height whose body, results and inclusions are kept
)

func entryKey(table byte, key []byte) []byte {
	return appendEntryKey(make([]byte, 0, 1+len(key)), table, key)
}

func appendEntryKey(dst []byte, table byte, key []byte) []byte {
	return append(append(dst, table), key...)
}

func blockKey(hash chain.Hash) []byte { return entryKey(tableBlock, hash[:]) }

func journalKey(height uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{tableJournal}, height)
}

// includeKey sorts the inclusions of one id by height.
func includeKey(id chain.Hash, height uint64) []byte {
	return binary.BigEndian.AppendUint64(entryKey(tableInclude, id[:]), height)
}

// The end of an escaped key, which sorts before every continuation of it.
const (
	escapeZero = 0xff // 0x00 0xff stands for 0x00
	escapeEnd  = 0x01 // 0x00 0x01 ends the key
)

// appendEscaped appends key so that escaped keys sort as the keys do, and none is
// a prefix of another.
func appendEscaped(dst, key []byte) []byte {
	for _, c := range key {
		if dst = append(dst, c); c == 0 {
			dst = append(dst, escapeZero)
		}
	}
	return append(dst, 0, escapeEnd)
}

// unescape returns the key at the start of b and what stands after it.
func unescape(b []byte) (key, rest []byte, err error) {
	for i := 0; i+1 < len(b); i++ {
		if b[i] != 0 {
			key = append(key, b[i])
			continue
		}
		switch i++; b[i] {
		case escapeZero:
			key = append(key, 0)
		case escapeEnd:
			return key, b[i+1:], nil
		default:
			return nil, nil, fmt.Errorf("%w: escaped key", ledger.ErrCorrupt)
		}
	}
	return nil, nil, fmt.Errorf("%w: escaped key without an end", ledger.ErrCorrupt)
}

// historyPrefix starts all history records of one key of a table.
func historyPrefix(table byte, key []byte) []byte {
	return appendEscaped([]byte{tableHistory, table}, key)
}

func historyKey(table byte, key []byte, height uint64) []byte {
	return appendHistoryKey(nil, table, key, height)
}

func appendHistoryKey(dst []byte, table byte, key []byte, height uint64) []byte {
	return binary.BigEndian.AppendUint64(appendEscaped(append(dst, tableHistory, table), key), height)
}

// after returns the first key that sorts behind all keys with the given prefix.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return []byte{tableAfterAll}
}

// History values: one flag byte, then the previous value when there was one, or for a
// node the patch that leads back to it.
const (
	flagAbsent  = 0
	flagPresent = 1
	flagPatch   = 2
)

func appendHistory(dst, previous []byte) []byte {
	if len(previous) == 0 {
		return append(dst, flagAbsent)
	}
	return append(append(dst, flagPresent), previous...)
}

// past is what a history record says.
type past struct {
	previous []byte // nil when there was none
	patch    bool   // previous is the patch that leads back to it
}

// decodeHistory returns a copy of what a record says.
func decodeHistory(b []byte) (past, error) {
	switch {
	case len(b) == 1 && b[0] == flagAbsent:
		return past{}, nil
	case len(b) > 1 && (b[0] == flagPresent || b[0] == flagPatch):
		return past{previous: append([]byte(nil), b[1:]...), patch: b[0] == flagPatch}, nil
	}
	return past{}, fmt.Errorf("%w: history record", ledger.ErrCorrupt)
}
