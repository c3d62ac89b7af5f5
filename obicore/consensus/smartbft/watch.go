package smartbft

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

// watchdog finds a SmartBFT that has locked up. When a decision and the end of its
// view come together, its controller delivers and then waits for ever for a view that
// is gone; its view changer soon waits for the controller, and Stop for both.
type watchdog struct {
	mutex     sync.Mutex
	aborting  bool // the view changer has asked the controller to end a view
	delivered bool // the controller has delivered and not gone on
	carried   bool // the carried-over proposal is decided
	gaveUp    bool // the view changer waits for it no more
	freed     chan struct{}

	looked, moved time.Time // the last look, and the last decision at it
	stage         stage
	held, idle    time.Duration // since it delivered, since anything moved
}

// beforeAbort is called by the view changer before it asks the controller to end a
// view. It waits here and not in SmartBFT, where Stop could not reach it.
func (i *instance) beforeAbort() {
	w := &i.watchdog
	for {
		w.mutex.Lock()
		if !w.aborting {
			w.aborting = true
			w.mutex.Unlock()
			return
		}
		w.mutex.Unlock()
		select {
		case <-w.freed:
		case <-i.ctx.Done():
			runtime.Goexit() // what Stop waits for is done by its deferred calls
		}
	}
}

// afterAbort is called by the controller when it ends a view.
func (w *watchdog) afterAbort() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.aborting = false
	wake(w.freed)
}

// delivers notes that the controller waits for its view, or that it goes on.
func (w *watchdog) delivers(waits bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.delivered, w.held = waits, 0
}

// look adds the time since the last look to what stands still. A clock that jumps counts
// as one look: a process that was stopped, or a machine that slept, has not locked up.
func (w *watchdog) look(now, moved time.Time, at stage, open bool) (held, idle time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	passed := max(0, min(now.Sub(w.looked), 2*tick))
	w.looked = now
	w.held += passed
	w.idle += passed
	if !w.delivered {
		w.held = 0
	}
	if !open || at != w.stage || !moved.Equal(w.moved) {
		w.stage, w.moved, w.idle = at, moved, 0
	}
	return w.held, w.idle
}

// watchOver replaces an instance that has locked up: at once when it is known how,
// after ten times the patience of anything when it is not. It takes twice as long when
// too few others are heard: they may be away, or as locked up as this one. It is called
// from the goroutine that feeds the timers, which waits for nobody.
func (i *instance) watchOver(now time.Time) {
	e := i.engine
	e.mutex.Lock()
	moved, open := e.moved, e.pending
	quorum := len(e.members.ids)-len(e.silent(now)) >= e.members.quorum()
	e.mutex.Unlock()
	limit := 10 * (e.timing.forward + e.timing.complain)
	if !quorum {
		limit *= 2
	}
	held, idle := i.watchdog.look(now, moved, i.views.now(), open)
	switch {
	case held > e.timing.again:
		i.fail(fmt.Errorf("%w: it has delivered and does not go on", errFault))
	case idle > limit:
		i.fail(fmt.Errorf("%w: neither a decision nor another view for %s", errFault, idle))
	}
}

// carryOver notes what becomes of a carried-over proposal. When it is decided and
// given up at the same time, each side waits for the other until the instance ends.
func (i *instance) carryOver(carried, gaveUp bool) {
	w := &i.watchdog
	w.mutex.Lock()
	if !carried && !gaveUp {
		w.carried, w.gaveUp = false, false
	}
	w.carried, w.gaveUp = w.carried || carried, w.gaveUp || gaveUp
	both := w.carried && w.gaveUp
	w.mutex.Unlock()
	if both {
		i.fail(fmt.Errorf("%w: a carried-over proposal is decided when it is given up", errFault))
	}
}
