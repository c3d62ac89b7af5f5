package enginetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Host is one life of a node.
type Host struct {
	*Node
	Engine     consensus.Engine
	ended      bool
	crashAfter bool // the record that is being written
}

var errDead = errors.New("this node has crashed")

// Propose implements consensus.Host.
func (h *Host) Propose(_ context.Context, parent consensus.Decision, meta []byte, force bool) (consensus.Proposal, error) {
	above, err := chain.DecodeHeader(parent.Proposal.Header)
	if err != nil {
		return consensus.Proposal{}, err
	}
	h.world.mutex.Lock()
	orders := h.world.orders
	set := h.world.set(above.Height + 1)
	h.world.mutex.Unlock()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if above.Height != uint64(len(h.decisions)-1) {
		return consensus.Proposal{}, fmt.Errorf("%w: parent %d, tip %d", consensus.ErrProposal, above.Height, len(h.decisions)-1)
	}
	var body []byte
	for _, o := range orders {
		if !h.faults.Blind && !h.included[o] && len(body) < 8*10 {
			body = append(body, o[:]...)
		}
	}
	if len(body) == 0 && !force {
		return consensus.Proposal{}, consensus.ErrNothing
	}
	header := chain.Header{
		Rules: 1, Chain: identity, Height: above.Height + 1, Parent: above.Hash(sha{}), Time: above.Time + 1 + uint64(h.Index),
		TransactionRoot: sha{}.Sum(body), GasLimit: 1, Validators: set.Hash(sha{}), NextValidators: set.Hash(sha{}),
		Proposer: h.ID, ConsensusMeta: meta,
	}
	return consensus.Proposal{Height: header.Height, Header: header.Encode(), Body: body}, nil
}

// Validate implements consensus.Host: links, and no order twice.
func (h *Host) Validate(ctx context.Context, p consensus.Proposal) error {
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return err
	}
	h.mutex.Lock()
	needs := h.faults.Validate
	h.mutex.Unlock()
	if header.Proposer != h.ID {
		if err := pause(ctx, needs); err != nil {
			return err
		}
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.faults.Disagree {
		return fmt.Errorf("%w: this host disagrees", consensus.ErrProposal)
	}
	above, err := chain.DecodeHeader(h.decisions[len(h.decisions)-1].Proposal.Header)
	if err != nil {
		return err
	}
	if header.Height != above.Height+1 || header.Parent != above.Hash(sha{}) || header.TransactionRoot != (sha{}).Sum(p.Body) {
		return fmt.Errorf("%w: height %d on %d", consensus.ErrProposal, header.Height, above.Height)
	}
	seen := make(map[[8]byte]bool)
	for body := p.Body; len(body) >= 8; body = body[8:] {
		o := [8]byte(body[:8])
		if h.included[o] || seen[o] {
			return fmt.Errorf("%w: order %x is included already", consensus.ErrProposal, o)
		}
		seen[o] = true
	}
	return nil
}

// Commit implements consensus.Host.
func (h *Host) Commit(_ context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
	h.mutex.Lock()
	slower := h.faults.Commit
	h.mutex.Unlock()
	time.Sleep(h.world.given.Commit + slower)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return nil, errDead
	}
	if tip := uint64(len(h.decisions) - 1); d.Proposal.Height != tip+1 {
		h.world.t.Errorf("node %d commits height %d after %d", h.Index, d.Proposal.Height, tip)
		return nil, consensus.ErrProposal
	}
	h.apply(d)
	h.world.mutex.Lock()
	defer h.world.mutex.Unlock()
	return h.world.sets[d.Proposal.Height+1], nil
}

// apply adds a decision; the mutex is held.
func (n *Node) apply(d consensus.Decision) {
	n.world.committed(n, d)
	n.decisions = append(n.decisions, d)
	for body := d.Proposal.Body; len(body) >= 8; body = body[8:] {
		if o := [8]byte(body[:8]); n.included[o] {
			n.world.t.Errorf("node %d commits order %x twice", n.Index, o)
		} else {
			n.included[o] = true
		}
	}
}

