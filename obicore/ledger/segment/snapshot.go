package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// snapshotPlace is where a running Snapshot sorts entries.
const snapshotPlace = "snapshot"

var _ ledger.Snapshotter = (*Ledger)(nil)

// Snapshot gives the state at a height away; see [ledger.Snapshotter]. Flat state is in
// the order of keys, so that with a commitment that proves ranges it is first sorted by
// place, in files inside the ledger's directory that are together as large as the state.
// One Snapshot runs at a time, and Close waits for it.
func (l *Ledger) Snapshot(ctx context.Context, height uint64, emit func(*ledger.Chunk) error) error {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	l.snapshotLock.Lock()
	defer l.snapshotLock.Unlock()
	opened, err := l.View(height)
	if err != nil {
		return err
	}
	v := opened.(*view)
	if ranger, proves := l.commitment.(ledger.Ranger); proves {
		err = l.emitByPlace(ctx, v, ranger, emit)
	} else {
		err = v.emitByKey(ctx, emit)
	}
	return errors.Join(err, v.Close())
}

// each calls f for every entry of the view, in the order of keys.
func (v *view) each(ctx context.Context, f func(entry chain.Write) error) error {
	return v.scan(nil, nil, func(encoded, value []byte) (bool, error) {
		key, err := chain.DecodeStateKey(encoded)
		if err != nil {
			return false, corrupt("state key", err)
		}
		return true, errors.Join(ctx.Err(), f(chain.Write{Key: key, Value: value}))
	})
}

func (v *view) emitByKey(ctx context.Context, emit func(*ledger.Chunk) error) error {
	c, size := &ledger.Chunk{}, int64(0)
	err := v.each(ctx, func(entry chain.Write) error {
		if add := sizeOf(&entry); size > 0 && size+add > ledger.ChunkBytes {
			if err := emit(c); err != nil {
				return err
			}
			c, size = &ledger.Chunk{}, 0
		}
		c.Entries, size = append(c.Entries, entry), size+sizeOf(&entry)
		return nil
	})
	if err != nil {
		return err
	}
	return emit(c)
}

// sizeOf is about what an entry takes in a chunk.
func sizeOf(entry *chain.Write) int64 {
	return int64(chain.AddressSize + 16 + len(entry.Key.Subkey) + len(entry.Value))
}

func (l *Ledger) emitByPlace(ctx context.Context, v *view, ranger ledger.Ranger, emit func(*ledger.Chunk) error) (err error) {
	folder := l.fs.PathJoin(l.options.Directory, snapshotPlace)
	if err := errors.Join(l.clear(snapshotPlace), l.fs.MkdirAll(folder, 0o755)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.clear(snapshotPlace)) }()
	s := &sorter{fs: l.fs, folder: folder, memory: sortedBytes, emit: func(within ledger.Range, entries []placed) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := &ledger.Chunk{Within: within, Entries: make([]chain.Write, len(entries))}
		for i := range entries {
			c.Entries[i] = entries[i].entry
		}
		var err error
		if c.Proof, err = ranger.ProveRange(v.nodes(), within); err != nil {
			return fmt.Errorf("segment: proof of a chunk at height %d: %w", v.height, err)
		}
		return emit(c)
	}}
	return s.sort(ledger.Range{}, func(put func(placed) error) error {
		return v.each(ctx, func(entry chain.Write) error { return put(placed{ranger.Place(entry.Key), entry}) })
	})
}

// clear removes a scratch folder of the ledger's directory.
func (l *Ledger) clear(place string) error {
	if err := l.fs.RemoveAll(l.fs.PathJoin(l.options.Directory, place)); err != nil && !isNotExist(err) {
		return err
	}
	return nil
}
