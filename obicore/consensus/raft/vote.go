package raft

import (
	"errors"
	"log/slog"
	"time"

	etcd "go.etcd.io/raft/v3"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// signed is a member's vote; checked when its signature is known to be good.
type signed struct {
	vote        consensus.Vote
	endorsement consensus.Endorsement
	checked     bool
}

// certificate says that a majority has endorsed a vote.
type certificate struct {
	vote  consensus.Vote
	proof []byte
}

// vote endorses the undecided block and tells the leader.
func (e *engine) vote() {
	b := e.group.undecided(e.tip.Proposal.Height)
	if b == nil || b.refused || e.decided != nil || !e.group.votable(b) {
		e.toldAt = time.Time{}
		return
	}
	if b.endorsement == nil && !e.endorse(b) {
		e.toldAt = time.Time{}
		return
	}
	to := audience{e.group.leader(), e.group.term()}
	if to.leader == e.group.self || to.leader == etcd.None {
		e.toldAt = time.Time{}
		return
	}
	now, again := e.clock.Now(), e.told == to
	if again && now.Before(e.toldAt.Add(e.timing.again)) {
		return
	}
	e.send(e.members.byNum[to.leader], frameVote, votePayload(b.vote(), *b.endorsement, again))
	e.told, e.toldAt = to, now
}

// endorse signs the vote for a block.
func (e *engine) endorse(b *block) bool {
	if now := e.clock.Now(); now.Before(e.retryAt) {
		return false
	}
	endorsement, err := e.host.Endorse(voteKind, b.vote())
	switch {
	case errors.Is(err, consensus.ErrDoubleSign):
		b.refused = true
		e.logf(slog.LevelError, "raft: this node does not vote for height %d in term %d: %v", b.proposal.Height, b.term, err)
		e.trouble = err.Error()
		return false
	case err != nil:
		e.fail("endorsing", err)
		return false
	}
	b.endorsement = &endorsement
	e.votes[e.self] = signed{b.vote(), endorsement, true}
	e.told = audience{}
	return true
}

// fail notes what the host could not do; it is tried again.
func (e *engine) fail(what string, err error) {
	e.trouble = what + ": " + err.Error()
	e.logf(slog.LevelWarn, "raft: %s: %v", what, err)
	e.retryAt = e.clock.Now().Add(e.timing.again)
}

func (e *engine) receiveVote(f *frame) {
	switch tip := e.tip.Proposal.Height; {
	case f.vote.Height <= tip:
		if f.again {
			e.remind(f.from)
		}
	case f.vote.Height == tip+1:
		e.votes[f.from] = signed{vote: f.vote, endorsement: f.endorsement}
	}
}

// remind sends the proof of the tip to a member that waits for a decision: either that
// is it, or the member learns that it is behind.
func (e *engine) remind(to chain.NodeID) {
	if e.tip.Proof.Kind != Kind {
		return
	}
	proof, err := consensus.DecodeQuorumProof(e.tip.Proof.Bytes)
	if err != nil {
		return
	}
	hash, err := e.host.HeaderHash(e.tip.Proposal)
	if err != nil {
		return
	}
	vote := consensus.Vote{Height: e.tip.Proposal.Height, Round: proof.Round, Hash: hash}
	e.send(to, frameCertificate, certificatePayload(vote, e.tip.Proof.Bytes))
}

// knownAhead is of how many heights above the tip certificates are kept: a member that
// executes more slowly than a majority hears them before it can use them, and nobody
// says them again unasked.
const knownAhead = 64

func (e *engine) receiveCertificate(f *frame) {
	tip, height := e.tip.Proposal.Height, f.vote.Height
	if height <= tip || height-tip > knownAhead {
		return
	}
	if c, known := e.known[height]; !known || c.vote != f.vote {
		e.known[height] = certificate{vote: f.vote, proof: f.proof}
	}
}

// conclude decides the undecided block when a majority has endorsed it; true when it
// has just done so.
func (e *engine) conclude() bool {
	b := e.group.undecided(e.tip.Proposal.Height)
	if b == nil || e.decided != nil {
		return false
	}
	proof, ok := e.certified(b)
	if !ok {
		if proof, ok = e.counted(b); !ok {
			return false
		}
		e.spread(certificatePayload(b.vote(), proof.Bytes))
	}
	e.decided = &consensus.Decision{Proposal: b.proposal, Proof: proof}
	e.toldAt = time.Time{}
	e.interrupt()
	return true
}

// certified checks the certificate that another member has sent.
func (e *engine) certified(b *block) (proof chain.Proof, ok bool) {
	known, ok := e.known[b.proposal.Height]
	if !ok || known.vote != b.vote() {
		return proof, false
	}
	proof = chain.Proof{Kind: Kind, Epoch: e.members.set.Epoch, Bytes: known.proof}
	if err := e.checkProof(b, known.proof); err != nil {
		e.logf(slog.LevelWarn, "raft: a certificate for height %d does not verify: %v", b.proposal.Height, err)
		delete(e.known, b.proposal.Height)
		return proof, false
	}
	return proof, true
}

func (e *engine) checkProof(b *block, bytes []byte) error {
	proof, err := consensus.DecodeQuorumProof(bytes)
	if err != nil {
		return err
	}
	set, count := e.members.set, 0
	if proof.Round != b.term || len(proof.Endorsements) != len(set.Members) {
		return consensus.ErrProof
	}
	for i := range set.Members {
		if len(proof.Endorsements[i].Signature) == 0 {
			continue
		}
		if err := e.host.CheckEndorsement(&set.Members[i], voteKind, b.vote(), proof.Endorsements[i]); err != nil {
			return err
		}
		count++
	}
	if !e.members.enough(count) {
		return consensus.ErrProof
	}
	return nil
}

// counted makes a proof from the votes, when they are enough.
func (e *engine) counted(b *block) (proof chain.Proof, ok bool) {
	vote, matching := b.vote(), 0
	for _, s := range e.votes {
		if s.vote == vote {
			matching++
		}
	}
	if !e.members.enough(matching) {
		return proof, false
	}
	endorsements := make(map[chain.NodeID]consensus.Endorsement)
	for i := range e.members.set.Members {
		member := &e.members.set.Members[i]
		s, voted := e.votes[member.ID]
		if !voted || s.vote != vote {
			continue
		}
		if !s.checked {
			if err := e.host.CheckEndorsement(member, voteKind, vote, s.endorsement); err != nil {
				e.logf(slog.LevelWarn, "raft: the vote of %s for height %d does not verify: %v", member.ID, vote.Height, err)
				delete(e.votes, member.ID)
				continue
			}
			s.checked = true
			e.votes[member.ID] = s
		}
		endorsements[member.ID] = s.endorsement
	}
	if !e.members.enough(len(endorsements)) {
		return proof, false
	}
	return e.members.prove(b.term, endorsements), true
}

// spread tells all other members.
func (e *engine) spread(payload []byte) {
	for i := range e.members.set.Members {
		if id := e.members.set.Members[i].ID; id != e.self {
			e.send(id, frameCertificate, payload)
		}
	}
}
