package consensus

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Host is what the node gives to an engine.
type Host interface {
	// Propose asks for the next proposal on top of parent. meta becomes the
	// header's consensus meta. ErrNothing when there is nothing to order and
	// force is false.
	Propose(ctx context.Context, parent Decision, meta []byte, force bool) (Proposal, error)
	// Validate checks a proposal of another node: structure, signatures,
	// duplicates, limits, time, roots. It is deterministic and bounded.
	Validate(ctx context.Context, proposal Proposal) error
	// Commit is called once per height, in order; it returns after the decision
	// is durable. next is the set that takes effect at the next height, nil when
	// it does not change. A height that the host has applied already – it got the
	// decision elsewhere – is nothing new when the header is the same.
	Commit(ctx context.Context, decision Decision) (next *chain.ValidatorSet, err error)
	// Fetch catches up from peers and returns the tip with the set that decides the
	// next height. It waits until the tip has at least the given height, or, when
	// that is 0, until enough peers have been asked to know that nothing is missing.
	Fetch(ctx context.Context, atLeast uint64) (tip Decision, next *chain.ValidatorSet, err error)

	// Send and Broadcast deliver to authenticated peers, in order per link; a
	// message to a peer that is down is dropped.
	Send(to chain.NodeID, message []byte)
	Broadcast(message []byte)
	// Sign signs SigningHash(DomainVote, chain, kind, message) with the node's
	// consensus key.
	Sign(kind string, message []byte) ([]byte, error)
	// Verify checks what Sign made on another node.
	Verify(key chain.PublicKey, kind string, message, signature []byte) error
	// Endorse signs a vote with the node's consensus key and its export key. The
	// host keeps a durable record of votes, below every engine: ErrDoubleSign when
	// another vote of this kind contradicts it.
	Endorse(kind string, vote Vote) (Endorsement, error)
	// CheckEndorsement checks what Endorse made on the node of a validator.
	CheckEndorsement(member *chain.Validator, kind string, vote Vote, endorsement Endorsement) error
	// HeaderHash returns the header hash of a proposal.
	HeaderHash(proposal Proposal) (chain.Hash, error)
	// Report hands over evidence of misbehaviour.
	Report(evidence Evidence)
	// Halt stops the node: going on would be unsafe.
	Halt(reason error)
}

// VerifySignature checks a signature over SigningHash(DomainVote, identity,
// kind, message).
type VerifySignature func(identity chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error

// ProofVerifier checks decisions without an engine: light clients, bridges,
// auditors and sync use it.
type ProofVerifier interface {
	// Kind is the value of Proof.Kind that it reads.
	Kind() string
	// Verify checks that set decided the header with this hash at its height on
	// the chain of that identity.
	Verify(identity chain.Hash, set *chain.ValidatorSet, header *chain.Header, hash chain.Hash, proof chain.Proof) error
}

// WAL is the engine's own log on the host's disk.
type WAL interface {
	// Append adds a record; with sync it is durable on return.
	Append(record []byte, sync bool) error
	// Replay calls f for every record in order.
	Replay(f func(record []byte) error) error
	// Truncate drops all records before the last n.
	Truncate(keep int) error
}
