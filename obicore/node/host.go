package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// host is the chain as its engine sees it.
type host Chain

var (
	_ consensus.Host       = (*host)(nil)
	_ consensus.Backlogged = (*host)(nil)
)

func (h *host) chain() *Chain { return (*Chain)(h) }

// Propose implements consensus.Host.
func (h *host) Propose(ctx context.Context, parent consensus.Decision, meta []byte, force bool) (consensus.Proposal, error) {
	proposal, err := h.course.propose(ctx, parent.Proposal.Height, meta, force)
	if c := h.chain(); err != nil && h.options.Development != nil && c.Head().Header.Height != parent.Proposal.Height {
		// evm_revert came while the engine was deciding: it may have taken the
		// older of two tips for its own.
		err = errors.Join(err, c.tellEngine(ctx))
	}
	return proposal, err
}

// Backlogged implements consensus.Backlogged.
func (h *host) Backlogged() bool { return h.backlogged.Load() }

// Validate implements consensus.Host.
func (h *host) Validate(ctx context.Context, proposal consensus.Proposal) error {
	if header, err := chain.DecodeHeader(proposal.Header); err == nil && h.chain().mayBeNext(header) {
		h.sizing.began(header, header.Hash(h.suite), h.options.Clock.Now())
	}
	if isMarker(proposal.Body) {
		return h.chain().validateDigest(ctx, proposal)
	}
	return h.chain().validateInline(ctx, proposal)
}

// Commit implements consensus.Host. A failure here is not one of the engine's:
// the chain stops, because nobody knows what is on disk.
func (h *host) Commit(ctx context.Context, decision consensus.Decision) (next *chain.ValidatorSet, err error) {
	c := h.chain()
	decision.Proposal, err = c.whole(ctx, decision.Proposal)
	if err == nil {
		next, err = c.course.commit(ctx, decision)
	}
	if err != nil && h.options.Development != nil && errors.Is(err, consensus.ErrProposal) {
		return next, err // evm_revert has moved the head between proposal and decision
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		c.halt(fmt.Errorf("committing block %d: %w", decision.Proposal.Height, err))
	}
	return next, err
}

// Fetch implements consensus.Host.
func (h *host) Fetch(ctx context.Context, atLeast uint64) (tip consensus.Decision, next *chain.ValidatorSet, err error) {
	if h.link == nil {
		return tip, nil, fmt.Errorf("%w: this chain has no peers", consensus.ErrStopped)
	}
	done := h.link.fetching()
	defer func() { done(tip.Proposal.Height) }()
	return h.fetch(ctx, atLeast)
}

func (h *host) fetch(ctx context.Context, atLeast uint64) (consensus.Decision, *chain.ValidatorSet, error) {
	if err := h.link.fetch(ctx, atLeast); err != nil {
		return consensus.Decision{}, nil, err
	}
	tip, err := h.chain().tipDecision()
	if err != nil {
		return consensus.Decision{}, nil, err
	}
	ruling, err := h.chain().Ruling(tip.Proposal.Height + 1)
	if err != nil {
		return consensus.Decision{}, nil, err
	}
	return tip, ruling.Validators, nil
}

// Send implements consensus.Host.
func (h *host) Send(to chain.NodeID, message []byte) {
	if h.link != nil {
		h.link.send(to, network.Consensus, message)
	}
}

// Broadcast implements consensus.Host.
func (h *host) Broadcast(message []byte) {
	if h.link == nil {
		return
	}
	validators := h.chain().deciding()
	for i := range validators.Members {
		if id := validators.Members[i].ID; id != h.options.Self {
			h.link.send(id, network.Consensus, message)
		}
	}
}

// Sign implements consensus.Host.
func (h *host) Sign(kind string, message []byte) ([]byte, error) {
	c := h.chain()
	keys, err := c.options.keysFor(c.deciding())
	if err != nil {
		return nil, err
	}
	return keys.Signer.Sign(chain.SigningHash(c.suite, chain.DomainVote, c.identity, kind, message))
}

// Verify implements consensus.Host.
func (h *host) Verify(key chain.PublicKey, kind string, message, signature []byte) error {
	c := h.chain()
	return c.verifyVote(c.identity, key, kind, message, signature)
}

// Endorse implements consensus.Host.
func (h *host) Endorse(kind string, vote consensus.Vote) (e consensus.Endorsement, err error) {
	c := h.chain()
	ruling, err := c.Ruling(vote.Height)
	if err != nil {
		return e, err
	}
	keys, err := c.options.keysFor(ruling.Validators)
	if err != nil {
		return e, err
	}
	if c.options.Votes != nil {
		if err := c.options.Votes.Record(kind, vote); err != nil {
			return e, err
		}
	}
	digest := chain.SigningHash(c.suite, chain.DomainVote, c.identity, kind, vote.Encode())
	if e.Signature, err = keys.Signer.Sign(digest); err != nil || keys.Export == nil {
		return e, err
	}
	e.Export, err = keys.Export.Sign(digest)
	return e, err
}

// CheckEndorsement implements consensus.Host.
func (h *host) CheckEndorsement(member *chain.Validator, kind string, vote consensus.Vote, endorsement consensus.Endorsement) error {
	return endorsement.Verify(h.chain().verifyVote, h.identity, member, kind, vote)
}

// HeaderHash implements consensus.Host.
func (h *host) HeaderHash(proposal consensus.Proposal) (chain.Hash, error) {
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		return chain.Hash{}, err
	}
	return header.Hash(h.suite), nil
}

// Report implements consensus.Host.
func (h *host) Report(evidence consensus.Evidence) {
	c := h.chain()
	news, err := c.accuse(&evidence)
	if err != nil {
		h.log.Debug("evidence not recorded", "accused", evidence.Accused, "reason", err)
	}
	if news && c.link != nil {
		c.link.tellEvidence(&evidence)
	}
}

// Halt implements consensus.Host.
func (h *host) Halt(reason error) { h.chain().halt(reason) }
