package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Ordering is how a node proposes. All nodes understand both ways, so that a network
// changes node by node.
type Ordering string

// The orderings.
const (
	Inline Ordering = "inline" // header and body go through the engine
	Digest Ordering = "digest" // the header alone; voters put the body together
	// DefaultOrdering is chosen by measurement: docs/reports/2026-11-network.md.
	DefaultOrdering = Inline
)

// Check refuses an ordering that there is not.
func (o Ordering) Check() error {
	if o != Inline && o != Digest {
		return fmt.Errorf("node: ordering %q: want %s or %s", o, Inline, Digest)
	}
	return nil
}

// marker stands in a proposal for the body that its header commits to: a version. An
// encoded body is a list, so that its first byte is never this one.
var marker = []byte{1}

func isMarker(body []byte) bool { return bytes.Equal(body, marker) }

// byDigest reports whether a block was ordered by digest. The body says so itself: its
// first batch, which is what travels in the proposal, is empty, and the second was told
// beside it. So the header binds the way in which a block was ordered, a node that has
// got the block elsewhere gives its engine the same bytes as the engines of those who
// decided it, and a leader cannot offer one header in two forms.
func byDigest(body *chain.Body) bool { return len(body.Batches) > 1 }

// orderedForm is what stood in the proposal of a block.
func orderedForm(body *chain.Body) []byte {
	if byDigest(body) {
		return marker
	}
	return body.Encode()
}

// wholeUpTo is the size in bytes up to which transactions travel in the proposal although
// the node orders by digest: to name them would save nothing and cost another sync of the
// disk before every vote.
const wholeUpTo = 16 << 10

// ordersByDigest reports whether this node proposes transactions of a size as a digest. A
// chain whose headers carry their own roots has one validator and nobody to tell, as has
// one with an engine of one writer.
func (c *Chain) ordersByDigest(bytes int) bool {
	return c.options.Ordering == Digest && bytes > c.options.WholeUpTo && c.link != nil && c.genesis.RootDelay > 0 &&
		c.participation.fault() > consensus.Solo
}

// openBodies reads the record of bodies.
func (c *Chain) openBodies() (err error) {
	if err := c.options.Ordering.Check(); err != nil {
		return err
	}
	if c.bodies, err = newBodies(c.options.Bodies); err != nil {
		return err
	}
	return c.bodies.decided(c.Tip().Header.Height)
}

// proposeDigest makes a proposal of the header alone. The body is durable before the
// others are told of it: the proposer votes for it too.
func (c *Chain) proposeDigest(p *prepared) (consensus.Proposal, error) {
	proposal := p.proposal()
	if err := c.bodies.keep(proposal.Height, p.hash, proposal.Body); err != nil {
		return consensus.Proposal{}, err
	}
	c.link.tellBatch(p)
	proposal.Body = marker
	return proposal, nil
}

// validateInline checks a proposal that carries its body.
func (c *Chain) validateInline(ctx context.Context, proposal consensus.Proposal) error {
	if divided(proposal.Body) {
		return fmt.Errorf("%w: it holds a body that is ordered by digest", consensus.ErrProposal)
	}
	return c.course.validate(ctx, proposal, nil)
}

// divided is byDigest for an encoded body, at the cost of its first batch.
func divided(encoded []byte) bool {
	body, err := rlp.NewReader(encoded).List()
	if err != nil {
		return false
	}
	batches, err := body.List()
	if err != nil {
		return false
	}
	_, err = batches.Raw()
	return err == nil && batches.More()
}

// bodyTime is how long a voter waits for the body of a proposal, unless the operator has
// chosen a patience: then half of it.
const bodyTime = 700 * time.Millisecond

// bodyPatience bounds the wait for a body. Where leaders may lie it is less than the
// engine's patience with one: engines judge one proposal after the other, so that one whose
// body is withheld would otherwise hold up those of the next leaders too. Where they only
// crash it is long, because a body that does not come costs a good leader its place.
func (c *Chain) bodyPatience() time.Duration {
	switch patience := c.options.Patience; {
	case c.participation.fault() < consensus.BFT:
		return validationTime
	case patience == 0:
		return bodyTime
	default:
		return min(patience/2, validationTime)
	}
}

// validateDigest waits for the body of a proposal, checks it as any other, and makes it
// durable: a voter must hold what it votes for.
func (c *Chain) validateDigest(ctx context.Context, proposal consensus.Proposal) error {
	waiting, cancel := context.WithTimeout(ctx, c.bodyPatience())
	defer cancel()
	found, err := c.find(waiting, proposal)
	if err != nil {
		return fmt.Errorf("%w: %w", consensus.ErrProposal, err)
	}
	kept := make(chan error, 1) // the disk works while the body is checked
	go func() { kept <- c.bodies.keep(found.Height, found.hash, found.Body) }()
	err = c.course.validate(ctx, found.Proposal, found.transactions)
	return errors.Join(err, <-kept)
}

// whole returns a decided proposal with its body. A body that this node does not hold is
// no reason to stop: others have voted for it, so that it waits until one of them has
// given it or block sync has brought the height.
func (c *Chain) whole(ctx context.Context, proposal consensus.Proposal) (consensus.Proposal, error) {
	if !isMarker(proposal.Body) {
		return proposal, nil
	}
	if c.link != nil {
		defer c.link.hurry()()
	}
	found, err := c.find(ctx, proposal)
	return found.Proposal, err
}

// found is a proposal whose body is found.
type found struct {
	consensus.Proposal
	hash         chain.Hash
	transactions []chain.Verified // of the body, when it was put together here
}

// find puts the body into a proposal that holds a marker: what this node holds, what it
// puts together, or what the ledger has when the height is decided.
func (c *Chain) find(ctx context.Context, proposal consensus.Proposal) (f found, err error) {
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		return f, err
	}
	f = found{Proposal: proposal, hash: header.Hash(c.suite)}
	if held := c.bodies.get(f.hash); held != nil {
		f.Body = held.body
		return f, nil
	}
	if header.Height > c.Tip().Header.Height && c.link != nil {
		w, err := c.link.assemble(ctx, header, f.hash)
		if err != nil {
			return f, err
		}
		if w != nil {
			f.Body, f.transactions = bodyOf(w.Assembly), w.Transactions()
			return f, nil
		}
	}
	body, err := c.store.Body(header.Height)
	if err != nil {
		return f, err
	}
	f.Body = body.Encode()
	return f, nil
}
