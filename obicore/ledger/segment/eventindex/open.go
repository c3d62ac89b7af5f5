package eventindex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Sizes of the record of the open run: what precedes its entries, and one of them.
const (
	openHead  = 16
	openEntry = 12
)

// writeOpen saves a run that is not closed.
func writeOpen(db *pebble.DB, s span, entries []entry) error {
	b := make([]byte, 0, openHead+openEntry*len(entries))
	b = binary.BigEndian.AppendUint64(b, s.first)
	b = binary.BigEndian.AppendUint64(b, s.next)
	for _, e := range entries {
		b = binary.BigEndian.AppendUint64(b, uint64(e.name))
		b = binary.BigEndian.AppendUint32(b, e.offset)
	}
	return db.Set([]byte{tableOpen}, b, pebble.NoSync)
}

// readOpen returns the run that was saved last, one of no heights when there is none.
func readOpen(db *pebble.DB) (s span, entries []entry, err error) {
	value, closer, err := db.Get([]byte{tableOpen})
	if errors.Is(err, pebble.ErrNotFound) {
		return s, nil, nil
	}
	if err != nil {
		return s, nil, err
	}
	b := slices.Clone(value)
	if err := closer.Close(); err != nil {
		return s, nil, err
	}
	if len(b) < openHead || (len(b)-openHead)%openEntry != 0 {
		return s, nil, fmt.Errorf("%w: open run of the event index of %d bytes", ledger.ErrCorrupt, len(b))
	}
	s = span{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
	if s.next < s.first || s.next-s.first > RunHeights {
		return s, nil, fmt.Errorf("%w: open run of the event index from height %d to %d", ledger.ErrCorrupt, s.first, s.next)
	}
	entries = make([]entry, (len(b)-openHead)/openEntry)
	for i := range entries {
		at := b[openHead+i*openEntry:]
		entries[i] = entry{name(binary.BigEndian.Uint64(at)), binary.BigEndian.Uint32(at[8:])}
		if uint64(entries[i].offset) >= s.next-s.first {
			return s, nil, fmt.Errorf("%w: open run of the event index at height %d", ledger.ErrCorrupt, s.first)
		}
	}
	return s, entries, nil
}
