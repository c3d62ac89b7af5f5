package reference

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// judge answers questions that have one answer everywhere.
type judge interface {
	HeaderHash(proposal consensus.Proposal) (chain.Hash, error)
	CheckEndorsement(member *chain.Validator, kind string, vote consensus.Vote, endorsement consensus.Endorsement) error
}

// lock is a proposal that a quorum has prepared, and that this node commits to.
type lock struct {
	*message // with the certificate; its round is the one in which it was prepared
	hash     chain.Hash
}

// core is the protocol at the height after the tip.
type core struct {
	judge
	self     chain.NodeID
	fault    consensus.Fault
	flaw     Flaw
	patience time.Duration
	interval time.Duration // between blocks; 0 when they are made on demand
	now      time.Time     // of the event
	moved    time.Time     // when the tip did

	set     *chain.ValidatorSet
	next    *chain.ValidatorSet // announced, for a height that is not reached
	tip     consensus.Decision
	height  uint64
	votes   votes
	effects []effect

	round    uint64
	deadline time.Time // of the round; zero while nobody wants a block
	pending  bool      // the host has something to propose
	heard    bool      // another node is at work at this height
	led      bool      // this node has proposed in this round, or is about to
	refused  bool      // the host had nothing when this node led
	accepted *message  // the proposal of this round that is prepared
	waiting  string    // why no block is made

	known    map[chain.Hash]*message // validated proposals of this height
	early    map[chain.NodeID]*message
	rounds   map[chain.NodeID]uint64 // of the others
	prepared map[uint64]chain.Hash   // own votes by round
	promised map[uint64]chain.Hash
	lock     *lock
	decided  *consensus.Decision // what the host has not committed yet
	behind   bool                // others are further
	later    []*received         // of the next height
	resent   time.Time
	helped   map[chain.NodeID]bool // since the last tick
}

// newCore is a node at a tip; records are those of its log.
func newCore(j judge, self chain.NodeID, fault consensus.Fault, patience time.Duration, set *chain.ValidatorSet, tip consensus.Decision) *core {
	c := &core{judge: j, self: self, fault: fault, patience: patience, set: set, votes: make(votes)}
	c.enter(tip)
	return c
}

// enter begins the height after a tip.
func (c *core) enter(tip consensus.Decision) {
	c.tip, c.height, c.round = tip, tip.Proposal.Height+1, 0
	c.refused = false
	c.deadline, c.heard, c.led, c.accepted, c.lock, c.decided, c.behind = time.Time{}, false, false, nil, nil, nil, false
	c.known, c.early = make(map[chain.Hash]*message), make(map[chain.NodeID]*message)
	c.rounds, c.helped = make(map[chain.NodeID]uint64), make(map[chain.NodeID]bool)
	c.prepared, c.promised = make(map[uint64]chain.Hash), make(map[uint64]chain.Hash)
	c.moved, c.pending = c.now, c.pending && c.interval == 0
	c.votes.drop(tip.Proposal.Height) // those of the last height are kept as evidence
}

// step takes one event and returns what is to be done, in order.
func (c *core) step(e event) []effect {
	c.effects, c.now = nil, e.now
	switch {
	case e.noticed:
		c.pending = c.pending || c.interval == 0
		c.leadAgain()
	case e.received != nil:
		c.receive(e.received)
	case e.proposed != nil:
		c.takeProposed(e.now, e.proposed)
	case e.validated != nil:
		c.takeValidated(e.validated)
	case e.endorsed != nil:
		c.takeEndorsed(e.endorsed)
	case e.committed != nil:
		c.takeCommitted(e.committed)
	case e.synced != nil:
		c.takeSynced(e.synced)
	case e.ticked:
		c.tick(e.now)
	}
	c.pursue(e.now)
	return c.effects
}

func (c *core) do(e effect) { c.effects = append(c.effects, e) }

// member is this node as a validator.
func (c *core) member() bool {
	_, ok := c.set.Member(c.self)
	return ok
}

// leader is who proposes in a round.
func (c *core) leader(round uint64) chain.NodeID {
	return c.set.Members[(c.height+round)%uint64(len(c.set.Members))].ID
}

// pursue begins a round that somebody wants, and leads it where it is this node's turn.
func (c *core) pursue(now time.Time) {
	if !c.member() || c.decided != nil || !c.pending && !c.heard {
		return
	}
	if c.deadline.IsZero() {
		c.deadline = now.Add(c.timeout())
	}
	if c.leader(c.round) == c.self && !c.led {
		c.led = true
		c.lead()
	}
}

