package segment

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// entriesAtOnce bounds the entries that are loaded into the scratch state in one step.
const entriesAtOnce = 1 << 14

// state applies all kept write sets to a scratch database, compares the root at
// every height, and at the end the scratch database with the ledger's own.
func (i *inspection) state(ctx context.Context) (err error) {
	place := i.fs.PathJoin(i.options.Directory, inspectionPlace)
	if err := i.fs.RemoveAll(place); err != nil && !isNotExist(err) {
		return err
	}
	failed := newTrouble()
	scratch, err := openDatabase(i.fs, place, i.options.Logf, failed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close(), i.fs.RemoveAll(place)) }()
	next, whole, err := i.base(ctx, scratch)
	if err != nil || !whole {
		return err
	}
	for height := next; height <= i.status.Executed; height++ {
		if err := errors.Join(ctx.Err(), failed.err()); err != nil {
			return err
		}
		whole, err := i.again(scratch, height)
		if err != nil || !whole {
			return err // a later root cannot be right after a wrong one
		}
		i.progress(0.5 + float64(height-next)/float64(i.status.Executed-next+1)/2)
	}
	if err := i.compare(scratch, tableState); err != nil {
		return err
	}
	return i.compare(scratch, tableNode)
}

// base fills the scratch database with the oldest state from which write sets are
// kept, and returns the height that follows.
func (i *inspection) base(ctx context.Context, scratch *pebble.DB) (next uint64, whole bool, err error) {
	if i.status.OldestBody == 0 {
		return 0, true, nil
	}
	height := max(i.status.OldestState, i.status.OldestBody-1)
	opened, err := i.View(height)
	if err != nil {
		return 0, false, err
	}
	defer opened.Close()
	root, err := i.load(ctx, scratch, height, opened.(*view))
	if err != nil {
		return 0, false, err
	}
	want, known := i.rootOf(height)
	i.check(height, "oldest kept state", !known || root == want, "its entries lead to root %s, not %s", root, want)
	return height + 1, !known || root == want, nil
}

// rootOf returns the decided state root after a height, when it is kept.
func (i *inspection) rootOf(height uint64) (root chain.Hash, known bool) {
	if results, err := i.readResults(height); err == nil {
		return results.StateRoot, true
	}
	if !i.delayed || height+i.delay > i.status.Decided {
		return root, false
	}
	s, err := i.readSealed(height + i.delay)
	if err != nil {
		return root, false
	}
	return s.header.StateRoot, true
}

// load copies a view into the scratch database.
func (i *inspection) load(ctx context.Context, scratch *pebble.DB, height uint64, from *view) (root chain.Hash, err error) {
	var writes []chain.Write
	flush := func() error {
		root, err = i.fold(scratch, height, writes)
		writes = writes[:0]
		return err
	}
	err = from.scan(nil, nil, func(encoded, value []byte) (bool, error) {
		key, err := chain.DecodeStateKey(encoded)
		if err != nil {
			return false, corrupt("state key", err)
		}
		if writes = append(writes, chain.Write{Key: key, Value: value}); len(writes) < entriesAtOnce {
			return true, nil
		}
		return true, errors.Join(ctx.Err(), flush())
	})
	if err != nil {
		return root, err
	}
	return root, flush()
}

// again applies the write sets of one height.
func (i *inspection) again(scratch *pebble.DB, height uint64) (whole bool, err error) {
	results, err := i.readResults(height)
	if err != nil {
		if errors.Is(err, ledger.ErrCorrupt) {
			i.fault(height, "results", err)
			return false, nil
		}
		return false, err
	}
	root, err := i.fold(scratch, height, results.Writes())
	if err != nil {
		return false, err
	}
	i.check(height, "write sets", root == results.StateRoot, "they lead to state root %s, results say %s", root, results.StateRoot)
	return root == results.StateRoot, nil
}

// compare reports the first difference between a table of the scratch database and
// the ledger's own at the tip.
func (i *inspection) compare(scratch *pebble.DB, table byte) (err error) {
	bounds := &pebble.IterOptions{LowerBound: []byte{table}, UpperBound: []byte{table + 1}}
	want, err := scratch.NewIter(bounds)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, want.Close()) }()
	have, err := i.tip.snapshot.NewIter(bounds)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, have.Close()) }()
	place := map[byte]string{tableState: "flat state", tableNode: "commitment nodes"}[table]
	want.First()
	for have.First(); have.Valid(); have.Next() {
		outcome, err := i.alike(want, have)
		if err != nil {
			return err
		}
		if outcome == differs {
			break
		}
		if outcome == same {
			want.Next()
		}
	}
	if err := errors.Join(want.Error(), have.Error()); err != nil {
		return err
	}
	if want.Valid() || have.Valid() {
		i.fault(i.status.Executed, place, fmt.Errorf("%w: %s where the write sets lead to %s: %s",
			ledger.ErrCorrupt, describe(have), describe(want), i.remedy()))
	}
	return nil
}

// renews is a commitment that has written its nodes in other ways before.
type renews interface {
	// Current returns the node with a name as it is written now, nil when none is.
	Current(nodes ledger.Nodes, name, node []byte) ([]byte, error)
}

// likeness is what a record is beside the one that should be there.
type likeness int

const (
	differs likeness = iota
	same
	former // an earlier version wrote it, this one writes none
)

// alike compares the record at have with what should be there: a node may have patches behind it, or
// be as an earlier version wrote it.
func (i *inspection) alike(want, have *pebble.Iterator) (likeness, error) {
	there := want.Valid() && bytes.Equal(want.Key(), have.Key())
	if have.Key()[0] != tableNode {
		if there && bytes.Equal(want.Value(), have.Value()) {
			return same, nil
		}
		return differs, nil
	}
	kept, err := decodeNode(bytes.Clone(have.Value()))
	if err != nil {
		return differs, nil //nolint:nilerr // it is not as it should be
	}
	var right node
	if there {
		if right, err = decodeNode(bytes.Clone(want.Value())); err != nil {
			return differs, err
		}
	}
	if there && bytes.Equal(right.value, kept.value) {
		return same, nil
	}
	commitment, can := i.commitment.(renews)
	if !can {
		return differs, nil
	}
	current, err := commitment.Current(nodesNow{i.tip.snapshot}, have.Key()[1:], kept.value)
	switch {
	case err != nil:
		return differs, nil //nolint:nilerr // it is not as it should be
	case current == nil:
		return former, nil
	case there && bytes.Equal(right.value, current):
		return same, nil
	}
	return differs, nil
}

func describe(at *pebble.Iterator) string {
	if !at.Valid() {
		return "the end"
	}
	return fmt.Sprintf("entry %x", at.Key())
}
