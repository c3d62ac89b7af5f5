package light

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// ProofOptions returns what proof documents are checked with: the modules of a registry,
// and Verifiers. Trusting a checkpoint for them is [Checkpoint.Trust].
func ProofOptions(registry *kernel.Registry) proof.Options {
	return proof.Options{
		Suite: registry.CryptoSuite, Decisions: Verifiers,
		// A document does not tell the numeric chain id: no id of a transaction and no
		// signature of the native family depends on it.
		Families: func(suite crypto.Suite, identity chain.Hash) ([]chain.Family, error) {
			return registry.Families(suite, identity, 0)
		},
		Commitment: func(kind string, hasher chain.Hasher) (ledger.MultiVerifier, error) {
			return commitmentOf(registry, kind, hasher)
		},
	}
}

// commitmentOf returns the commitment whose proofs are of a kind.
func commitmentOf(registry *kernel.Registry, kind string, hasher chain.Hasher) (ledger.MultiVerifier, error) {
	var known []string
	for _, commitment := range registry.Commitments {
		verifier, can := commitment(hasher).(ledger.MultiVerifier)
		if !can {
			continue
		}
		if verifier.Kind() == kind {
			return verifier, nil
		}
		known = append(known, verifier.Kind())
	}
	slices.Sort(known)
	return nil, fmt.Errorf("no commitment of kind %q in this binary; it has %v", kind, known)
}

// Trust is the trust of who believes the checkpoint: in its header, and in what the set
// that the header announces has decided. The set must be that one.
func (c Checkpoint) Trust(hasher chain.Hasher) (proof.Trust, error) {
	if have := c.Validators.Hash(hasher); have != c.Header.NextValidators {
		return proof.Trust{}, fmt.Errorf("%w: its set is %s, its header announces %s", ErrCheckpoint, have, c.Header.NextValidators)
	}
	return proof.FromHeader(c.Header, hasher), nil
}
