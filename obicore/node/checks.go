package node

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Checks says whose checks of signatures a validator takes for its own. All nodes
// understand the messages of both, so that a network changes node by node.
type Checks string

// The ways of checking.
const (
	ChecksEvery     Checks = "every"     // this node checks every signature
	ChecksCertified Checks = "certified" // f+1 validators' statements do, where f may be faulty
)

// ErrChecks says that a chain cannot have the way of checking that is asked for.
var ErrChecks = errors.New("node: this way of checking signatures is not for this chain")

// Check refuses a way that there is not.
func (m Checks) Check() error {
	if m != ChecksEvery && m != ChecksCertified {
		return fmt.Errorf("%w: %q, want %s or %s", ErrChecks, string(m), ChecksEvery, ChecksCertified)
	}
	return nil
}

// Permit refuses what makes no sense for an engine and a number of validators: to rely on
// others needs an engine that bounds how many of them may lie, and at least one that may.
func (m Checks) Permit(engine consensus.Capabilities, validators int) error {
	if err := m.Check(); err != nil || m == ChecksEvery {
		return err
	}
	switch {
	case engine.Fault < consensus.BFT:
		return fmt.Errorf("%w: %q needs an engine for Byzantine faults, %s is for %s: set blocks.checks to %q", ErrChecks, string(m), engine.Name, engine.Fault, string(ChecksEvery))
	case engine.WeightedVotes:
		return fmt.Errorf("%w: %q counts validators, %s weighs them: set blocks.checks to %q", ErrChecks, string(m), engine.Name, string(ChecksEvery))
	case faultsOf(validators) == 0:
		return fmt.Errorf("%w: %q needs four validators or more, there are %d: set blocks.checks to %q", ErrChecks, string(m), validators, string(ChecksEvery))
	}
	return nil
}

// faultsOf is how many of a number of validators may be faulty.
func faultsOf(validators int) int { return (validators - 1) / 3 }

// stateFrom is how many transactions make a statement about a batch worth what its
// signatures cost to make and to check.
const stateFrom = 16
