package reference

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// carryOut does what the core wants, and gives it the answers as events, until it wants
// nothing more.
func (e *engine) carryOut(effects []effect) {
	for len(effects) > 0 && e.ctx.Err() == nil {
		next := effects[0]
		effects = effects[1:]
		answer, err := e.carry(next)
		if err != nil {
			e.halt(err)
			return
		}
		if answer != nil {
			answer.now = e.clock.Now()
			effects = append(effects, e.core.step(*answer)...)
		}
	}
}

// halt ends the engine: it must not promise what it cannot write down.
func (e *engine) halt(reason error) {
	stopped := e.ctx.Err() != nil
	e.cancel()
	if !stopped {
		e.host.Halt(fmt.Errorf("reference: the log of votes cannot be written: %w", reason))
	}
}

// carry does one effect and returns the event that answers it. An error is one of the log.
func (e *engine) carry(f effect) (*event, error) {
	switch {
	case f.record != nil:
		return nil, e.wal.Append(f.record, true)
	case f.forget:
		return nil, e.wal.Truncate(0)
	case f.broadcast != nil:
		e.host.Broadcast(f.broadcast)
	case f.send != nil:
		e.host.Send(f.send.to, f.send.message)
	case f.report != nil:
		e.host.Report(*f.report)
	case f.propose != nil:
		return e.propose(*f.propose), nil
	case f.validate != nil:
		err := e.host.Validate(e.ctx, f.validate.proposal)
		return &event{validated: &validated{*f.validate, err}}, nil
	case f.endorse != nil:
		made, err := e.host.Endorse(f.endorse.kind, f.endorse.vote)
		return &event{endorsed: &endorsed{*f.endorse, made, err}}, nil
	case f.commit != nil:
		next, err := e.host.Commit(e.ctx, *f.commit)
		return &event{committed: &committed{*f.commit, next, err}}, nil
	case f.fetch:
		return e.fetch(), nil
	}
	return nil, nil
}

func (e *engine) propose(p propose) *event {
	answer := &proposed{propose: p}
	answer.proposal, answer.err = e.host.Propose(e.ctx, p.parent, []byte(Kind), p.force)
	if answer.err == nil {
		answer.hash, answer.err = e.host.HeaderHash(answer.proposal)
	}
	return &event{proposed: answer}
}

// fetch asks the host for what others have decided. It does not wait: the next tick asks
// again.
func (e *engine) fetch() *event {
	tip, next, err := e.host.Fetch(e.ctx, 0)
	if err != nil {
		return nil
	}
	return &event{synced: &synced{tip: &tip, next: next}}
}

var _ consensus.Engine = (*engine)(nil)
