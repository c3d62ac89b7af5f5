package smartbft

import (
	"encoding/binary"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// A demand is the only request that SmartBFT orders: "make the block at this
// height". A block meets it whatever is in it.

func demandRequest(height uint64) []byte { return binary.BigEndian.AppendUint64(nil, height) }

func demandHeight(request []byte) (uint64, bool) {
	if len(request) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(request), true
}

func demandInfo(height uint64) types.RequestInfo {
	return types.RequestInfo{ClientID: "demand", ID: strconv.FormatUint(height, 10)}
}

// demands is what the instance has asked of SmartBFT.
type demands struct {
	mutex     sync.Mutex
	submitted map[uint64]bool
	meta      metadata // of ready
	ready     *consensus.Proposal
	moved     chan struct{}
	nudge     chan struct{}
	// Only pace uses these.
	retry time.Time // of a failed probe
	alarm time.Time // for which the clock is set
}

// prepared returns the proposal that was made when the demand was, if it is the one
// that is wanted now.
func (d *demands) prepared(m metadata) (consensus.Proposal, bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.ready == nil || d.meta != m {
		return consensus.Proposal{}, false
	}
	return *d.ready, true
}

func (d *demands) prepare(m metadata, p consensus.Proposal) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.meta, d.ready = m, &p
}

// advance takes back the demands that are met: SmartBFT does it only for blocks that
// it has decided itself.
func (d *demands) advance(i *instance) {
	tip := i.engine.height()
	d.mutex.Lock()
	var met []uint64
	for height := range d.submitted {
		if height <= tip {
			met = append(met, height)
			delete(d.submitted, height)
		}
	}
	if d.ready != nil && d.meta.height <= tip {
		d.ready = nil
	}
	d.mutex.Unlock()
	for _, height := range met {
		_ = i.core.Pool.RemoveRequest(demandInfo(height)) // it may be gone already
	}
	wake(d.moved)
}

func (d *demands) has(height uint64) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.submitted[height]
}

// submit gives SmartBFT the demand for a height.
func (i *instance) submit(height uint64) {
	d := &i.demands
	d.mutex.Lock()
	if d.submitted == nil {
		d.submitted = make(map[uint64]bool)
	}
	d.submitted[height] = true
	d.mutex.Unlock()
	if err := i.protect("submit", func() error { return i.core.SubmitRequest(demandRequest(height)) }); err != nil {
		d.mutex.Lock()
		delete(d.submitted, height)
		d.mutex.Unlock()
	}
}

// pace decides when a block is wanted.
func (i *instance) pace() {
	defer i.survive("pace")
	for {
		select {
		case <-i.ctx.Done():
			return
		case <-i.engine.notify:
			i.engine.noticed()
			i.demands.retry = time.Time{}
			wake(i.demands.nudge)
		case <-i.demands.moved:
		case <-i.views.started:
		case <-i.beat:
		}
		if i.calls.Enter() {
			i.demand()
			i.calls.Leave()
		}
	}
}

// noticed notes that the host has something to propose.
func (e *engine) noticed() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if !e.pending {
		e.pending, e.notified = true, e.clock.Now()
	}
}

// demand asks for the next block when it is due: the leader at once, or when the
// interval is over; the others when the leader lets them wait.
func (i *instance) demand() {
	e, current := i.engine, i.views.now().current
	now := e.clock.Now()
	e.mutex.Lock()
	tip, moved, pending, notified, asked := e.tip, e.moved, e.pending, e.notified, e.asked
	leads := e.members.leader(current.view) == i.self
	e.mutex.Unlock()
	height := tip.Proposal.Height + 1
	interval := time.Duration(e.options.Interval) * time.Millisecond
	due := moved.Add(interval)
	if interval > 0 {
		pending, notified = !now.Before(due), due
		i.setAlarm(now, due)
	}
	patient := now.Sub(moved) >= e.timing.forward && now.Sub(notified) >= e.timing.forward
	switch {
	case i.retired.Load() || i.demands.has(height) || current.height > height || now.Before(i.demands.retry):
	case leads && asked == height && now.Sub(moved) >= max(interval, e.timing.forward/2):
		i.submit(height)
	case pending && (leads || patient) && (interval > 0 || i.probe(tip, current, height)):
		i.submit(height)
	}
}

// setAlarm has pace look again when the interval is over. A clock that has moved on while
// it was set would strike late by that much, so it is set again.
func (i *instance) setAlarm(now, due time.Time) {
	d := &i.demands
	if !now.Before(due) || d.alarm.Equal(due) {
		return
	}
	d.alarm = due
	for {
		i.clock.AfterFunc(due.Sub(now), func() { wake(d.moved) })
		later := i.clock.Now()
		if later.Sub(now) <= alarmPrecision {
			return
		}
		now = later
	}
}

// alarmPrecision is how late an alarm may be for what passes while it is set.
const alarmPrecision = time.Millisecond

// probe asks the host whether there is anything to order. What it proposes is kept
// for SmartBFT, which wants it next if this node leads.
func (i *instance) probe(tip consensus.Decision, current metadata, height uint64) bool {
	m := metadata{current.view, height, current.decisions + height - current.height}
	p, err := i.propose(i.ctx, tip, m.encode(), false)
	switch {
	case err == nil:
		i.demands.prepare(m, p)
		i.engine.show(nil)
		return true
	case errors.Is(err, consensus.ErrNothing):
		i.engine.show(nil)
	case i.engine.height() >= height:
		return false // it was decided meanwhile: pace looks again
	default:
		i.engine.show(err)
		i.demands.retry = i.clock.Now().Add(i.engine.timing.forward)
		return false
	}
	i.engine.mutex.Lock()
	defer i.engine.mutex.Unlock()
	i.engine.pending = false
	return false
}
