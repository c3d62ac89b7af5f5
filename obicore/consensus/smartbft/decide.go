package smartbft

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Deliver implements api.Application. SmartBFT is never told of new validators: the
// engine replaces the instance, because SmartBFT's own way of doing so can lock up.
func (i *instance) Deliver(p types.Proposal, votes []types.Signature) types.Reconfig {
	if i.retired.Load() || !i.calls.Enter() {
		return types.Reconfig{}
	}
	defer i.calls.Leave()
	proposal, m, err := outward(p)
	if err != nil {
		i.fail(fmt.Errorf("%w: a decision that is no proposal: %w", errFault, err))
		return types.Reconfig{}
	}
	switch tip := i.engine.height(); {
	case m.height <= tip:
	case m.height > tip+1:
		i.catchUp(i.ctx, m.height)
	default:
		i.decide(proposal, m, votes)
	}
	i.demands.advance(i)
	return types.Reconfig{}
}

// decide commits what SmartBFT has decided. What this node cannot prove or has not
// been able to validate – SmartBFT does not show it everything that it delivers –
// is fetched from others.
func (i *instance) decide(proposal consensus.Proposal, m metadata, votes []types.Signature) {
	err := i.check(i.ctx, proposal)
	var proof chain.Proof
	if err == nil {
		proof, err = i.prove(proposal, m, votes)
	}
	if err == nil {
		i.commit(consensus.Decision{Proposal: proposal, Proof: proof})
		return
	}
	i.engine.logf(slog.LevelWarn, "smartbft: the decision at height %d is fetched: %v", m.height, err)
	if !i.fetch(m.height) {
		return
	}
	i.amend(proposal, votes)
}

// fetch gets a decision that others may have. When none has, the votes that are missing for it
// may be those of nodes that wait here: SmartBFT starts anew and takes part again.
func (i *instance) fetch(height uint64) bool {
	ctx, cancel := context.WithCancel(i.ctx)
	defer cancel()
	defer i.clock.AfterFunc(i.engine.timing.change, cancel)()
	if i.catchUp(ctx, height); i.engine.height() >= height {
		return true
	}
	i.fail(fmt.Errorf("%w: height %d is decided without a proof, and nobody has one", errFault, height))
	return false
}

// amend puts the votes of the proof that was fetched in the place of those that prove nothing:
// SmartBFT keeps them as what its last decision rests on, and the others would refuse all view
// data that say so.
func (i *instance) amend(proposal consensus.Proposal, votes []types.Signature) {
	i.engine.mutex.Lock()
	tip, previous := i.engine.tip, i.engine.previous
	i.engine.mutex.Unlock()
	if good := i.checkpoint(tip, previous); len(good) >= len(votes) && bytes.Equal(tip.Proposal.Header, proposal.Header) {
		copy(votes, good)
	}
}

// prove makes the proof of a decision from the votes that are good.
func (i *instance) prove(proposal consensus.Proposal, m metadata, votes []types.Signature) (proof chain.Proof, err error) {
	hash, err := i.host.HeaderHash(proposal)
	if err != nil {
		return proof, err
	}
	members := i.engine.membersNow()
	byRound := make(map[uint64]map[uint64]consensus.Endorsement)
	for _, vote := range votes {
		if len(vote.Value) == 0 {
			continue
		}
		e, round, err := i.endorsement(vote, m, hash)
		if err != nil {
			return proof, err
		}
		if byRound[round] == nil {
			byRound[round] = make(map[uint64]consensus.Endorsement)
		}
		byRound[round][vote.ID] = e
	}
	most := 0
	for round, good := range byRound {
		made, endorsed := assemble(members.set, round, good)
		if endorsed >= members.quorum() {
			return made, nil // there is no quorum of a second round: each has voted here once
		}
		most = max(most, endorsed)
	}
	return proof, fmt.Errorf("%w: %d good votes of one round, %d are needed", consensus.ErrProof, most, members.quorum())
}

// commit gives a decision to the host until it has taken it: what is decided cannot
// be taken back. A Notify shortens the wait.
func (i *instance) commit(d consensus.Decision) {
	for {
		next, err := i.host.Commit(i.ctx, d)
		if err == nil {
			if err = i.engine.take(d, next); err != nil {
				i.halt(err)
			}
			return
		}
		if i.ctx.Err() != nil {
			return
		}
		i.engine.show(fmt.Errorf("smartbft: height %d is decided and cannot be committed: %w", d.Proposal.Height, err))
		if !i.nap(i.engine.timing.forward) {
			return
		}
		if i.engine.height() >= d.Proposal.Height {
			return // the host has got it elsewhere
		}
	}
}

// nap waits for a while or for Notify; false when the instance ends.
func (i *instance) nap(atMost time.Duration) bool {
	return sleep(i.ctx, i.clock, atMost, i.demands.nudge)
}

func (i *instance) halt(reason error) {
	i.retired.Store(true)
	i.engine.show(reason)
	i.host.Halt(reason)
}

// catchUp waits until the host has a height; the caller is inside the guard.
func (i *instance) catchUp(ctx context.Context, atLeast uint64) {
	for ctx.Err() == nil {
		tip, next, err := i.host.Fetch(ctx, atLeast)
		if err == nil {
			if err = i.engine.take(tip, next); err != nil {
				i.halt(err)
			}
			return
		}
		if errors.Is(err, context.Canceled) {
			return
		}
		i.engine.show(err)
		if !i.nap(i.engine.timing.forward) {
			return
		}
	}
}

// Sync implements api.Synchronizer. It is bounded, so that a node without peers
// still takes part when they come back.
func (i *instance) Sync() types.SyncResponse {
	if i.retired.Load() || !i.calls.Enter() {
		return i.latest()
	}
	defer i.calls.Leave()
	ctx, cancel := context.WithCancel(i.ctx)
	defer cancel()
	defer i.clock.AfterFunc(i.engine.timing.change, cancel)()
	tip, next, err := i.host.Fetch(ctx, 0)
	if err == nil {
		err = i.engine.take(tip, next)
	}
	if err != nil && i.ctx.Err() == nil {
		i.engine.logf(slog.LevelWarn, "smartbft: catching up: %v", err)
	}
	i.demands.advance(i)
	return i.latest()
}

func (i *instance) latest() (response types.SyncResponse) {
	e := i.engine
	e.mutex.Lock()
	tip, previous := e.tip, e.previous
	e.mutex.Unlock()
	proposal, _, err := inward(tip.Proposal)
	if err != nil {
		return response
	}
	response.Latest = types.Decision{Proposal: proposal, Signatures: i.checkpoint(tip, previous)}
	return response
}
