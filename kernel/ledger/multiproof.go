package ledger

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// MaxMultiProofKeys is how many keys one MultiProof proves at most.
const MaxMultiProofKeys = 1024

// ErrMultiProof says that a commitment cannot prove many entries by one path.
var ErrMultiProof = errors.New("ledger: the commitment has no proof of many entries")

// MultiProof shows what stands under several keys in the state with a given root by
// one path, which is shorter than a path for each of them.
type MultiProof struct {
	Kind    string        // of the Commitment that verifies it
	Entries []chain.Write // in strictly ascending key order; an entry without a value is absent
	Path    []byte        // the commitment's own encoding, other than that of a Proof
}

// Keys returns the keys of the entries.
func (p *MultiProof) Keys() []chain.StateKey {
	keys := make([]chain.StateKey, len(p.Entries))
	for i := range p.Entries {
		keys[i] = p.Entries[i].Key
	}
	return keys
}

// CheckMultiProofKeys refuses keys that are not 1 to MaxMultiProofKeys in strictly
// ascending order with subkeys within their limit; the error names the entry.
func CheckMultiProofKeys(keys []chain.StateKey) error {
	if len(keys) == 0 || len(keys) > MaxMultiProofKeys {
		return fmt.Errorf("%w: %d keys, want 1 to %d", chain.ErrMalformed, len(keys), MaxMultiProofKeys)
	}
	for i := range keys {
		if len(keys[i].Subkey) > chain.MaxSubkey {
			return fmt.Errorf("%w: entry %d: subkey of %d bytes", chain.ErrMalformed, i, len(keys[i].Subkey))
		}
		if i > 0 && keys[i-1].Compare(keys[i]) >= 0 {
			return fmt.Errorf("%w: entry %d: keys are not in strictly ascending order", chain.ErrMalformed, i)
		}
	}
	return nil
}

// MultiVerifier is a [Verifier] that also checks MultiProofs.
type MultiVerifier interface {
	Verifier
	// VerifyMany checks that the proof holds under root, or returns ErrProof. For one
	// root and one list of keys exactly one path verifies.
	VerifyMany(root chain.Hash, proof MultiProof) error
}

// MultiCommitment is a [Commitment] that proves many entries by one path.
type MultiCommitment interface {
	Commitment
	MultiVerifier
	// ProveMany returns the Path of the MultiProof for keys, each present or absent,
	// which are 1 to MaxMultiProofKeys in strictly ascending order.
	ProveMany(nodes Nodes, keys []chain.StateKey) ([]byte, error)
}

// MultiProver is a [Ledger] that proves many entries by one path, if its commitment
// can.
type MultiProver interface {
	// ProveMany returns a proof for the entries under the state root at height, as
	// State.Prove does for one; ErrMultiProof when the commitment cannot.
	ProveMany(height uint64, keys []chain.StateKey) (MultiProof, error)
}
