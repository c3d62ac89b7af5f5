package segment

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// convertedAtOnce bounds the bytes of one batch of a conversion.
const convertedAtOnce = 4 << 20

// convert writes the commitment's nodes as this version keeps them. Earlier ones had a node as a whole
// and its patch, one for all changes, in tables of their own. They go last, so that what a crash
// interrupts begins again. The directory says first that it is not theirs any more: they would take
// the tree to be empty.
func (l *Ledger) convert(ctx context.Context) error {
	if l.version < directoryVersion {
		identity := identityOf(&l.options)
		if err := writeFile(l.fs, l.fs.PathJoin(l.options.Directory, identityFile), identity.encode()); err != nil {
			return err
		}
		l.version = directoryVersion
	}
	all := []byte{formerNode}
	nodes, err := l.db.NewIter(&pebble.IterOptions{LowerBound: all, UpperBound: after(all)})
	if err != nil {
		return err
	}
	if !nodes.First() {
		return errors.Join(nodes.Error(), nodes.Close())
	}
	l.options.Logf("ledger: writing the commitment's nodes in the form of this version")
	err = errors.Join(l.convertAll(ctx, nodes), nodes.Error(), nodes.Close())
	if err != nil {
		return err
	}
	batch := l.db.NewBatch()
	for _, table := range []byte{formerNode, formerPatch} {
		err = errors.Join(err, batch.DeleteRange([]byte{table}, []byte{table + 1}, nil))
	}
	return errors.Join(err, batch.Commit(pebble.NoSync), batch.Close())
}

func (l *Ledger) convertAll(ctx context.Context, nodes *pebble.Iterator) error {
	for nodes.Valid() {
		if err := errors.Join(ctx.Err(), l.trouble.err()); err != nil {
			return err
		}
		batch := l.db.NewBatch()
		err := l.convertSome(batch, nodes)
		if err == nil {
			err = batch.Commit(pebble.NoSync)
		}
		if err = errors.Join(err, batch.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) convertSome(batch *pebble.Batch, nodes *pebble.Iterator) error {
	for ; nodes.Valid() && batch.Len() < convertedAtOnce; nodes.Next() {
		value, err := nodes.ValueAndErr()
		if err != nil {
			return err
		}
		name := nodes.Key()[1:]
		patch, err := get(l.db, entryKey(formerPatch, name))
		if err != nil {
			return err
		}
		record := appendSized(nil, value)
		if patch != nil {
			record = appendSized(record, patch)
		}
		if err := batch.Set(entryKey(tableNode, name), record, nil); err != nil {
			return err
		}
	}
	return nil
}
