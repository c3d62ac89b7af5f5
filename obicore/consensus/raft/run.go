package raft

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// run is the owner.
func (e *engine) run(ctx context.Context, worker chan struct{}) {
	defer close(e.done)
	defer func() {
		e.disarm()
		e.guarded(e.resign)
		<-worker
	}()
	e.step(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
			e.collect()
			if ctx.Err() != nil {
				return
			}
			e.step(ctx)
		}
	}
}

// collect takes in what others have said.
func (e *engine) collect() {
	calls, frames, notices := e.inbox.take()
	for _, call := range calls {
		call()
	}
	if notices != e.wantedSeq {
		e.wantedSeq, e.wanted = notices, true
		e.retryAt, e.demandedAt = time.Time{}, time.Time{}
	}
	for _, f := range frames {
		e.receive(f)
	}
}

// step does everything that can be done now and waits for no one.
func (e *engine) step(ctx context.Context) {
	for more := true; more && e.broken == nil; {
		more = false
		e.guarded(func() (err error) {
			more, err = e.advance()
			return err
		})
	}
	if e.broken == nil {
		e.employ(ctx)
	}
	e.arm()
	e.publish()
}

// advance makes one round through raft and the votes; more says that another may find
// something.
func (e *engine) advance() (more bool, err error) {
	if e.group == nil {
		return false, nil
	}
	if err := e.elect(); err != nil {
		return false, err
	}
	if more, err = e.release(); err != nil {
		return false, err
	}
	moved, err := e.drain()
	if err != nil {
		return false, err
	}
	e.vote()
	return more || moved || e.conclude(), nil
}

// drain handles what raft has ready.
func (e *engine) drain() (moved bool, err error) {
	g := e.group
	for g.node.HasReady() {
		moved = true
		rd := g.node.Ready()
		vote := g.hard.vote
		if err := e.persist(g, &rd); err != nil {
			return moved, fatal{err}
		}
		if g.hard.vote != vote && g.hard.vote != g.self {
			e.renew() // who is voted for may need its time
		}
		for _, m := range rd.Messages {
			e.sendRaft(m)
		}
		if n := len(rd.CommittedEntries); n > 0 {
			g.applied = max(g.applied, rd.CommittedEntries[n-1].GetIndex())
		}
		g.node.Advance(rd)
	}
	if moved {
		g.settle(e.tip.Proposal.Height)
		if err := e.shorten(g); err != nil {
			return moved, fatal{err}
		}
	}
	return moved, nil
}

// fatal is an error of the log: what this node has promised may be lost.
type fatal struct{ error }

// faultsAtMost is how often the group may fail before the node stops.
const faultsAtMost = 5

// guarded runs a step of raft. Where raft panics – on what cannot be – the group
// begins anew from the log and the chain; when that does not help the node stops.
func (e *engine) guarded(step func() error) {
	if e.broken != nil {
		return
	}
	err := contained(step)
	if err == nil {
		return
	}
	e.logf(slog.LevelError, "raft: %v", err)
	if lost := (fatal{}); !errors.As(err, &lost) {
		if e.faults++; e.faults <= faultsAtMost {
			if err = contained(func() error { return e.enter(e.members) }); err == nil {
				return
			}
		}
	}
	e.broken, e.group = err, nil
	e.trouble = err.Error()
	e.host.Halt(fmt.Errorf("raft: this node cannot go on safely: %w", err))
}

func contained(step func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("a fault inside raft: %v", cause)
		}
	}()
	return step()
}

// enter takes part among the members of a set: from the log when it is of that set,
// else from the set's beginning.
func (e *engine) enter(m *members) error {
	r, err := e.recall()
	if err != nil {
		return err
	}
	if r.epoch > m.set.Epoch {
		return fmt.Errorf("raft: the consensus log is of the validator set of epoch %d, the chain of epoch %d: the ledger has lost blocks; let it catch up first", r.epoch, m.set.Epoch)
	}
	e.members, e.group = m, nil
	e.forget()
	e.publishPeers()
	if !m.has(e.self) {
		return nil
	}
	if r.index == 0 || r.epoch < m.set.Epoch {
		r = beginning(m.set)
		if err := e.begin(&r); err != nil {
			return fatal{err}
		}
	}
	if e.group, err = e.newGroup(m, r); err != nil {
		return err
	}
	e.fetchFor = max(e.fetchFor, r.height)
	e.contact, e.beatAt, e.checkedAt = e.clock.Now(), time.Time{}, time.Time{}
	e.group.settle(e.tip.Proposal.Height)
	e.patience = e.firstPatience()
	return nil
}

// forget drops what belonged to a group.
func (e *engine) forget() {
	e.held, e.heldBytes, e.validated, e.decided = nil, 0, chain.Hash{}, nil
	e.known = make(map[uint64]certificate)
	e.votes = make(map[chain.NodeID]signed)
	e.told, e.led, e.shunned = audience{}, false, audience{}
}

// adopt goes on with the set that decides the next height.
func (e *engine) adopt(m *members) {
	if m.set.Epoch <= e.members.set.Epoch || e.broken != nil {
		return
	}
	led := e.group != nil && e.group.leads()
	e.logf(slog.LevelInfo, "raft: the validators of epoch %d decide from height %d on", m.set.Epoch, m.set.From)
	e.guarded(func() error { return e.enter(m) })
	if led && e.group != nil {
		e.patience = 0 // whoever led takes the lead again
	}
	early := e.early
	e.early, e.earlyBytes = nil, 0
	for _, f := range early {
		e.receive(f)
	}
}
