package ledger

import (
	"context"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// The interfaces below are optional capabilities: a caller asks for them by a
// type assertion, and a module that has one must pass its conformance rules.

// Pruner drops bodies, results and history below a height; headers and proofs
// stay.
type Pruner interface {
	Prune(ctx context.Context, below uint64) error
}

// SignerKeeper keeps the signers of its blocks, so that who reads a block back need not check its
// signatures again.
type SignerKeeper interface {
	// Signers returns the Signers that the block at a height was appended with, nil when there
	// were none; ErrNotFound beyond the tip, ErrPruned below OldestBody.
	Signers(height uint64) ([][]byte, error)
}

// Rewinder takes a memory-only ledger back to an executed height. It exists for
// development chains, where `evm_revert` needs it.
type Rewinder interface {
	Rewind(ctx context.Context, height uint64) error
}

// Maintainer tells what a ledger takes on disk, and gives room back.
type Maintainer interface {
	// Usage looks at everything that is kept; it counts entries one by one.
	Usage(ctx context.Context) (Usage, error)
	// Compact rewrites what can be smaller or faster, and changes no answer. It calls
	// progress with a share from 0 to 1.
	Compact(ctx context.Context, progress func(float64)) error
}

// Usage is what a ledger takes.
type Usage struct {
	Parts   []Part
	Entries uint64 // of the latest state
}

// Part is one part of a ledger, such as the headers.
type Part struct {
	Name  string
	Files int // 0 for a part of another part's files
	Bytes int64
}

// Inspector re-checks everything on disk: checksums, links, roots. It calls
// found for every fault and progress with a share from 0 to 1.
type Inspector interface {
	Inspect(ctx context.Context, found func(Fault), progress func(float64)) error
}

// Fault is one fault that an Inspector found.
type Fault struct {
	Height uint64
	Place  string // file and offset, or the name of the check
	Err    error
}

// EventIndexer finds blocks by the events in them, without reading all of them.
type EventIndexer interface {
	// Candidates calls f in ascending order with heights from from up to to whose blocks
	// may hold an event that the query selects, until f returns false. It leaves out only
	// heights whose blocks hold none. next is the first height that it has not looked at:
	// an index may be some heights behind. ErrPruned when from lies below OldestBody.
	Candidates(ctx context.Context, query EventQuery, from, to uint64, f func(height uint64) bool) (next uint64, err error)
}

// EventQuery selects events as eth_getLogs does: one of the emitters, and for each
// position one of its topics. An empty list accepts anything.
type EventQuery struct {
	Emitters []chain.Address
	Topics   [][]chain.Hash
}

// Matches reports whether the query selects an event.
func (q *EventQuery) Matches(log *chain.Log) bool {
	if len(q.Emitters) > 0 && !slices.Contains(q.Emitters, log.Address) || len(q.Topics) > len(log.Topics) {
		return false
	}
	for i, topics := range q.Topics {
		if len(topics) > 0 && !slices.Contains(topics, log.Topics[i]) {
			return false
		}
	}
	return true
}
