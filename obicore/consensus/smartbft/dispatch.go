package smartbft

import (
	"fmt"
	"time"
)

// dispatch carries messages from the inbox through the gate to SmartBFT, one after
// the other and of the senders in turn.
func (i *instance) dispatch() {
	defer i.survive("dispatch")
	inbox := i.engine.inbox
	for {
		select { // also while there is always something to take
		case <-i.ctx.Done():
			return
		case <-i.beats:
			i.revive()
		default:
		}
		freed := i.free()
		if f, some := inbox.Take(); some {
			i.admit(f)
			continue
		}
		if freed {
			continue
		}
		select {
		case <-i.ctx.Done():
			return
		case <-inbox.Ready():
		case <-i.views.changed:
		case <-i.beats:
			i.revive()
		}
	}
}

// survive turns a panic of SmartBFT in a goroutine of the adapter into a new
// instance.
func (i *instance) survive(what string) {
	if cause := recover(); cause != nil {
		i.fail(fmt.Errorf("%w: %s: %v", errFault, what, cause))
	}
}

// free hands over what the gate need not hold any more; false when that is nothing.
func (i *instance) free() bool {
	frames := i.gate.release(i.clock.Now(), i.views.now())
	for _, f := range frames {
		i.hand(f)
	}
	return len(frames) > 0
}

// admit takes one message in.
func (i *instance) admit(f frame) {
	if f.message == nil {
		if f.view > 0 {
			i.climb(f)
		} else {
			i.engine.ask(f.demand)
		}
		return
	}
	if commit := f.message.GetCommit(); commit != nil {
		i.watch(f.from, commit)
	}
	if change := f.message.GetViewChange(); change != nil && i.engine.care.help {
		i.lend(f.from, change.GetNextView())
		i.follow(f.from, f.size, change.GetNextView())
	}
	if f.message.GetNewView() != nil && !i.weigh(f) {
		return
	}
	i.stalled.note(f)
	if at := i.views.now(); i.engine.care.gate && early(f, at) {
		i.hold(f, at)
		return
	}
	i.hand(f)
}

func (i *instance) hold(f frame, at stage) {
	atMost := i.engine.timing.hold
	if ahead(f.message, at.tip) {
		atMost = i.engine.timing.ahead
	}
	if !i.gate.hold(f, at, i.clock.Now().Add(atMost)) {
		i.remark(&i.remarks.gate, f.from, "a message that came early", errNoRoom)
	}
}

// hand gives a message to SmartBFT.
func (i *instance) hand(f frame) {
	if f.message.GetNewView() != nil && !i.trusted(f) {
		return
	}
	if data := f.message.GetViewData(); data != nil {
		i.listen(f, data)
	}
	if isPhase(f.message) {
		i.views.handing.Lock()
		defer i.views.handing.Unlock()
		at := i.views.now() // no carrying over begins while a message is handed
		if at.carrying {
			i.hold(f, at)
			return
		}
		if commit := f.message.GetCommit(); commit != nil && f.round != at.carried.round(commit) {
			return // a vote of another round than this node's
		}
	}
	if i.ctx.Err() == nil {
		i.core.HandleMessage(f.from, f.message)
	}
}

// ask notes that another node wants a block.
func (e *engine) ask(height uint64) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if tip := e.tip.Proposal.Height; height == tip+1 || height == tip+2 {
		e.asked = height
	}
}

// revive repeats undecided messages, to SmartBFT and to the others.
func (i *instance) revive() {
	e, now := i.engine, i.clock.Now()
	e.mutex.Lock()
	tip, moved := e.tip.Proposal.Height, e.moved
	e.mutex.Unlock()
	at := i.views.now()
	if e.care.redeliver && overdue(&i.stalled.at, moved, now, e.timing.again) {
		leader := e.membersNow().leader(at.current.view)
		digest := i.stalled.proposal(leader, at.current.view, tip+1)
		if leader == i.self {
			digest = i.outgoing.proposal(at.current.view, tip+1)
		}
		for _, f := range i.stalled.again(at, tip, digest) {
			i.hand(f)
		}
	}
	if e.care.yield && overdue(&i.impasse.at, moved, now, e.timing.resend) {
		i.show()
	}
	if e.care.resend && overdue(&i.outgoing.at, moved, now, e.timing.resend) {
		for _, s := range i.outgoing.again(at.current.view, at.change, tip) {
			for _, target := range s.targets {
				i.send(target, s.bytes)
			}
		}
	}
}

// overdue reports whether something that is repeated every so often, counted from
// the last decision, is to be done now.
func overdue(last *time.Time, moved, now time.Time, every time.Duration) bool {
	if now.Sub(moved) < every || now.Sub(*last) < every {
		return false
	}
	*last = now
	return true
}
