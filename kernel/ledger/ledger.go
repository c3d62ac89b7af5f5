package ledger

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Version is the version of this standard that a module is written for.
const Version = 1

// Ledger is one chain's ledger. Reads are safe for concurrent use, beside one
// writer.
type Ledger interface {
	BlockStore
	State
	// Close waits for running reads and releases everything.
	Close() error
}

// Module opens ledgers; a distribution registers one by name.
type Module interface {
	// Name is the module's stable name, such as "segment".
	Name() string
	// Open opens or creates the ledger in the given place.
	Open(ctx context.Context, options Options) (Ledger, error)
}

// Options tell a module where and how to open a ledger.
type Options struct {
	// Directory is where the ledger lives; empty means memory only.
	Directory string
	// Hasher is the chain's hash function.
	Hasher chain.Hasher
	// Commitment is the name of the state commitment in genesis.
	Commitment string
	// Identity is the chain's identity; a directory of another chain is refused.
	Identity chain.Hash
	// Genesis is the first block with its state. Open writes it into an empty
	// ledger and checks it against a filled one.
	Genesis *Genesis
	// RetainState is how many heights below the tip can be read and proved; 0
	// keeps all.
	RetainState uint64
	// Logf receives notes for the operator, such as a repaired tail.
	Logf func(format string, args ...any)
}

// Genesis is block 0 as the ledger stores it.
type Genesis struct {
	Block   *chain.Block
	Results *chain.Results
}

// Status says how far a ledger has come.
type Status struct {
	Decided     uint64 // highest height whose block is durable
	Executed    uint64 // highest height whose results and state are durable: `latest`
	OldestBody  uint64 // lowest height whose body and results are kept
	OldestState uint64 // lowest height whose state can be read
	// OldestHeader is the lowest height whose header and proof are kept: 0, unless the
	// ledger was restored from a snapshot.
	OldestHeader uint64
}

// BlockStore keeps blocks, proofs and results.
type BlockStore interface {
	// Status returns how far the ledger has come.
	Status() Status
	// Append stores a decided block; it is durable on return. ids are the ids of
	// its transactions, in order. The height must be Decided+1.
	Append(ctx context.Context, decided Decided) error
	// Header returns the header at height; ErrNotFound beyond the tip, ErrPruned below
	// OldestHeader.
	Header(height uint64) (*chain.Header, error)
	// HeightOf returns the height of the block with the given header hash.
	HeightOf(hash chain.Hash) (uint64, error)
	// Proof returns the proof that the header at height was decided.
	Proof(height uint64) (*chain.Proof, error)
	// Body returns the body at height; ErrPruned below OldestBody.
	Body(height uint64) (*chain.Body, error)
	// Results returns the result column at height; ErrPruned below OldestBody,
	// ErrNotFound above Executed.
	Results(height uint64) (*chain.Results, error)
	// Locate returns where the transaction with this id was last included below a
	// height; ErrNotFound when it was not, or only in blocks below OldestBody.
	Locate(id chain.Hash, below uint64) (Location, error)
}

// Decided is a block that consensus has decided.
type Decided struct {
	Block *chain.Block
	Proof chain.Proof
	IDs   []chain.Hash
	// Signers are what checking the signatures has come to, one for each transaction, or
	// nil when they were not checked. A [SignerKeeper] keeps them; they are nothing that
	// was decided.
	Signers [][]byte
}

// Location is a transaction's place in the chain.
type Location struct {
	Height uint64
	Index  uint32
}

// Errors that ledgers wrap.
var (
	ErrNotFound = errors.New("ledger: not found")
	ErrPruned   = errors.New("ledger: pruned")
	ErrCorrupt  = errors.New("ledger: corrupt")
	ErrHeight   = errors.New("ledger: height does not follow the tip")
	ErrMismatch = errors.New("ledger: directory belongs to another chain or module")
	ErrClosed   = errors.New("ledger: closed")
	ErrProof    = errors.New("ledger: proof does not verify")
)
