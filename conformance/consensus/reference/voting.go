package reference

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// takeEndorsed sends this node's vote and counts it. Without the host's endorsement there is
// no vote, and the others go on alone.
func (c *core) takeEndorsed(e *endorsed) {
	if e.err != nil {
		c.waiting = e.err.Error()
		return
	}
	if e.vote.Height != c.height {
		return
	}
	shape := uint64(shapePrepare)
	if e.kind == commitKind {
		shape = shapeCommit
	}
	m := &message{shape: shape, height: e.vote.Height, round: e.vote.Round, vote: e.vote.Hash, endorsement: e.endorsement}
	c.do(effect{broadcast: m.encode()})
	b := ballot{e.kind, e.vote.Height, e.vote.Round}
	c.votes.add(b, c.self, counted{e.vote.Hash, e.endorsement})
	c.count(b, e.vote.Hash)
}

// takeVote counts the vote of another validator, also of the last height: two votes that
// contradict each other are evidence.
func (c *core) takeVote(r *received) {
	member, ok := c.set.Member(r.from)
	b := ballot{prepareKind, r.height, r.round}
	if r.shape == shapeCommit {
		b.kind = commitKind
	}
	if !ok || r.round >= c.round+maxRounds || c.votes.has(b, r.from, r.vote) {
		return
	}
	vote := consensus.Vote{Height: r.height, Round: r.round, Hash: r.vote}
	if c.CheckEndorsement(&member, b.kind, vote, r.endorsement) != nil {
		return
	}
	if first, contradicts := c.votes.add(b, r.from, counted{r.vote, r.endorsement}); contradicts {
		other := consensus.Vote{Height: r.height, Round: r.round, Hash: first.hash}
		c.do(effect{report: &consensus.Evidence{
			Accused: r.from, Kind: b.kind, A: other, B: vote, SignatureA: first.endorsement.Signature, SignatureB: r.endorsement.Signature,
		}})
		return
	}
	c.count(b, r.vote)
}

// count does what a ballot has come to allow.
func (c *core) count(b ballot, hash chain.Hash) {
	if b.height != c.height || c.decided != nil || !c.member() {
		return
	}
	proof, weight := c.votes.proof(c.set, b, hash)
	if weight < c.quorum() {
		return
	}
	known := c.known[hash]
	switch {
	case b.kind == commitKind && known != nil:
		c.decide(known.proposal, proof)
	case b.kind == commitKind:
		c.behind = true // it is decided, and this node has not seen what
	case known != nil && b.round == c.round && (c.lock == nil || c.lock.round < b.round):
		c.promise(known, hash, proof)
	}
}

// promise locks on a proposal that a quorum has prepared, and commits to it.
func (c *core) promise(m *message, hash chain.Hash, proof consensus.QuorumProof) {
	if own, voted := c.prepared[c.round]; voted && own != hash {
		return
	}
	locked := *m
	locked.shape, locked.round, locked.vote, locked.certificate = shapeCommit, c.round, hash, proof.Encode()
	c.lock = &lock{&locked, hash}
	c.promised[c.round] = hash
	c.do(effect{record: locked.encode()})
	c.do(effect{endorse: &endorse{commitKind, consensus.Vote{Height: c.height, Round: c.round, Hash: hash}}})
}

func (c *core) decide(p consensus.Proposal, proof consensus.QuorumProof) {
	c.decided = &consensus.Decision{Proposal: p, Proof: chain.Proof{Kind: Kind, Epoch: c.set.Epoch, Bytes: proof.Encode()}}
	c.do(effect{commit: c.decided})
}

// takeCommitted goes to the next height. A decision that the host could not commit is given
// to it again at the next tick.
func (c *core) takeCommitted(e *committed) {
	if e.err != nil {
		c.waiting = e.err.Error()
		return
	}
	c.moveOn(e.decision, e.next)
}

func (c *core) takeSynced(e *synced) {
	c.behind = false
	switch {
	case e.tip != nil && e.tip.Proposal.Height >= c.height:
		c.moveOn(*e.tip, e.next)
	case e.next != nil && e.next.Epoch > c.set.Epoch:
		c.next = e.next
		c.adopt()
	}
}

func (c *core) moveOn(tip consensus.Decision, next *chain.ValidatorSet) {
	if tip.Proposal.Height < c.height {
		return
	}
	if next != nil {
		c.next = next
	}
	c.waiting = ""
	c.enter(tip)
	c.adopt()
	c.do(effect{forget: true})
	later := c.later
	c.later = nil
	for _, r := range later {
		c.receive(r)
	}
}

// adopt takes the announced validators when it is their turn.
func (c *core) adopt() {
	if c.next != nil && c.next.From <= c.height {
		if c.next.Epoch > c.set.Epoch {
			c.set = c.next
		}
		c.next = nil
	}
}

// takeRefusal notes why the host does not propose.
func (c *core) takeRefusal(err error) {
	if c.waiting = ""; errors.Is(err, consensus.ErrNothing) {
		c.pending = false
		return
	}
	c.waiting = err.Error()
}
