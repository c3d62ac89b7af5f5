package solo

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Kind names the proofs of this engine.
const Kind = "solo/1"

type verifier struct{ verify consensus.VerifySignature }

// Kind implements consensus.ProofVerifier.
func (verifier) Kind() string { return Kind }

// Verify implements consensus.ProofVerifier: the one member of the set signed
// the header hash.
func (v verifier) Verify(identity chain.Hash, set *chain.ValidatorSet, header *chain.Header, hash chain.Hash, proof chain.Proof) error {
	switch {
	case proof.Kind != Kind:
		return fmt.Errorf("%w: kind %q, want %q", consensus.ErrProof, proof.Kind, Kind)
	case proof.Epoch != set.Epoch:
		return fmt.Errorf("%w: epoch %d, the set is of epoch %d", consensus.ErrProof, proof.Epoch, set.Epoch)
	case header.Chain != identity:
		return fmt.Errorf("%w: header of chain %s", consensus.ErrProof, header.Chain)
	case len(set.Members) != 1:
		return fmt.Errorf("%w: the set has %d members", consensus.ErrProof, len(set.Members))
	case header.Proposer != set.Members[0].ID:
		return fmt.Errorf("%w: proposer %s is not in the set", consensus.ErrProof, header.Proposer)
	}
	if err := v.verify(identity, set.Members[0].ConsensusKey, voteKind, hash[:], proof.Bytes); err != nil {
		return fmt.Errorf("%w: %w", consensus.ErrProof, err)
	}
	return nil
}
