package consensus

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// hasher is the hash of the rules' chains.
type hasher struct{}

// Sum implements chain.Hasher.
func (hasher) Sum(parts ...[]byte) (digest chain.Hash) {
	h := sha256.New()
	for _, part := range parts {
		_, _ = h.Write(part) // a hash never returns an error
	}
	h.Sum(digest[:0])
	return digest
}

// identity is the chain that the rules run.
var identity = chain.Hash{0xc0, 0x15, 1}

// member is a validator with its key.
type member struct {
	chain.Validator
	secret ed25519.PrivateKey
}

func newMember(n byte) member {
	seed := sha256.Sum256([]byte{n})
	secret := ed25519.NewKeyFromSeed(seed[:])
	key := chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: secret.Public().(ed25519.PublicKey)}
	return member{Validator: chain.Validator{ID: chain.NodeID{n}, ConsensusKey: key, Weight: 1}, secret: secret}
}

// setOf is the set of one member.
func setOf(m member, epoch, from uint64) *chain.ValidatorSet {
	return &chain.ValidatorSet{Epoch: epoch, From: from, Members: []chain.Validator{m.Validator}}
}

// errVote reports a vote's signature that does not verify.
var errVote = errors.New("the vote's signature does not verify")

// verifyVote is the consensus.VerifySignature of the rules.
func verifyVote(chainID chain.Hash, key chain.PublicKey, kind string, message, signature []byte) error {
	digest := chain.SigningHash(hasher{}, chain.DomainVote, chainID, kind, message)
	if key.Scheme != chain.SchemeEd25519 || len(key.Bytes) != ed25519.PublicKeySize || !ed25519.Verify(key.Bytes, digest[:], signature) {
		return errVote
	}
	return nil
}

func (m member) sign(kind string, message []byte) []byte {
	digest := chain.SigningHash(hasher{}, chain.DomainVote, identity, kind, message)
	return ed25519.Sign(m.secret, digest[:])
}

// genesis is the decision that every chain of the rules begins with.
func genesis(set *chain.ValidatorSet) consensus.Decision {
	h := chain.Header{Rules: 1, Chain: identity, Time: 1, Validators: set.Hash(hasher{}), NextValidators: set.Hash(hasher{})}
	return consensus.Decision{Proposal: consensus.Proposal{Header: h.Encode()}}
}

// child makes a proposal on top of a decision.
func child(parent consensus.Decision, proposer chain.NodeID, set *chain.ValidatorSet, meta, body []byte) (consensus.Proposal, error) {
	above, err := chain.DecodeHeader(parent.Proposal.Header)
	if err != nil {
		return consensus.Proposal{}, fmt.Errorf("parent at height %d: %w", parent.Proposal.Height, err)
	}
	h := chain.Header{
		Rules: 1, Chain: identity, Height: above.Height + 1, Parent: above.Hash(hasher{}), Time: above.Time + 1,
		TransactionRoot: hasher{}.Sum(body), TransactionCount: uint64(len(body)), GasLimit: 1,
		Validators: set.Hash(hasher{}), NextValidators: set.Hash(hasher{}), Proposer: proposer, ConsensusMeta: meta,
	}
	return consensus.Proposal{Height: h.Height, Header: h.Encode(), Body: body}, nil
}
