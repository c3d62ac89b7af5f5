package ledger

import (
	"context"
	"errors"
	"iter"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Snapshotter is a ledger that gives its state away, so that another one can begin
// with it.
type Snapshotter interface {
	// Snapshot calls emit with the chunks of the state at a height that can be read, in
	// the order that Restorer wants. It shows one moment; the chain goes on meanwhile.
	// An error of emit ends it.
	Snapshot(ctx context.Context, height uint64, emit func(chunk *Chunk) error) error
	// IDs returns the ids of the transactions of the block at height, in order.
	// ErrPruned below OldestBody.
	IDs(height uint64) ([]chain.Hash, error)
}

// Restorer is a [Module] that makes a ledger from what others have given away.
type Restorer interface {
	// Restore fills a directory that holds no ledger; all is durable on return. Until
	// then Open refuses the directory with ErrUnfinished, and Restore begins anew. The
	// ledger ends at the last block of base and keeps states, bodies and results from
	// base.Height on, headers from the first link on.
	//
	// It checks that headers are linked, that blocks have as many transactions as their
	// headers say, and that chunks and write sets lead to the state roots; that these
	// were decided is for the caller to know.
	Restore(ctx context.Context, options Options, base *Base) error
	// Vacate removes from a directory, which need not exist, what a restoration that did
	// not come to its end has left, and reports whether it then holds no ledger.
	Vacate(directory string) (vacant bool, err error)
}

// Base is what a restored ledger begins with. What it iterates over is asked for once
// and in the order of the fields; an error ends the restoration.
type Base struct {
	Height uint64     // of the state
	Root   chain.Hash // of the state
	// Chunks are those of one snapshot, in its order.
	Chunks iter.Seq2[*Chunk, error]
	// Links are the headers just below Height, in ascending order.
	Links iter.Seq2[*Link, error]
	// Blocks are those from Height on, at least one, with their results.
	Blocks iter.Seq2[*Executed, error]
}

// Link is what a ledger keeps of a block without its body and results: who has links
// can refuse transactions that come again.
type Link struct {
	Header *chain.Header
	Proof  chain.Proof
	IDs    []chain.Hash
}

// Executed is a decided block with its results.
type Executed struct {
	Decided
	Results *chain.Results
}

// ErrUnfinished says that a directory holds a restoration that did not come to its end.
var ErrUnfinished = errors.New("ledger: restoration was not finished")
