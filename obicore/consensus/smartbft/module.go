package smartbft

import (
	"fmt"
	"log/slog"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Name is the engine's name in genesis.
const Name = "smartbft"

// Kinds of what a validator signs, apart from those of other engines.
const (
	commitKind = "smartbft/commit" // an endorsement of a consensus.Vote
	viewKind   = "smartbft/view"   // what a node knows, told to the leader of the next view
)

// Module makes SmartBFT engines.
type Module struct{}

// Name implements consensus.Module.
func (Module) Name() string { return Name }

// New implements consensus.Module.
func (Module) New(options consensus.Options) (consensus.Engine, error) {
	if options.Interval > maxOption || options.Patience > maxOption {
		return nil, fmt.Errorf("smartbft: interval %d ms and patience %d ms; at most %d ms make sense", options.Interval, options.Patience, maxOption)
	}
	return newEngine(options, allCare), nil
}

// Verifier implements consensus.Module.
func (Module) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	return consensus.QuorumVerifier{ProofKind: Kind, VoteKind: commitKind, Fault: consensus.BFT, Signature: verify}
}

// care is what the adapter does for the engine beyond carrying its messages. Tests
// take parts away to show what they are good for.
type care struct {
	gate      bool // hold messages of a view that is not installed
	redeliver bool // give undecided messages to the engine again
	help      bool // bring view changers that have drifted apart together
	resend    bool // send undecided messages to the peers again
	recall    bool // remember a proposal in flight across a restart
	confirm   bool // propose only in a view that was installed
	yield     bool // give way to a proposal that others are prepared for
}

var allCare = care{gate: true, redeliver: true, resend: true, help: true, recall: true, confirm: true, yield: true}

// logf writes a remark of the engine or of the adapter.
func (e *engine) logf(level slog.Level, format string, arguments ...any) {
	if e.options.Logf != nil {
		e.options.Logf(level, format, arguments...)
	}
}
