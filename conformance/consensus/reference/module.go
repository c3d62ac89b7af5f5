package reference

import (
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Name is the engine's name.
const Name = "reference"

// Kind names the proofs of this engine.
const Kind = "reference/1"

// defaultPatience is how long the first round of a height may take.
const defaultPatience = 500 * time.Millisecond

// maxOption is the longest time of an option in milliseconds.
const maxOption = 24 * 60 * 60 * 1000

// Module makes engines for a level of faults: CFT or BFT.
type Module struct {
	Fault consensus.Fault
	Flaw  Flaw
}

// Name implements consensus.Module.
func (Module) Name() string { return Name }

// New implements consensus.Module.
func (m Module) New(options consensus.Options) (consensus.Engine, error) {
	if m.Fault == consensus.Solo || options.Interval > maxOption || options.Patience > maxOption {
		return nil, fmt.Errorf("reference: fault level %s, interval %d and patience %d; wanted are CFT or BFT, and at most a day",
			m.Fault, options.Interval, options.Patience)
	}
	patience := time.Duration(options.Patience) * time.Millisecond
	if patience == 0 {
		patience = defaultPatience
	}
	interval := time.Duration(options.Interval) * time.Millisecond
	return &engine{fault: m.Fault, patience: patience, interval: interval, flaw: m.Flaw}, nil
}

// Verifier implements consensus.Module.
func (m Module) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	return consensus.QuorumVerifier{ProofKind: Kind, VoteKind: commitKind, Fault: m.Fault, Signature: verify}
}

// capabilities are what the engine promises.
func capabilities(fault consensus.Fault) consensus.Capabilities {
	nodes := 3
	if fault == consensus.BFT {
		nodes = 4
	}
	return consensus.Capabilities{
		Name: Name, Fault: fault, MinNodes: nodes, TransferableProof: true, Evidence: fault == consensus.BFT,
		DynamicMembership: true, WeightedVotes: true, PipelineDepth: 1,
	}
}
