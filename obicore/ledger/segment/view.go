package segment

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// view is the state at one height, read from a Pebble snapshot.
type view struct {
	owner    *Ledger
	height   uint64
	snapshot *pebble.Snapshot
	current  bool   // the snapshot's flat state is the view's
	mark     uint64 // of the state, when it is current
	gate     *gate
}

// View opens the state after the block at height; see [ledger.State].
func (l *Ledger) View(height uint64) (ledger.View, error) {
	if err := l.gate.enter(); err != nil {
		return nil, err
	}
	defer l.gate.leave()
	v, err := l.openView(height)
	if err != nil {
		return nil, err
	}
	l.viewsLock.Lock()
	l.views[v] = struct{}{}
	l.viewsLock.Unlock()
	return v, nil
}

func (l *Ledger) openView(height uint64) (*view, error) {
	l.stateLock.RLock()
	defer l.stateLock.RUnlock()
	switch status := l.Status(); {
	case height > status.Executed:
		return nil, fmt.Errorf("%w: state of height %d, the last executed is %d", ledger.ErrNotFound, height, status.Executed)
	case height < status.OldestState:
		return nil, fmt.Errorf("%w: state of height %d, the oldest kept is %d", ledger.ErrPruned, height, status.OldestState)
	default:
		return &view{owner: l, height: height, snapshot: l.db.NewSnapshot(), current: height == status.Executed, mark: l.mark, gate: newGate()}, nil
	}
}

func (l *Ledger) openViews() []*view {
	l.viewsLock.Lock()
	defer l.viewsLock.Unlock()
	open := make([]*view, 0, len(l.views))
	for v := range l.views {
		open = append(open, v)
	}
	return open
}

// Height is the height after whose block the view stands.
func (v *view) Height() uint64 { return v.height }

// Close releases the view.
func (v *view) Close() error {
	if !v.gate.close() {
		return ledger.ErrClosed
	}
	v.owner.viewsLock.Lock()
	delete(v.owner.views, v)
	v.owner.viewsLock.Unlock()
	return v.snapshot.Close()
}

// Get returns the value of an entry, nil when absent.
func (v *view) Get(key chain.StateKey) ([]byte, error) {
	if err := v.gate.enter(); err != nil {
		return nil, err
	}
	defer v.gate.leave()
	if !v.current {
		return getAt(v.snapshot, tableState, key.Encode(), v.height)
	}
	if value, known := v.owner.latest.get(v.mark, key); known {
		return value, nil
	}
	value, err := get(v.snapshot, entryKey(tableState, key.Encode()))
	if err == nil {
		v.owner.latest.put(v.mark, key, value)
	}
	return value, err
}

func (v *view) nodes() ledger.Nodes {
	if v.current {
		return nodesNow{v.snapshot}
	}
	return nodesAt{v.snapshot, v.height}
}

// Scan calls f for the entries of one owner and space from a subkey on.
func (v *view) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	prefix := chain.StateKey{Owner: owner, Space: space}.Encode()
	return v.scan(prefix, append(bytes.Clone(prefix), from...), func(key, value []byte) (bool, error) {
		return f(string(key[len(prefix):]), value), nil
	})
}

// scan calls f for the entries whose encoded key has a prefix, from a key on.
func (v *view) scan(prefix, from []byte, f func(key, value []byte) (bool, error)) error {
	if err := v.gate.enter(); err != nil {
		return err
	}
	defer v.gate.leave()
	s, err := v.openScan(prefix, from)
	if err != nil {
		return err
	}
	err = s.run(f)
	return errors.Join(err, s.close())
}

// scanner merges the flat entries with their history.
type scanner struct {
	flat    *pebble.Iterator
	history *pebble.Iterator // nil when the flat entries are the view's
	height  uint64
}

func (v *view) openScan(prefix, from []byte) (s *scanner, err error) {
	s = &scanner{height: v.height}
	s.flat, err = v.snapshot.NewIter(&pebble.IterOptions{
		LowerBound: entryKey(tableState, from), UpperBound: after(entryKey(tableState, prefix)),
	})
	if err != nil || v.current {
		return s, err
	}
	// An escaped key without its end is a prefix of all its continuations.
	lower, upper := historyPrefix(tableState, from), historyPrefix(tableState, prefix)
	s.history, err = v.snapshot.NewIter(&pebble.IterOptions{
		LowerBound: lower[:len(lower)-2], UpperBound: after(upper[:len(upper)-2]),
	})
	if err != nil {
		return nil, errors.Join(err, s.flat.Close())
	}
	return s, nil
}

func (s *scanner) close() error {
	err := s.flat.Close()
	if s.history != nil {
		err = errors.Join(err, s.history.Close())
	}
	return err
}

func (s *scanner) run(f func(key, value []byte) (bool, error)) error {
	s.flat.First()
	if s.history != nil {
		s.history.First()
	}
	for {
		key, value, found, err := s.next()
		if err != nil || !found {
			return err
		}
		if len(value) == 0 {
			continue // absent at the view's height
		}
		if more, err := f(key, value); err != nil || !more {
			return err
		}
	}
}

// next returns the next key that stands in either iterator, with its value at the
// view's height, and steps over it.
func (s *scanner) next() (key, value []byte, found bool, err error) {
	past, err := s.historyKey()
	if err != nil {
		return nil, nil, false, err
	}
	if s.flat.Valid() {
		key = s.flat.Key()[1:]
	}
	switch order := compareKeys(key, past); {
	case key == nil && past == nil:
		return nil, nil, false, errors.Join(s.flat.Error(), s.historyError())
	case order < 0:
		return s.takeFlat()
	case order > 0:
		value, changed, err := s.takeHistory(past)
		if !changed {
			value = nil // it came into being before the view's height, and was removed before it
		}
		return past, value, true, err
	}
	value, changed, err := s.takeHistory(past)
	if err != nil {
		return nil, nil, false, err
	}
	key, now, found, err := s.takeFlat()
	if changed {
		return key, value, found, err
	}
	return key, now, found, err
}

// compareKeys orders keys, nil after all others.
func compareKeys(a, b []byte) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return bytes.Compare(a, b)
}

func (s *scanner) takeFlat() (key, value []byte, found bool, err error) {
	value, err = s.flat.ValueAndErr()
	key, value = bytes.Clone(s.flat.Key()[1:]), bytes.Clone(value)
	s.flat.Next()
	return key, value, true, err
}

// historyKey returns the key whose records come next in history, nil at the end.
func (s *scanner) historyKey() ([]byte, error) {
	if s.history == nil || !s.history.Valid() {
		return nil, nil
	}
	key, _, err := unescape(s.history.Key()[2:])
	return key, err
}

func (s *scanner) historyError() error {
	if s.history == nil {
		return nil
	}
	return s.history.Error()
}

// takeHistory returns the value that key had at the view's height, when it has
// changed since, and steps over its records.
func (s *scanner) takeHistory(key []byte) (value []byte, changed bool, err error) {
	prefix := historyPrefix(tableState, key)
	if s.history.SeekGE(historyKey(tableState, key, s.height+1)) && bytes.HasPrefix(s.history.Key(), prefix) {
		content, err := s.history.ValueAndErr()
		if err != nil {
			return nil, false, err
		}
		record, err := decodeHistory(content)
		if err != nil {
			return nil, false, err
		}
		value, changed = record.previous, true
	}
	s.history.SeekGE(after(prefix))
	return value, changed, s.history.Error()
}