// Fetch implements consensus.Host: it asks every node that it can reach.
func (h *Host) Fetch(ctx context.Context, atLeast uint64) (consensus.Decision, *chain.ValidatorSet, error) {
	h.mutex.Lock()
	h.fetches++
	h.mutex.Unlock()
	for {
		if err := pause(ctx, 2*h.world.given.Latency+time.Millisecond); err != nil {
			return consensus.Decision{}, nil, err
		}
		var best []consensus.Decision
		for _, other := range h.world.Nodes {
			h.world.mutex.Lock()
			cut := h.world.cut[[2]int{h.Index, other.Index}]
			h.world.mutex.Unlock()
			if other.Index == h.Index || cut || other.Running() == nil {
				continue
			}
			other.mutex.Lock()
			if len(other.decisions) > len(best) {
				best = other.decisions
			}
			other.mutex.Unlock()
		}
		if h.dead() {
			return consensus.Decision{}, nil, errDead
		}
		h.mutex.Lock()
		for _, d := range best[min(len(h.decisions), len(best)):] {
			h.apply(d)
		}
		tip := h.decisions[len(h.decisions)-1]
		h.mutex.Unlock()
		if tip.Proposal.Height >= atLeast {
			h.world.mutex.Lock()
			defer h.world.mutex.Unlock()
			return tip, h.world.set(tip.Proposal.Height + 1), nil
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		// No timer: one of virtual time that is due when it is made has crashed the race
		// detector (Go 1.26.8, runtime.(*timer).maybeRunChan).
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Send implements consensus.Host.
func (h *Host) Send(to chain.NodeID, message []byte) {
	if h.dead() {
		return
	}
	for _, other := range h.world.Nodes {
		if other.ID == to && other.ID != h.ID {
			h.world.Send(h.Index, other.Index, message)
		}
	}
}

// Broadcast implements consensus.Host.
func (h *Host) Broadcast([]byte) { panic("the adapter sends to each") }

// Verify implements consensus.Host.
func (h *Host) Verify(key chain.PublicKey, kind string, message, signature []byte) error {
	return verifyVote(identity, key, kind, message, signature)
}

// Endorse implements consensus.Host, with a durable record of votes.
func (h *Host) Endorse(kind string, vote consensus.Vote) (consensus.Endorsement, error) {
	time.Sleep(h.world.given.Sync)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return consensus.Endorsement{}, errDead
	}
	key := fmt.Sprint(kind, vote.Height, vote.Round)
	if hash, ok := h.voted[key]; h.faults.Refuse || ok && hash != vote.Hash {
		return consensus.Endorsement{}, consensus.ErrDoubleSign
	}
	h.voted[key] = vote.Hash
	h.votes++
	signature, err := h.Sign(kind, vote.Encode())
	return consensus.Endorsement{Signature: signature}, err
}

// CheckEndorsement implements consensus.Host.
func (h *Host) CheckEndorsement(member *chain.Validator, kind string, vote consensus.Vote, e consensus.Endorsement) error {
	return e.Verify(verifyVote, identity, member, kind, vote)
}

// HeaderHash implements consensus.Host.
func (h *Host) HeaderHash(p consensus.Proposal) (chain.Hash, error) {
	header, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return chain.Hash{}, err
	}
	return header.Hash(sha{}), nil
}

// Report implements consensus.Host.
func (h *Host) Report(e consensus.Evidence) {
	h.world.mutex.Lock()
	defer h.world.mutex.Unlock()
	if err := e.Verify(verifyVote, identity, h.world.set(e.A.Height)); err != nil {
		h.world.t.Errorf("evidence that does not convict: %v", err)
	}
	h.world.reports = append(h.world.reports, e)
}

// Halt implements consensus.Host.
func (h *Host) Halt(reason error) {
	if !h.dead() {
		h.world.t.Errorf("node %d halts: %v", h.Index, reason)
	}
}
