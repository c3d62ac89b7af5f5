package raft

import (
	"time"

	etcd "go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/tracker"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Raft's own election timeouts come from a source of randomness that nobody can seed.
// They are never used: followers get no ticks. When a lease ends and when to campaign
// is decided here, with the host's clock and the host's random numbers. A leader does
// get ticks, for heartbeats and to see that it has lost its majority.

// draw is a time from patience to twice that.
func (e *engine) draw() time.Duration {
	return e.timing.patience + time.Duration(e.random()%uint64(e.timing.patience))
}

// firstPatience is short, because at a start there may be no leader; one that is there
// is heard before.
func (e *engine) firstPatience() time.Duration {
	if len(e.members.numbers) == 1 {
		return 0
	}
	least := 3 * e.timing.beat
	return least + time.Duration(e.random()%uint64(max(e.timing.patience-least, 1)))
}

// renew begins the wait for a leader anew.
func (e *engine) renew() { e.contact = e.clock.Now() }

// elect does what time asks for: heartbeats, the end of a lease, a campaign.
func (e *engine) elect() error {
	g := e.group
	if g == nil {
		return nil
	}
	now := e.clock.Now()
	if g.leads() {
		e.renew() // when it leads no longer, it waits like the others
		e.lead(g, now)
		return nil
	}
	e.led = false
	if now.Sub(e.contact) >= e.timing.patience && g.leader() != etcd.None {
		if err := g.node.ForgetLeader(); err != nil {
			return err
		}
	}
	if now.Sub(e.contact) < e.patience {
		return nil
	}
	e.contact, e.patience = now, e.draw()/2 // a campaign that two begin at once is in vain
	return g.node.Campaign()
}

func (e *engine) lead(g *group, now time.Time) {
	if !e.led {
		e.led, e.beatAt, e.checkedAt = true, time.Time{}, now
		e.unmet = make(map[chain.NodeID]time.Time)
	}
	if len(e.members.numbers) == 1 || now.Before(e.beatAt) {
		return
	}
	e.beatAt = now.Add(e.timing.beat)
	g.node.Tick()
	if now.Sub(e.checkedAt) < e.timing.patience {
		return
	}
	e.checkedAt = now
	var waiting []uint64
	g.node.WithProgress(func(id uint64, _ etcd.ProgressType, p tracker.Progress) {
		if p.State == tracker.StateSnapshot {
			waiting = append(waiting, id)
		}
	})
	for _, id := range waiting {
		g.node.ReportSnapshot(id, etcd.SnapshotFailure) // nobody says whether it has come; it is sent again
	}
}

// resign lets another member lead, when a leader stops in peace. It does not wait for
// whether that succeeds.
func (e *engine) resign() error {
	if e.group == nil || !e.group.leads() {
		return nil
	}
	heir, match := uint64(etcd.None), uint64(0)
	e.group.node.WithProgress(func(id uint64, _ etcd.ProgressType, p tracker.Progress) {
		if id != e.group.self && p.RecentActive && p.Match > match {
			heir, match = id, p.Match
		}
	})
	if heir == etcd.None || match < e.group.last() {
		return nil
	}
	e.group.node.TransferLeader(heir)
	_, err := e.drain()
	return err
}

// arm sets the one timer to the next time at which something is due.
func (e *engine) arm() {
	at := e.next()
	if at.Equal(e.armAt) && e.armed != nil {
		return
	}
	e.disarm()
	if at.IsZero() {
		return
	}
	e.armAt = at
	e.armed = e.clock.AfterFunc(at.Sub(e.clock.Now()), func() {
		e.inbox.call(func() {
			if e.armAt.Equal(at) {
				e.armed = nil
			}
		})
		e.rouse()
	})
}

func (e *engine) disarm() {
	if e.armed != nil {
		e.armed()
	}
	e.armed, e.armAt = nil, time.Time{}
}

// next is when something is due, the zero time for never.
func (e *engine) next() (at time.Time) {
	if e.broken != nil {
		return at
	}
	if !e.retryAt.IsZero() {
		at = earliest(at, e.retryAt)
	}
	if !e.behindAt.IsZero() && !e.busy && e.retryAt.IsZero() && e.decided == nil {
		at = earliest(at, e.behindAt.Add(e.timing.again))
	}
	g := e.group
	if g == nil {
		return at
	}
	if e.timing.interval > 0 && e.ready() && !e.busy && e.retryAt.IsZero() {
		at = earliest(at, e.due)
	}
	if len(e.members.numbers) == 1 {
		return at
	}
	if g.leads() {
		return earliest(at, e.beatAt)
	}
	if !e.toldAt.IsZero() {
		at = earliest(at, e.toldAt.Add(e.timing.again))
	}
	if e.wanted && !e.demandedAt.IsZero() {
		at = earliest(at, e.demandedAt.Add(e.timing.again))
	}
	if g.leader() != etcd.None {
		at = earliest(at, e.contact.Add(e.timing.patience))
	}
	return earliest(at, e.contact.Add(e.patience))
}
