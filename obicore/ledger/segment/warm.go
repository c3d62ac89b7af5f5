package segment

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// How many entries are read, and about how long, while the state stands still.
const (
	warmAtOnce = 256
	warmAtMost = time.Millisecond
)

// warming fills what the ledger remembers with what its database holds, once it has been
// opened, nodes before entries. It works between two changes of the state, half of the time of a core at
// most, and ends where there is no more room.
type warming struct {
	stop context.CancelFunc
	done chan struct{}
}

func (l *Ledger) startWarming() {
	ctx, stop := context.WithCancel(context.Background())
	l.warming = &warming{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(l.warming.done)
		err := l.warm(ctx)
		if err != nil && ctx.Err() == nil {
			l.options.Logf("ledger: reading ahead what the state holds has ended: %v", err)
		}
	}()
}

// close ends it; it is nil in a ledger that is not open.
func (w *warming) close() {
	if w != nil {
		w.stop()
		<-w.done
	}
}

func (l *Ledger) warm(ctx context.Context) error {
	err := l.warmTable(ctx, tableNode, func(name, record []byte) (room bool, err error) {
		n, err := decodeNode(bytes.Clone(record))
		if err != nil {
			return false, err // who needs it finds out as well
		}
		return l.latestNodes.offer(l.mark, string(name), n), nil
	})
	if err != nil {
		return err
	}
	return l.warmTable(ctx, tableState, func(encoded, value []byte) (room bool, err error) {
		key, err := chain.DecodeStateKey(encoded)
		if err != nil {
			return false, err
		}
		return l.latest.offer(l.mark, key, bytes.Clone(value)), nil
	})
}

// warmTable gives the entries of a table to keep until that has no more room.
func (l *Ledger) warmTable(ctx context.Context, table byte, keep func(key, value []byte) (room bool, err error)) error {
	for from := []byte{table}; from != nil; {
		began := time.Now()
		var err error
		if from, err = l.warmSome(ctx, from, table, keep); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
	return nil
}

// warmSome gives some entries to keep and returns where others follow.
func (l *Ledger) warmSome(ctx context.Context, from []byte, table byte, keep func(key, value []byte) (room bool, err error)) (next []byte, err error) {
	l.stateLock.RLock()
	defer l.stateLock.RUnlock()
	iterator, err := l.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: []byte{table + 1}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, iterator.Close()) }()
	began, count := time.Now(), 0
	for iterator.First(); iterator.Valid(); iterator.Next() {
		if count++; count > warmAtOnce || count > 1 && (time.Since(began) > warmAtMost || ctx.Err() != nil) {
			return bytes.Clone(iterator.Key()), nil
		}
		value, err := iterator.ValueAndErr()
		if err != nil {
			return nil, err
		}
		if room, err := keep(iterator.Key()[1:], value); err != nil || !room {
			return nil, err
		}
	}
	return nil, iterator.Error()
}
