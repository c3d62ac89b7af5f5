package simplex

import (
	"bytes"
	"context"
	"errors"
	"time"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// BuildBlock implements simplex.BlockBuilder: it waits until there is something to
// propose, or until a block is needed for another reason.
func (i *instance) BuildBlock(ctx context.Context, m upstream.ProtocolMetadata, suspects upstream.Blacklist) (upstream.VerifiedBlock, bool) {
	ctx, cancel := i.within(ctx)
	defer cancel()
	i.begin(m.Round)
	begun := i.clock.Now()
	for ctx.Err() == nil && !i.retired.Load() {
		changed := i.engine.changed.next()
		b, left := i.build(ctx, m, suspects, begun)
		if b != nil {
			return b, true
		}
		if !pause(ctx, i.clock, left, changed) {
			break
		}
	}
	return nil, false
}

// build makes a block, or says how long to wait before the next attempt. While the
// proposal below is not decided there can be none on top of it: a filler then, after a
// while, brings the decision on.
func (i *instance) build(ctx context.Context, m upstream.ProtocolMetadata, suspects upstream.Blacklist, begun time.Time) (*block, time.Duration) {
	below := i.ancestry.get(m.Prev)
	height, hash := i.ledger.tip()
	now := i.clock.Now()
	patience := begun.Add(i.engine.timing.settle).Sub(now)
	switch {
	case below == nil || below.height < height || below.height == height && below.hash != hash:
		return nil, unlimited // the instance is about to be replaced
	case below.height > height && patience > 0:
		return nil, patience
	case below.height > height:
		return i.fill(m, suspects, below), 0
	}
	tip, wanted, left := i.engine.wanted(now)
	if left != 0 || tip.Proposal.Height != height {
		return nil, left
	}
	b, err := i.carry(ctx, tip, m, suspects, wanted == byTime)
	switch {
	case err == nil:
		return b, 0
	case !errors.Is(err, consensus.ErrNothing):
		return nil, i.engine.timing.forward
	case wanted == byOther && patience <= 0:
		return i.fill(m, suspects, below), 0 // another leads next
	case wanted == byOther:
		return nil, patience
	}
	return nil, unlimited
}

// fill makes a block of nothing.
func (i *instance) fill(m upstream.ProtocolMetadata, suspects upstream.Blacklist, below *ancestor) *block {
	b := newFiller(m, suspects)
	b.owner = i
	i.ancestry.add(&ancestor{block: b, height: below.height, hash: below.hash})
	return b
}

// carry asks the host for a proposal on top of the tip.
func (i *instance) carry(ctx context.Context, tip consensus.Decision, m upstream.ProtocolMetadata, suspects upstream.Blacklist, force bool) (*block, error) {
	if !i.calls.Enter() {
		return nil, errRetired
	}
	defer i.calls.Leave()
	meta := encodeMeta(m, suspects)
	p, err := i.propose(ctx, tip, meta, force)
	if err != nil {
		return nil, err
	}
	b, err := newCarrier(p)
	if err == nil {
		err = b.bind(i)
	}
	if err == nil && !bytes.Equal(encodeMeta(b.header.ProtocolMetadata, b.blacklist), meta) {
		err = consensus.ErrProposal
	}
	if err != nil {
		i.engine.show(err)
		return nil, err
	}
	i.ancestry.add(&ancestor{block: b, height: b.proposal.Height, hash: chain.Hash(b.header.Digest)})
	i.engine.changed.set()
	return b, nil
}

// propose asks the host, and notes what it says; the caller is inside the guard.
func (i *instance) propose(ctx context.Context, tip consensus.Decision, meta []byte, force bool) (consensus.Proposal, error) {
	notices := i.engine.noticesNow()
	p, err := i.host.Propose(ctx, tip, meta, force)
	switch {
	case err == nil:
		i.engine.show(nil)
	case errors.Is(err, consensus.ErrNothing):
		i.engine.show(nil)
		i.engine.nothing(notices)
	case ctx.Err() == nil:
		i.engine.show(err)
	}
	return p, err
}

// WaitForPendingBlock implements simplex.BlockBuilder: it returns when the leader of
// the round has kept the others waiting for a block for long enough. Simplex leaves the
// round then, and nothing calls that off any more: so the whole wait is here.
func (i *instance) WaitForPendingBlock(ctx context.Context) {
	i.begin(i.engine.round())
	ctx, cancel := i.within(ctx)
	defer cancel()
	var since time.Time // that a block is wanted
	for ctx.Err() == nil {
		changed := i.engine.changed.next()
		now := i.clock.Now()
		left := i.overdue(ctx, false)
		mark(&since, left == 0, now)
		if left == 0 {
			left = since.Add(i.engine.timing.propose).Sub(now)
		}
		if left != unlimited && left <= 0 {
			if left = i.overdue(ctx, true); left == 0 {
				return
			}
			since = time.Time{}
		}
		if !pause(ctx, i.clock, left, changed) {
			return
		}
	}
}

// overdue says how long it is until a block is wanted; 0 when it is. The host's word that
// there is something to propose counts until the tip moves, or until it is asked again.
func (i *instance) overdue(ctx context.Context, again bool) time.Duration {
	height, _ := i.ledger.tip()
	if i.ancestry.underWay(height, i.engine.round()) {
		return 0
	}
	tip, wanted, left := i.engine.overdue(i.clock.Now())
	switch {
	case tip.Proposal.Height != height:
		return unlimited // the instance is about to be replaced
	case left != 0 || wanted != byHost || !again && i.engine.wanting() == height+1:
		return left
	case !i.calls.Enter():
		return unlimited
	}
	defer i.calls.Leave()
	last := i.ledger.last()
	m := upstream.ProtocolMetadata{Epoch: last.header.Epoch, Round: i.engine.round(), Seq: last.header.Seq + 1, Prev: last.header.Digest}
	_, err := i.propose(ctx, tip, encodeMeta(m, last.Blacklist()), false)
	switch {
	case err == nil:
		i.engine.want(height + 1)
		i.demand()
		return 0
	case errors.Is(err, consensus.ErrNothing):
		return unlimited
	}
	return i.engine.timing.forward
}
