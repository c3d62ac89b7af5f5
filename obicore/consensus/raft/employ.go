package raft

import (
	"context"
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// employ starts the call of the host that is most urgent, when none is under way.
func (e *engine) employ(ctx context.Context) {
	now := e.clock.Now()
	if !now.Before(e.retryAt) {
		e.retryAt = time.Time{}
	}
	if e.group != nil {
		e.demand(now)
	}
	if e.busy {
		if e.candidate() != nil && e.candidate().hash != e.validated {
			e.interrupt()
		}
		return
	}
	late := !e.behindAt.IsZero() && !now.Before(e.behindAt.Add(e.timing.again))
	switch {
	case !e.retryAt.IsZero():
	case e.decided != nil:
		e.commit(ctx, *e.decided)
	case e.needSet:
		e.fetch(ctx, e.tip.Proposal.Height)
	case e.fetchFor > e.tip.Proposal.Height:
		e.fetch(ctx, e.fetchFor)
	case late && e.ahead() > 0:
		e.fetch(ctx, e.ahead())
	case e.group == nil:
	case e.candidate() != nil && e.candidate().hash != e.validated:
		e.validate(ctx, e.candidate())
	case e.proposes(now):
		e.propose(ctx)
	}
	if late && e.ahead() == 0 {
		e.behindAt = time.Time{}
	}
}

// commit hands a decision to the host.
func (e *engine) commit(ctx context.Context, d consensus.Decision) {
	e.start(ctx, false, func(ctx context.Context) func() {
		next, err := e.host.Commit(ctx, d)
		return func() { e.committed(d, next, err) }
	})
}

func (e *engine) committed(d consensus.Decision, next *chain.ValidatorSet, err error) {
	if err != nil {
		e.fail("committing", err)
		return
	}
	if d.Proposal.Height > e.tip.Proposal.Height {
		e.move(d)
	}
	if next != nil {
		m, err := newMembers(next)
		if err != nil {
			e.guarded(func() error { return fatal{err} })
			return
		}
		e.adopt(m)
		return
	}
	header, err := chain.DecodeHeader(d.Proposal.Header)
	if err == nil && header.NextValidators != header.Validators {
		e.needSet = true // the host had the block already and does not say it again
	}
}

// fetch catches up with the others.
func (e *engine) fetch(ctx context.Context, height uint64) {
	bounded, cancel := context.WithCancel(ctx)
	stop := e.clock.AfterFunc(4*e.timing.patience, cancel)
	e.start(bounded, true, func(ctx context.Context) func() {
		tip, set, err := e.host.Fetch(ctx, height)
		stop()
		cancel()
		return func() { e.fetched(tip, set, err) }
	})
}

func (e *engine) fetched(tip consensus.Decision, set *chain.ValidatorSet, err error) {
	e.behindAt = time.Time{}
	if err != nil {
		for id, s := range e.heard {
			s.height = 0 // whoever still has it says so again
			e.heard[id] = s
		}
		e.fetchFor = 0
		if !errors.Is(err, context.Canceled) {
			e.fail("catching up", err)
		}
		return
	}
	e.needSet = false
	if tip.Proposal.Height > e.tip.Proposal.Height {
		e.move(tip)
	}
	if tip.Proposal.Height < e.tip.Proposal.Height || set == nil {
		return
	}
	m, err := newMembers(set)
	if err != nil {
		e.guarded(func() error { return fatal{err} })
		return
	}
	e.adopt(m)
}

// ready reports whether this node may propose: it leads, all of its log is committed
// and every block in it is in the chain.
func (e *engine) ready() bool {
	g := e.group
	return g != nil && g.leads() && g.applied == g.last() && e.decided == nil && g.highest() <= e.tip.Proposal.Height
}

// proposes reports whether to propose now.
func (e *engine) proposes(now time.Time) bool {
	if !e.retryAt.IsZero() || !e.ready() {
		return false
	}
	if e.timing.interval > 0 {
		return !now.Before(e.due)
	}
	return e.wanted || e.asked > e.tip.Proposal.Height
}

// propose asks the host for a proposal and gives it to raft.
func (e *engine) propose(ctx context.Context) {
	parent, term, seq, force := e.tip, e.group.term(), e.wantedSeq, e.timing.interval > 0
	if force {
		e.pace()
	}
	e.start(ctx, false, func(ctx context.Context) func() {
		p, err := e.host.Propose(ctx, parent, metaOf(term), force)
		return func() {
			switch {
			case ctx.Err() != nil:
			case errors.Is(err, consensus.ErrNothing):
				e.asked, e.trouble = 0, ""
				if e.wantedSeq == seq {
					e.wanted = false
				}
			case err != nil:
				e.fail("proposing", err)
			case !e.ready() || e.group.term() != term || e.tip.Proposal.Height != parent.Proposal.Height:
			default:
				e.trouble = ""
				e.guarded(func() error {
					if err := e.group.node.Propose(encodeProposal(p)); err != nil {
						e.fail("proposing", err)
					}
					return nil
				})
			}
		}
	})
}

// pace sets the time of the next block.
func (e *engine) pace() {
	now := e.clock.Now()
	if e.due = e.due.Add(e.timing.interval); e.due.Before(now) {
		e.due = now.Add(e.timing.interval)
	}
}
