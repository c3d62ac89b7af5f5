package consensus

import (
	"context"
	"errors"
	"log/slog"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Version is the version of this standard that a module is written for.
const Version = 1

// Fault says what an engine promises to survive.
type Fault uint8

// The fault levels, in rising order.
const (
	Solo Fault = iota // one writer, no tolerance
	CFT               // crash faults of a minority
	BFT               // Byzantine faults of fewer than a third
)

// String returns the level's short name.
func (f Fault) String() string {
	return [...]string{"solo", "CFT", "BFT"}[min(f, BFT)]
}

// Capabilities describe an engine. The node refuses to start when a policy asks
// for more than the engine promises.
type Capabilities struct {
	Name              string
	Fault             Fault
	MinNodes          int
	TransferableProof bool // a decision's proof convinces third parties
	Evidence          bool // reports transferable proofs of misbehaviour
	DynamicMembership bool
	WeightedVotes     bool // otherwise all weights must be equal
	FIFOLinks         bool // the host must give ordered links
	PipelineDepth     int  // decisions in flight
	MaxProposalBytes  int  // 0: no limit of its own
}

// Module makes engines; a distribution registers one by name.
type Module interface {
	Name() string
	// New returns an engine that has not started.
	New(options Options) (Engine, error)
	// Verifier returns the stateless verifier of this engine's proofs.
	Verifier(verify VerifySignature) ProofVerifier
}

// Options configure an engine from the node's configuration.
type Options struct {
	// Interval is the time between blocks in milliseconds; 0 makes a block on
	// demand.
	Interval uint64
	// Patience is how long, in milliseconds, a node waits for a leader before it
	// asks for another; 0 takes the engine's own figure.
	Patience uint64
	// Logf receives the engine's remarks; nil drops them.
	Logf func(level slog.Level, format string, args ...any)
}

// Engine is what a consensus module implements.
type Engine interface {
	Capabilities() Capabilities
	// Start resumes from the host's durable tip and returns when the engine
	// takes part. It must not contradict a vote made before a crash.
	Start(ctx context.Context, host Host, boot Boot) error
	// Stop drains and flushes; afterwards the engine is silent.
	Stop(ctx context.Context) error
	// Receive takes a message from a peer. It must not block on disk or
	// network; the host calls it from one goroutine per peer.
	Receive(from chain.NodeID, message []byte) error
	// Notify says that there is something to propose. It is edge-triggered and
	// may be spurious.
	Notify()
	// Reconfigure is called after the decision at set.From-1 is durable.
	Reconfigure(ctx context.Context, set *chain.ValidatorSet) error
	// SyncedTo says that the host has applied decisions that it got elsewhere.
	SyncedTo(ctx context.Context, tip Decision) error
	Status() Status
}

// Boot is what an engine starts from.
type Boot struct {
	Self  chain.NodeID
	Set   *chain.ValidatorSet
	Tip   Decision // as it was proposed; the genesis block at height 0
	WAL   WAL
	Clock chain.Clock
	Rand  func() uint64 // random numbers, others on each node; safe for concurrent use
}

// Status is what an engine shows to operators.
type Status struct {
	Leader  chain.NodeID
	View    uint64
	Height  uint64 // last decided
	Waiting string // why no block is made, empty when nothing is wrong
}

// Proposal is what an engine orders. Only the host reads Header and Body; an
// engine finds its own bytes in the header's ConsensusMeta.
type Proposal struct {
	Height uint64
	Header []byte // canonical header; its hash is what is signed
	Body   []byte
}

// Decision is a proposal with the proof that it was decided.
type Decision struct {
	Proposal Proposal
	Proof    chain.Proof
}

// Backlogged is what a [Host] may be as well.
type Backlogged interface {
	// Backlogged reports whether the last proposal left out what had no room in it, so
	// that an engine need not wait for more to come.
	Backlogged() bool
}

// Errors that engines and hosts wrap.
var (
	ErrStopped    = errors.New("consensus: engine is stopped")
	ErrProposal   = errors.New("consensus: proposal is not valid")
	ErrProof      = errors.New("consensus: proof does not verify")
	ErrMessage    = errors.New("consensus: malformed message")
	ErrNothing    = errors.New("consensus: nothing to propose")
	ErrDoubleSign = errors.New("consensus: this key has signed a contradicting vote")
	ErrEvidence   = errors.New("consensus: evidence does not convict")
)
