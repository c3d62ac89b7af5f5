package simplex

import (
	"fmt"
	"log/slog"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Name is the engine's name in genesis.
const Name = "simplex"

// Kind names the proofs of this engine: a consensus.QuorumProof whose round is the
// Simplex round in which the header was proposed.
const Kind = "simplex/1"

// Kinds of what a validator signs, apart from those of other engines.
const (
	finalizeKind = "simplex/finalize" // an endorsement of a consensus.Vote
	fillerKind   = "simplex/filler"   // the finalize vote for a block without content
	notarizeKind = "simplex/notarize" // the vote for a block
	emptyKind    = "simplex/empty"    // the vote to leave a round without a block
)

// maxOption bounds the options in milliseconds.
const maxOption = 24 * 60 * 60 * 1000

// Module makes Simplex engines.
type Module struct{}

// Name implements consensus.Module.
func (Module) Name() string { return Name }

// New implements consensus.Module.
func (Module) New(options consensus.Options) (consensus.Engine, error) {
	if options.Interval > maxOption || options.Patience > maxOption {
		return nil, fmt.Errorf("simplex: interval %d ms and patience %d ms; at most %d ms make sense", options.Interval, options.Patience, maxOption)
	}
	return newEngine(options, allCare), nil
}

// Verifier implements consensus.Module.
func (Module) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	return consensus.QuorumVerifier{ProofKind: Kind, VoteKind: finalizeKind, Fault: consensus.BFT, Signature: verify}
}

// care is what the adapter does for Simplex beyond carrying its messages. Tests take
// parts away to show what they are good for.
type care struct {
	votes    bool // no vote contradicts another of this node
	begin    bool // a round that Simplex does not begin is begun for it
	conflict bool // certificates for another block than the stored one take the long way
	belated  bool // votes are gathered for blocks that are final by what stands on them
}

var allCare = care{votes: true, begin: true, conflict: true, belated: true}

// logf writes a remark of the engine or of the adapter.
func (e *engine) logf(level slog.Level, format string, arguments ...any) {
	if e.options.Logf != nil {
		e.options.Logf(level, format, arguments...)
	}
}