// leadAgain has the host asked again after it had nothing.
func (c *core) leadAgain() {
	if c.refused {
		c.refused, c.led = false, false
	}
}

// timeout grows with the round, so that it comes to be long enough.
func (c *core) timeout() time.Duration {
	return c.patience * time.Duration(min(c.round+2, 8)) / 2
}

// lead proposes: what it is locked on, what it has prepared in this round before, or
// something new.
func (c *core) lead() {
	switch hash, voted := c.prepared[c.round]; {
	case c.lock != nil:
		again := *c.lock.message
		again.shape, again.round, again.prepared = shapeProposal, c.round, c.lock.round+1
		c.offer(&again)
	case voted && c.known[hash] != nil:
		again := *c.known[hash]
		again.shape, again.round = shapeProposal, c.round
		c.offer(&again)
	case !voted:
		c.do(effect{propose: &propose{parent: c.tip, round: c.round, force: c.round > 0 || c.interval > 0}})
	}
}

// offer sends a proposal to all and takes it up itself.
func (c *core) offer(m *message) {
	c.do(effect{broadcast: m.encode()})
	c.consider(m)
}

func (c *core) takeProposed(now time.Time, p *proposed) {
	if p.parent.Proposal.Height != c.tip.Proposal.Height || p.round != c.round {
		return
	}
	switch {
	case p.err != nil:
		c.refused = !p.probe
		c.takeRefusal(p.err)
		if c.deadline = now.Add(c.timeout()); !c.pending && !c.heard {
			c.deadline = time.Time{}
		}
	case p.probe:
		c.move(c.round + 1)
	default:
		c.waiting = ""
		c.offer(&message{shape: shapeProposal, height: c.height, round: c.round, proposal: p.proposal})
	}
}

// consider has the host validate a proposal of this round, once.
func (c *core) consider(m *message) {
	hash, err := c.HeaderHash(m.proposal)
	if err != nil || c.accepted != nil && c.flaw != VotesAgain {
		return
	}
	if c.known[hash] != nil {
		c.accept(m, hash)
		return
	}
	c.do(effect{validate: &validate{message: m, hash: hash}})
}

func (c *core) takeValidated(v *validated) {
	if v.height != c.height || len(c.known) >= maxRounds {
		return
	}
	if v.err != nil {
		return // another will lead
	}
	c.known[v.hash] = v.message
	if v.restored {
		c.resume()
	} else if v.round == c.round && (c.accepted == nil || c.flaw == VotesAgain) {
		c.accept(v.message, v.hash)
	}
	c.count(ballot{commitKind, c.height, v.round}, v.hash)
}

// accept prepares a proposal of this round unless a lock forbids it.
func (c *core) accept(m *message, hash chain.Hash) {
	c.accepted = m
	if c.lock != nil && c.lock.hash != hash && !c.supersedes(m, hash) {
		return
	}
	if own, voted := c.prepared[c.round]; voted && own != hash && c.flaw != VotesAgain {
		return
	}
	if _, voted := c.prepared[c.round]; !voted {
		c.prepared[c.round] = hash
		record := *m
		record.shape, record.vote, record.certificate = shapePrepare, hash, nil
		c.do(effect{record: record.encode()})
	}
	c.do(effect{endorse: &endorse{prepareKind, consensus.Vote{Height: c.height, Round: c.round, Hash: hash}}})
}

// supersedes checks that a quorum has prepared the proposal in a later round than the lock's.
func (c *core) supersedes(m *message, hash chain.Hash) bool {
	if m.prepared == 0 || m.prepared > m.round || m.prepared-1 <= c.lock.round {
		return false
	}
	p, err := consensus.DecodeQuorumProof(m.certificate)
	if err != nil || p.Round != m.prepared-1 || len(p.Endorsements) != len(c.set.Members) {
		return false
	}
	vote, weight := consensus.Vote{Height: c.height, Round: p.Round, Hash: hash}, uint64(0)
	for i := range p.Endorsements {
		if len(p.Endorsements[i].Signature) == 0 {
			continue
		}
		if c.CheckEndorsement(&c.set.Members[i], prepareKind, vote, p.Endorsements[i]) != nil {
			return false
		}
		weight += c.set.Members[i].Weight
	}
	return weight >= c.quorum()
}
