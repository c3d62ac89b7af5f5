package raft

import (
	"log/slog"
	"time"

	etcd "go.etcd.io/raft/v3"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// demand tells the leader that a block is wanted here.
func (e *engine) demand(now time.Time) {
	leader := e.group.leader()
	if !e.wanted || e.group.leads() || leader == etcd.None {
		e.demandedAt = time.Time{}
		return
	}
	if e.demandedAt.IsZero() || !now.Before(e.demandedAt.Add(e.timing.again)) {
		e.demandedAt = now
		e.send(e.members.byNum[leader], frameDemand, nil)
	}
}

// ask notes that another member wants a block. A leader that has had nothing to order
// for long, while a member goes on asking, lets that member lead: it may have what has
// not come here.
func (e *engine) ask(f *frame) {
	if f.height < e.tip.Proposal.Height {
		return // it will see that there is one
	}
	e.asked = max(e.asked, f.height+1)
	now := e.clock.Now()
	since, known := e.unmet[f.from]
	switch {
	case !known:
		e.unmet[f.from] = now
	case now.Sub(since) >= unmetPatience*e.timing.patience && e.ready() && !e.busy && !e.wanted:
		e.unmet = make(map[chain.NodeID]time.Time) // one at a time: two that campaign at once are in each other's way
		e.logf(slog.LevelInfo, "raft: %s wants a block and has asked in vain; it may lead", f.from)
		e.guarded(func() error {
			e.group.node.TransferLeader(numberOf(f.from))
			return nil
		})
	}
}

// unmetPatience is how often the patience passes until a member that asks in vain leads.
const unmetPatience = 2
