package consensus

import (
	"runtime"
	"time"
)

// Engines with goroutines of their own run while the clock stands. It is moved on when no
// call of a host is under way and none has come for a while, and never faster than pace
// times the time of the process: such engines have timers of their own in that.
const (
	pace   = 5
	rounds = 30 // of other goroutines, without a call of a host
)

// step lets the next thing happen; false when nothing is to happen by the given time.
func (w *world) step(until time.Time) bool {
	w.settle()
	if !w.keepPace(until) {
		return false
	}
	h := w.take()
	if h == nil {
		return false
	}
	if h.life != nil && h.life.busyUntil.After(h.due) {
		w.putBack(h, h.life.busyUntil)
		return true
	}
	h.run()
	return true
}

// settle waits until the engines have done what they do without the clock.
func (w *world) settle() {
	if w.Stepped {
		return
	}
	bound := time.Now().Add(w.Patience)
	for quiet := 0; quiet < rounds; {
		before := w.activity.Load()
		runtime.Gosched()
		if quiet++; w.busy.Load() > 0 || w.activity.Load() != before {
			quiet = 0
			if time.Now().After(bound) {
				return
			}
		}
	}
}

// keepPace waits until the process's time allows the next thing; false when that is not due
// by the given time.
func (w *world) keepPace(until time.Time) bool {
	for {
		due, any := w.due()
		if !any || due.After(until) {
			if w.Stepped || !w.hold(until) {
				return false
			}
			continue
		}
		if w.Stepped || !w.hold(due) {
			return true
		}
	}
}

// hold waits for a part of the time that the clock's moving to due takes; false when none is
// left. Meanwhile engines may have put in something that is due before.
func (w *world) hold(due time.Time) bool {
	now := time.Now()
	reached := w.paced.Add(max(due.Sub(w.Now()), 0) / pace)
	left := reached.Sub(now)
	if left <= 0 {
		if w.paced = reached; now.Sub(reached) > time.Millisecond {
			w.paced = now.Add(-time.Millisecond) // what is late is not made up for
		}
		return false
	}
	timer := time.NewTimer(min(left, time.Millisecond))
	<-timer.C
	w.settle()
	return true
}

// run lets time pass until something holds; false when that takes longer than the given time.
func (w *world) run(atMost time.Duration, holds func() bool) bool {
	end := w.Now().Add(atMost)
	for !holds() {
		if !w.step(end) {
			w.moveTo(end)
			return holds()
		}
	}
	return true
}

// moveTo moves the time, when nothing happens until then.
func (w *world) moveTo(end time.Time) {
	w.schedule.mutex.Lock()
	defer w.schedule.mutex.Unlock()
	if end.After(w.now) {
		w.now = end
	}
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.run(d, func() bool { return false }) }

// call makes a call of an engine that must not wait.
func (w *world) call(what string, f func()) {
	if w.Stepped {
		f()
		return
	}
	w.await(what, false, f)
}

// await makes a call of an engine and waits for its end, with the clock moving where it may
// wait for that.
func (w *world) await(what string, moving bool, f func()) {
	if w.Stepped {
		f()
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	for range rounds {
		select {
		case <-ended:
			return
		default:
			runtime.Gosched()
		}
	}
	bound, again := time.NewTimer(w.Patience), time.NewTicker(time.Millisecond)
	defer bound.Stop()
	defer again.Stop()
	until := w.Now()
	for {
		select {
		case <-ended:
			return
		case <-again.C:
			if until = until.Add(pace * time.Millisecond); moving {
				w.step(until)
			}
		case <-bound.C:
			w.mutex.Lock()
			defer w.mutex.Unlock()
			w.blame("%s has not returned after %s", what, w.Patience)
			return
		}
	}
}
