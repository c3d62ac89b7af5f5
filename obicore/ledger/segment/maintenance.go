package segment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

var _ ledger.Maintainer = (*Ledger)(nil)

// table is the keys of the database that begin with one byte.
type table struct {
	first byte
	name  string
}

// tables are the parts of the database, as Usage names them.
var tables = []table{
	{tableBlock, "state/blocks"}, {tableNode, "state/nodes"}, {tableHistory, "state/history"}, {tableInclude, "state/transactions"}, {tableJournal, "state/journal"},
	{tableMeta, "state/meta"}, {tableState, "state/entries"},
	{'L', "state/events"}, {'O', "state/open run of events"}, {'R', "state/runs of events"}, // package eventindex
}

// Usage says what columns and database take on disk; see [ledger.Maintainer]. What is
// only in the database's memory shows after a flush, which Close does.
func (l *Ledger) Usage(ctx context.Context) (usage ledger.Usage, err error) {
	if err := l.gate.enter(); err != nil {
		return usage, err
	}
	defer l.gate.leave()
	for _, name := range []string{columnHeaders.String(), columnBodies.String(), columnResults.String(), databaseFolder} {
		part, err := l.usageOf(name)
		if err != nil {
			return usage, err
		}
		usage.Parts = append(usage.Parts, part)
	}
	for _, table := range tables {
		bytes, err := l.db.EstimateDiskUsage([]byte{table.first}, []byte{table.first + 1})
		if err != nil {
			return usage, err
		}
		usage.Parts = append(usage.Parts, ledger.Part{Name: table.name, Bytes: int64(bytes)})
	}
	usage.Entries, err = l.countEntries(ctx)
	return usage, err
}

// usageOf adds up the files of a folder.
func (l *Ledger) usageOf(name string) (part ledger.Part, err error) {
	part.Name = name
	folder := l.fs.PathJoin(l.options.Directory, name)
	files, err := l.fs.List(folder)
	if err != nil {
		return part, err
	}
	for _, file := range files {
		info, err := l.fs.Stat(l.fs.PathJoin(folder, file))
		if isNotExist(err) {
			continue // dropped meanwhile
		}
		if err != nil {
			return part, err
		}
		part.Files, part.Bytes = part.Files+1, part.Bytes+info.Size()
	}
	return part, nil
}

func (l *Ledger) countEntries(ctx context.Context) (count uint64, err error) {
	iterator, err := l.db.NewIter(&pebble.IterOptions{LowerBound: []byte{tableState}, UpperBound: []byte{tableState + 1}})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, iterator.Close()) }()
	for iterator.First(); iterator.Valid(); iterator.Next() {
		if count++; count%entriesAtOnce == 0 && ctx.Err() != nil {
			return count, ctx.Err()
		}
	}
	return count, iterator.Error()
}

// compactSteps is into how many steps the keys of one table are divided.
const compactSteps = 32

// Compact rewrites the database without what was overwritten and removed; see
// [ledger.Maintainer]. The columns are as small as they get. Appends go on meanwhile.
func (l *Ledger) Compact(ctx context.Context, progress func(float64)) error {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	if err := errors.Join(ctx.Err(), flush(l.db, l.trouble)); err != nil {
		return err
	}
	done, all := 0, append(slices.Clone(tables), table{formerNode, "nodes of earlier versions"}, table{formerPatch, "patches of earlier versions"})
	for _, table := range all {
		for step := range compactSteps {
			from, to := []byte{table.first, byte(step * 256 / compactSteps)}, []byte{table.first, byte((step + 1) * 256 / compactSteps)}
			if step+1 == compactSteps {
				to = []byte{table.first + 1}
			}
			if step == 0 {
				from = from[:1]
			}
			if err := l.db.Compact(ctx, from, to, false); err != nil {
				return fmt.Errorf("segment: compact %s: %w", table.name, err)
			}
			done++
			progress(float64(done) / float64(len(all)*compactSteps))
		}
	}
	return l.trouble.err()
}
