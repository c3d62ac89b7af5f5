package contract

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// VM runs the code of one kind of contract. A VM value is shared by all
// executions of a chain; what belongs to one transaction lives in the [Session].
type VM interface {
	// Name is the VM's stable name, such as "evm".
	Name() string
	// Accepts reports whether the VM runs the contract at address with this
	// code. The first VM of the registry that accepts is used.
	Accepts(address chain.Address, code []byte) bool
	// Begin prepares the execution of one transaction. rules selects the
	// instruction set; ErrRules when the VM does not have that version.
	Begin(env Env, rules uint64) (Session, error)
}

// Precompiled is implemented by VMs with precompiled contracts, which are warm
// from the start of every transaction (EIP-2929).
type Precompiled interface {
	// Precompiles returns their addresses under a rules version, ascending.
	Precompiles(rules uint64) []chain.Address
}

// CodeHasher is implemented by the VM whose contracts can ask for the digest of
// another contract's code; the account leaf of every contract carries it.
type CodeHasher interface {
	CodeHash(code []byte) chain.Hash
}

// Modules is implemented by the VM of native modules, which stand at fixed
// addresses.
type Modules interface {
	// Addresses returns where the modules stand, ascending.
	Addresses() []chain.Address
}

// Session executes the frames of one transaction in order. It is used by one
// goroutine.
type Session interface {
	// Run executes the frame and everything that it calls. When ctx ends the
	// session stops at a step boundary with the context's error; that is for
	// queries only, block execution passes a context without end.
	Run(ctx context.Context, frame Frame) Outcome
	// Close gives back what the session has taken for itself. No frame runs then, and
	// outcomes stay as they are.
	Close()
}

// Env is what a session sees of the world.
type Env interface {
	// Block describes the block being executed.
	Block() Block
	// Transaction describes what all frames of the transaction share.
	Transaction() TransactionContext
	// State is the journaled state.
	State() State
	// Call runs a frame whose code belongs to another VM.
	Call(ctx context.Context, frame Frame) Outcome
	// Natives lists the addresses of native modules in ascending order; code of
	// any VM can call them.
	Natives() []chain.Address
	// Trace receives what happens, or is nil: a VM must not pay for tracing
	// when nobody listens.
	Trace() Trace
}

// Block is the block as contracts see it.
type Block struct {
	Chain      chain.Hash // chain identity
	ChainID    uint64
	Height     uint64
	Time       uint64 // milliseconds; the EVM shows whole seconds
	Coinbase   chain.Address
	GasLimit   uint64
	BaseFee    chain.Word
	BlobFee    chain.Word
	Randomness chain.Hash
	Limits     chain.Limits
	// Effective is the first height that the state after this block rules: from there on
	// what it says of parameters and validators is in force.
	Effective uint64
	// Ancestor returns the header hash at a height below Height, or zero when it
	// is outside the 256 that contracts may ask for.
	Ancestor func(height uint64) chain.Hash
}

// TransactionContext is what all frames of one transaction share.
type TransactionContext struct {
	Origin     chain.Address
	GasPrice   chain.Word // what is paid for one unit of gas
	BlobHashes []chain.Hash
}
