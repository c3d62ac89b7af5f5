package ledger

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// State keeps the entries that execution has written, and commits to them.
type State interface {
	// View opens the state after the block at height. ErrPruned below
	// OldestState, ErrNotFound above Executed.
	View(height uint64) (View, error)
	// Stage computes the state root after applying writes, in ascending key
	// order, to the state at Executed. Nothing is visible or durable yet.
	Stage(writes []chain.Write) (Staged, error)
	// Commit stores the results of the next executed height with the staged
	// state; both are durable on return (the state by replay if need be). The
	// height must be Executed+1 and its block appended.
	Commit(ctx context.Context, results *chain.Results, staged Staged) error
	// Prove returns a proof for the entry under the state root at height.
	Prove(height uint64, key chain.StateKey) (Proof, error)
}

// Staged is a state change that has a root but is not committed yet. It is
// valid until the next Commit.
type Staged interface {
	Root() chain.Hash
}

// View is the state at one height. It is safe for concurrent use.
type View interface {
	// Height is the height after whose block the view stands.
	Height() uint64
	// Get returns the value of an entry, nil when absent. The caller must not
	// change it.
	Get(key chain.StateKey) ([]byte, error)
	// Scan calls f for the entries of one owner and space in ascending subkey
	// order, starting at from, until f returns false.
	Scan(owner chain.Address, space chain.Space, from string, f func(subkey string, value []byte) bool) error
	// Close releases the view.
	Close() error
}

// Proof shows what stands under Key in the state with a given root: Value, or
// nothing when Value is empty. Which Commitment verifies it is named by Kind.
type Proof struct {
	Kind  string
	Key   chain.StateKey
	Value []byte
	Path  []byte // the commitment's own encoding
}

// Verifier checks proofs of one commitment without any storage.
type Verifier interface {
	// Kind is the commitment's stable name, such as "binary/1".
	Kind() string
	// Verify checks that the proof holds under root, or returns ErrProof.
	Verify(root chain.Hash, proof Proof) error
}
