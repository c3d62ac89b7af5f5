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
		i.fault(i.status.Executed, databaseFolder, fmt.Errorf("%w: %w: remove the folder %s, it is made again", ledger.ErrCorrupt, err, databaseFolder))
	}
	return err == nil, nil
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
