package consensus

import (
	"context"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// maxOrders is how many orders go into a block.
const maxOrders = 8

// Propose implements consensus.Host.
func (l *life) Propose(ctx context.Context, parent consensus.Decision, meta []byte, force bool) (p consensus.Proposal, err error) {
	defer l.enter("Propose")()
	w := l.world
	w.mutex.Lock()
	defer w.mutex.Unlock()
	body := l.openOrders()
	switch tip := l.tip(); {
	case ctx.Err() != nil:
		return p, ctx.Err()
	case l.ended:
		return p, errDead
	case parent.Proposal.Height != tip.Proposal.Height || digest(parent.Proposal) != digest(tip.Proposal):
		return p, fmt.Errorf("%w: on height %d, the tip is at %d", consensus.ErrProposal, parent.Proposal.Height, tip.Proposal.Height)
	case len(body) == 0 && !force:
		return p, consensus.ErrNothing
	}
	if p, err = l.assemble(parent, meta, body); err == nil {
		l.approved[digest(p)] = true
	}
	return p, err
}

// openOrders are those that are in no block yet; the world's mutex is held.
func (n *node) openOrders() (body []byte) {
	for _, o := range n.world.orders {
		if !n.included[o] && len(body) < maxOrders*len(o) {
			body = append(body, o[:]...)
		}
	}
	return body
}

// assemble makes a proposal that differs between nodes and between lives; the world's mutex
// is held.
func (l *life) assemble(parent consensus.Decision, meta, body []byte) (consensus.Proposal, error) {
	above, err := chain.DecodeHeader(parent.Proposal.Header)
	if err != nil {
		return consensus.Proposal{}, err
	}
	h := chain.Header{
		Rules: 1, Chain: identity, Height: above.Height + 1, Parent: above.Hash(hasher{}),
		Time:            above.Time + 1 + uint64(l.place) + 100*uint64(l.lives),
		TransactionRoot: hasher{}.Sum(body), TransactionCount: uint64(len(body)), GasLimit: 1,
		Validators: l.world.set(above.Height + 1).Hash(hasher{}), NextValidators: l.world.set(above.Height + 2).Hash(hasher{}),
		Proposer: l.id, ConsensusMeta: meta,
	}
	if l.bad {
		spoil(&h, l.world.random.IntN(4))
	}
	return consensus.Proposal{Height: h.Height, Header: h.Encode(), Body: body}, nil
}

// spoil makes a header one that no host accepts.
func spoil(h *chain.Header, way int) {
	switch way {
	case 0:
		h.TransactionRoot[0] ^= 1
	case 1:
		h.Parent[0] ^= 1
	case 2:
		h.Chain[0] ^= 1
	default:
		h.Validators[0] ^= 1
	}
}

// Validate implements consensus.Host.
func (l *life) Validate(_ context.Context, p consensus.Proposal) error {
	defer l.enter("Validate")()
	l.world.mutex.Lock()
	defer l.world.mutex.Unlock()
	if err := l.judge(p); err != nil {
		return fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	l.approved[digest(p)] = true
	return nil
}

// judge says what is wrong with a proposal; the world's mutex is held.
func (n *node) judge(p consensus.Proposal) error {
	above, err := chain.DecodeHeader(n.tip().Proposal.Header)
	if err != nil {
		return err
	}
	h, err := chain.DecodeHeader(p.Header)
	if err != nil {
		return err
	}
	if err := above.CheckChild(hasher{}, h); err != nil {
		return err
	}
	if p.Height != h.Height || h.TransactionRoot != (hasher{}).Sum(p.Body) || h.NextValidators != n.world.set(h.Height+1).Hash(hasher{}) {
		return fmt.Errorf("height %d, the header says %d; or the roots differ", p.Height, h.Height)
	}
	if len(p.Body)%len(order{}) != 0 {
		return fmt.Errorf("a body of %d bytes", len(p.Body))
	}
	seen := make(map[order]bool)
	for body := p.Body; len(body) > 0; body = body[len(order{}):] {
		o := order(body)
		if n.included[o] || seen[o] {
			return fmt.Errorf("order %x is included already", o)
		}
		seen[o] = true
	}
	return nil
}

// Commit implements consensus.Host.
func (l *life) Commit(_ context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
	defer l.enter("Commit")()
	l.delay(l.world.given.commit)
	w := l.world
	w.mutex.Lock()
	defer w.mutex.Unlock()
	height, tip := d.Proposal.Height, l.tip().Proposal.Height
	switch {
	case l.ended:
		return nil, errDead
	case height <= tip && digest(d.Proposal) == digest(l.decisions[height].Proposal):
		return w.sets[height+1], nil // the host has got it elsewhere
	case height != tip+1:
		w.blame("node %d commits height %d after height %d", l.place, height, tip)
		return nil, consensus.ErrProposal
	case !l.approved[digest(d.Proposal)]:
		w.blame("node %d commits a proposal at height %d that its host has not validated", l.place, height)
	}
	l.apply(d)
	return w.sets[height+1], nil
}

// apply adds a decision; the world's mutex is held.
func (n *node) apply(d consensus.Decision) {
	n.world.committed(n, d)
	n.decisions = append(n.decisions, d)
	for body := d.Proposal.Body; len(body) >= len(order{}); body = body[len(order{}):] {
		if o := order(body); n.included[o] {
			n.world.blame("node %d commits order %x twice", n.place, o)
		} else {
			n.included[o] = true
		}
	}
}

// Fetch implements consensus.Host: it asks every node that it can reach. An engine that works
// inside calls cannot wait in one.
func (l *life) Fetch(ctx context.Context, atLeast uint64) (consensus.Decision, *chain.ValidatorSet, error) {
	defer l.enter("Fetch")()
	w := l.world
	for {
		ask := 2*w.given.latency + time.Millisecond
		if w.Stepped {
			l.delay(ask)
		} else if err := l.sleep(ctx, ask); err != nil {
			return consensus.Decision{}, nil, err
		}
		best := l.best()
		w.mutex.Lock()
		if l.ended {
			w.mutex.Unlock()
			return consensus.Decision{}, nil, errDead
		}
		l.copyFrom(best)
		tip := l.tip()
		next := w.set(tip.Proposal.Height + 1)
		w.mutex.Unlock()
		if tip.Proposal.Height >= atLeast {
			return tip, next, nil
		}
		if w.Stepped {
			return consensus.Decision{}, nil, errUnreached
		}
	}
}

// best is the longest chain of a node that can be reached.
func (n *node) best() (best []consensus.Decision) {
	w := n.world
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, other := range w.nodes {
		apart := w.cut[[2]int{n.place, other.place}] || w.cut[[2]int{other.place, n.place}]
		if other != n && other.realm == n.realm && other.life != nil && !apart && len(other.decisions) > len(best) {
			best = other.decisions
		}
	}
	return best
}

// copyFrom adds what a longer chain has; the world's mutex is held.
func (n *node) copyFrom(longer []consensus.Decision) {
	for len(n.decisions) < len(longer) {
		n.apply(longer[len(n.decisions)])
	}
}
