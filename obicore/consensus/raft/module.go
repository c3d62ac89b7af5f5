package raft

import (
	"fmt"
	"log/slog"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

const (
	// Name is the engine's name in genesis.
	Name = "raft"
	// Kind names the proofs of this engine: a consensus.QuorumProof whose round is the
	// term in which the header was proposed.
	Kind = "raft/1"
	// voteKind is under which members endorse a consensus.Vote.
	voteKind = "raft/commit"
)

// maxOption bounds times in the options, in milliseconds: a day.
const maxOption = 24 * 60 * 60 * 1000

// Module makes raft engines.
type Module struct{}

// Name implements consensus.Module.
func (Module) Name() string { return Name }

// New implements consensus.Module.
func (Module) New(options consensus.Options) (consensus.Engine, error) {
	if options.Interval > maxOption || options.Patience > maxOption {
		return nil, fmt.Errorf("raft: interval %d ms and patience %d ms; at most %d ms make sense", options.Interval, options.Patience, maxOption)
	}
	return newEngine(options), nil
}

// Verifier implements consensus.Module.
func (Module) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	return consensus.QuorumVerifier{ProofKind: Kind, VoteKind: voteKind, Fault: consensus.CFT, Signature: verify}
}

// logf writes a remark of the engine.
func (e *engine) logf(level slog.Level, format string, arguments ...any) {
	if e.options.Logf != nil {
		e.options.Logf(level, format, arguments...)
	}
}
