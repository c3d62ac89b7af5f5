package ledger

import (
	"context"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Subject is the module to be judged, with what its chain is made of.
type Subject struct {
	// Open opens a ledger; an empty directory means memory only.
	Open func(ctx context.Context, options ledger.Options) (ledger.Ledger, error)
	// Restore makes a ledger from a base; nil when the module cannot.
	Restore func(ctx context.Context, options ledger.Options, base *ledger.Base) error
	// Commitment is the name of the state commitment that ledgers are opened with.
	Commitment string
	// Tree is that commitment: it gives genesis its root and checks proofs.
	Tree ledger.Commitment
	// Hasher is the chain's hash function.
	Hasher chain.Hasher
	// CodeHash is the digest of code that account entries carry.
	CodeHash func(code []byte) chain.Hash
	// NewDisk returns an empty disk that can lose power; nil when there is none.
	NewDisk func() Disk
}

// Disk is a place for one ledger that can lose power.
type Disk interface {
	// Open opens the ledger on this disk; options.Directory is a name inside it.
	Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error)
	// Watch makes the disk call moment ahead of every sync, from whichever goroutine
	// syncs. lost returns a new disk with what this one would hold if the power failed
	// then and the given share, 0 to 100, of what is not synced happened to survive.
	Watch(moment func(lost func(share int) Disk))
}

// Direction returns the rules with the version of the standard that they belong to.
func Direction(subject Subject) conformance.Direction {
	return conformance.Direction{Name: "ledger", Version: ledger.Version, Rules: Rules(subject)}
}

// Rules returns the rules for a subject.
func Rules(subject Subject) []conformance.Rule {
	b := bench{subject}
	return slices.Concat(b.blockRules(), b.stateRules(), b.proofRules(), b.lifeRules(), b.optionalRules(), b.snapshotRules())
}

// bench is what the rules are made from.
type bench struct{ Subject }
