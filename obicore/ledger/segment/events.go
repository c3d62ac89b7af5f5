package segment

import (
	"context"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment/eventindex"
)

// openEvents takes up the event index, which is in the database and behind the ledger.
func (l *Ledger) openEvents() (err error) {
	status := l.Status()
	l.events, err = eventindex.Open(l.db, status.OldestBody, status.Executed, l.receipts, l.options.Logf)
	return err
}

// receipts returns those of an executed height.
func (l *Ledger) receipts(height uint64) ([]chain.Receipt, error) {
	if err := l.gate.enter(); err != nil {
		return nil, err
	}
	defer l.gate.leave()
	payload, err := l.kept(l.results, height, l.Status().Executed)
	if err != nil {
		return nil, err
	}
	receipts, err := chain.DecodeReceipts(payload)
	if err != nil {
		return nil, corrupt("result record", err)
	}
	return receipts, nil
}

// Candidates finds blocks by their events; see [ledger.EventIndexer].
func (l *Ledger) Candidates(ctx context.Context, query ledger.EventQuery, from, to uint64, f func(height uint64) bool) (next uint64, err error) {
	if err := l.gate.enter(); err != nil {
		return from, err
	}
	defer l.gate.leave()
	if oldest := l.Status().OldestBody; from < oldest {
		return from, fmt.Errorf("%w: results of height %d, the oldest kept is %d", ledger.ErrPruned, from, oldest)
	}
	return l.events.Candidates(ctx, query, from, to, f)
}
