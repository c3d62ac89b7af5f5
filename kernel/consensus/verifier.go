package consensus

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// SignatureBy returns the VerifySignature of a chain with the given suite.
func SignatureBy(suite crypto.Suite) VerifySignature {
	return func(identity chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error {
		return crypto.Verify(suite, key, chain.SigningHash(suite, chain.DomainVote, identity, kind, message), signature)
	}
}

// QuorumVerifier is the ProofVerifier of engines whose proofs are QuorumProofs. A
// light client makes one without the engine.
type QuorumVerifier struct {
	ProofKind string // Proof.Kind, such as "smartbft/1"
	VoteKind  string // under which the votes are signed, such as "smartbft/commit"
	Fault     Fault  // decides the quorum
	Signature VerifySignature
}

// Kind implements ProofVerifier.
func (v QuorumVerifier) Kind() string { return v.ProofKind }

// Verify implements ProofVerifier.
func (v QuorumVerifier) Verify(identity chain.Hash, set *chain.ValidatorSet, header *chain.Header, hash chain.Hash, proof chain.Proof) error {
	switch {
	case proof.Kind != v.ProofKind:
		return fmt.Errorf("%w: kind %q, want %q", ErrProof, proof.Kind, v.ProofKind)
	case proof.Epoch != set.Epoch:
		return fmt.Errorf("%w: epoch %d, the set is of epoch %d", ErrProof, proof.Epoch, set.Epoch)
	case header.Chain != identity:
		return fmt.Errorf("%w: header of chain %s", ErrProof, header.Chain)
	case len(set.Members) == 0:
		return fmt.Errorf("%w: the set is empty", ErrProof)
	}
	quorum, err := DecodeQuorumProof(proof.Bytes)
	if err != nil {
		return err
	}
	return quorum.Verify(v.Signature, identity, set, v.VoteKind, header.Height, hash, Quorum(set, v.Fault))
}
