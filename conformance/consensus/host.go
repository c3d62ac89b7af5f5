package consensus

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// host is a node as a script: it orders what a rule puts into it, fails where a rule
// says so, and keeps book of what the engine does wrong.
type host struct {
	member
	clock *clock
	log   *log

	mutex     sync.Mutex
	set       *chain.ValidatorSet
	waiting   [][]byte // bodies to order
	decisions []consensus.Decision
	times     []time.Time // when they were committed
	known     map[chain.Hash]bool
	wrong     []string
	inside    int // calls that have not returned
	stopped   bool
	proposals int // calls of Propose
	attempts  int // calls of Commit

	proposeFault error
	commitFault  error // of the next Commit
	nextSet      map[uint64]*chain.ValidatorSet
	hold         func(ctx context.Context, call string) // called inside Propose and Commit
}

var _ consensus.Host = (*host)(nil)

func newHost() *host {
	h := &host{member: newMember(1), clock: newClock(), log: &log{}, known: make(map[chain.Hash]bool), nextSet: make(map[uint64]*chain.ValidatorSet)}
	h.set = setOf(h.member, 0, 0)
	h.decisions = []consensus.Decision{genesis(h.set)}
	return h
}

// boot is what an engine of this host starts from.
func (h *host) boot() consensus.Boot {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return consensus.Boot{
		Self: h.ID, Set: h.set, Tip: h.decisions[len(h.decisions)-1], WAL: h.log, Clock: h.clock,
		Rand: numbers(1, 1),
	}
}

// resume lets the host be called again, by the next engine.
func (h *host) resume() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.stopped = false
}

// order puts bodies into the host.
func (h *host) order(bodies ...string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, body := range bodies {
		h.waiting = append(h.waiting, []byte(body))
	}
}

// enter begins a call of the engine; the result ends it.
func (h *host) enter(call string) (leave func()) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.stopped {
		h.blame("%s is called after Stop has returned", call)
	}
	h.inside++
	return func() {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		h.inside--
	}
}

// blame notes a breach of the standard; the mutex is held.
func (h *host) blame(format string, arguments ...any) {
	if len(h.wrong) < 10 {
		h.wrong = append(h.wrong, fmt.Sprintf(format, arguments...))
	}
}

func (h *host) tip() consensus.Decision { return h.decisions[len(h.decisions)-1] }

// digest names a proposal to the byte.
func digest(p consensus.Proposal) chain.Hash {
	return hasher{}.Sum(fmt.Appendf(nil, "%d %d ", p.Height, len(p.Header)), p.Header, p.Body)
}

// Propose implements consensus.Host.
func (h *host) Propose(ctx context.Context, parent consensus.Decision, meta []byte, force bool) (consensus.Proposal, error) {
	defer h.enter("Propose")()
	if h.hold != nil {
		h.hold(ctx, "Propose")
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.proposals++
	if digest(parent.Proposal) != digest(h.tip().Proposal) {
		h.blame("Propose is given the parent at height %d where height %d is the last committed", parent.Proposal.Height, h.tip().Proposal.Height)
	}
	switch {
	case ctx.Err() != nil:
		return consensus.Proposal{}, ctx.Err()
	case h.proposeFault != nil:
		return consensus.Proposal{}, h.proposeFault
	case len(h.waiting) == 0 && !force:
		return consensus.Proposal{}, consensus.ErrNothing
	}
	var body []byte
	if len(h.waiting) > 0 {
		body = h.waiting[0]
	}
	p, err := child(parent, h.ID, h.set, meta, body)
	h.known[digest(p)] = err == nil
	return p, err
}

// Validate implements consensus.Host: this host has only its own proposals to judge.
func (h *host) Validate(_ context.Context, p consensus.Proposal) error {
	defer h.enter("Validate")()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !h.known[digest(p)] {
		return consensus.ErrProposal
	}
	return nil
}

// Commit implements consensus.Host.
func (h *host) Commit(ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
	defer h.enter("Commit")()
	if h.hold != nil {
		h.hold(ctx, "Commit")
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.attempts++
	if fault := h.commitFault; fault != nil {
		h.commitFault = nil
		return nil, fault
	}
	if d.Proposal.Height != h.tip().Proposal.Height+1 {
		h.blame("height %d is committed after height %d", d.Proposal.Height, h.tip().Proposal.Height)
		return nil, consensus.ErrProposal
	}
	if !h.known[digest(d.Proposal)] {
		h.blame("the proposal committed at height %d is not one that this host has made or validated", d.Proposal.Height)
	}
	if len(h.waiting) > 0 && bytes.Equal(h.waiting[0], d.Proposal.Body) {
		h.waiting = h.waiting[1:]
	}
	h.decisions = append(h.decisions, d)
	h.times = append(h.times, h.clock.Now())
	next := h.nextSet[d.Proposal.Height]
	if next != nil {
		h.set = next
	}
	return next, nil
}

// Fetch implements consensus.Host.
func (h *host) Fetch(context.Context, uint64) (consensus.Decision, *chain.ValidatorSet, error) {
	defer h.enter("Fetch")()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.tip(), h.set, nil
}

// Send implements consensus.Host; there is nobody to send to.
func (h *host) Send(chain.NodeID, []byte) { h.enter("Send")() }

// Broadcast implements consensus.Host.
func (h *host) Broadcast([]byte) { h.enter("Broadcast")() }

// Sign implements consensus.Host.
func (h *host) Sign(kind string, message []byte) ([]byte, error) {
	defer h.enter("Sign")()
	return h.sign(kind, message), nil
}

// Verify implements consensus.Host.
func (h *host) Verify(key chain.PublicKey, kind string, message, signature []byte) error {
	defer h.enter("Verify")()
	return verifyVote(identity, key, kind, message, signature)
}

// Endorse implements consensus.Host; these validators have no export keys.
func (h *host) Endorse(kind string, vote consensus.Vote) (consensus.Endorsement, error) {
	defer h.enter("Endorse")()
	return consensus.Endorsement{Signature: h.sign(kind, vote.Encode())}, nil
}

// CheckEndorsement implements consensus.Host.
func (h *host) CheckEndorsement(member *chain.Validator, kind string, vote consensus.Vote, endorsement consensus.Endorsement) error {
	defer h.enter("CheckEndorsement")()
	return endorsement.Verify(verifyVote, identity, member, kind, vote)
}

// HeaderHash implements consensus.Host.
func (h *host) HeaderHash(p consensus.Proposal) (chain.Hash, error) {
	defer h.enter("HeaderHash")()
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return chain.Hash{}, err
	}
	return header.Hash(hasher{}), nil
}

// Report implements consensus.Host: nobody misbehaves here.
func (h *host) Report(e consensus.Evidence) {
	defer h.enter("Report")()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.blame("evidence of %q is reported against %s", e.Kind, e.Accused)
}

// Halt implements consensus.Host: nothing here is a reason to stop the node.
func (h *host) Halt(reason error) {
	defer h.enter("Halt")()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.blame("the node is halted: %v", reason)
}
