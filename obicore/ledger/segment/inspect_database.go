package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// database reads every record of the database, whose blocks have checksums of their own:
// no other check needs history that is overwritten since, or the event index. It reports
// whether all can be read.
func (i *inspection) database(ctx context.Context) (whole bool, err error) {
	records, err := i.tip.snapshot.NewIter(&pebble.IterOptions{})
	if err == nil {
		err = errors.Join(readAll(ctx, records), records.Close())
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		i.fault(i.status.Executed, databaseFolder, fmt.Errorf("%w: %w: %s", ledger.ErrCorrupt, err, i.remedy()))
	}
	return err == nil, nil
}

// remedy is what helps a broken database: it can be made again from all results, and
// from nothing less.
func (i *inspection) remedy() string {
	if i.status.OldestBody == 0 && i.status.OldestHeader == 0 {
		return fmt.Sprintf("remove the folder %s, it is made again", databaseFolder)
	}
	return fmt.Sprintf("results below height %d are dropped, so that it cannot be made again: restore the directory from a copy, or join again from a snapshot", i.status.OldestBody)
}

func readAll(ctx context.Context, records *pebble.Iterator) error {
	count := 0
	for records.First(); records.Valid(); records.Next() {
		if _, err := records.ValueAndErr(); err != nil {
			return err
		}
		if count++; count%entriesAtOnce == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return records.Error()
}
