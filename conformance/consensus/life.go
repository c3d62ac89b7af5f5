package consensus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// life is one run of an engine on a node: its host, its log and its clock.
type life struct {
	*node
	engine consensus.Engine
	ctx    context.Context // ends with the life
	cancel context.CancelFunc
	buried bool // the engine was stopped

	// Under the world's mutex.
	ended     bool // crashed
	stopped   bool // in good order
	inside    int
	busyUntil time.Time // only where engines work inside calls
}

var (
	_ consensus.Host = (*life)(nil)
	_ consensus.WAL  = (*life)(nil)
)

// errDead is what a crashed node's host says; its engine has no effect any more.
var errDead = errors.New("this node has crashed")

// errUnreached reports that nobody has the height that is waited for.
var errUnreached = errors.New("nobody has this height yet")

// die is the crash; the world's mutex is held.
func (l *life) die() {
	l.ended, l.node.life = true, nil
	l.cancel()
}

func (l *life) dead() bool {
	l.world.mutex.Lock()
	defer l.world.mutex.Unlock()
	return l.ended
}

// enter begins a call of the engine; the result ends it.
func (l *life) enter(call string) (leave func()) {
	w := l.world
	w.activity.Add(1)
	w.busy.Add(1)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if l.stopped {
		w.blame("%s is called on node %d after Stop has returned", call, l.place)
	}
	l.inside++
	return func() {
		w.mutex.Lock()
		l.inside--
		w.mutex.Unlock()
		w.activity.Add(1)
		w.busy.Add(-1)
	}
}

// delay is time that a call takes: a wait, or, where the engine works inside calls, the
// node's being busy.
func (l *life) delay(d time.Duration) {
	if d <= 0 {
		return
	}
	if !l.world.Stepped {
		_ = l.sleep(l.ctx, d) // the call goes on in a dead node too
		return
	}
	l.world.mutex.Lock()
	defer l.world.mutex.Unlock()
	if now := l.world.Now(); l.busyUntil.Before(now) {
		l.busyUntil = now
	}
	l.busyUntil = l.busyUntil.Add(d)
}

// sleep waits inside a call until the clock has moved.
func (l *life) sleep(ctx context.Context, d time.Duration) error {
	w := l.world
	woken := make(chan struct{})
	goOn := sync.OnceFunc(func() {
		w.activity.Add(1)
		w.busy.Add(1)
	})
	w.busy.Add(-1)
	h := w.after(d, nil, func() {
		goOn()
		close(woken)
	})
	select {
	case <-woken:
		return nil
	case <-ctx.Done():
	case <-l.ctx.Done():
	}
	w.callOff(h)
	goOn()
	return errors.Join(ctx.Err(), l.ctx.Err())
}

// Now implements chain.Clock.
func (l *life) Now() time.Time { return l.world.Now() }

// AfterFunc implements chain.Clock. Where engines work inside calls, f is one.
func (l *life) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	w := l.world
	h := w.after(d, l, func() {
		switch {
		case l.buried && l.dead():
		case w.Stepped:
			f()
		default:
			go f()
		}
	})
	return func() bool { return w.callOff(h) }
}

// observe has a node that is no validator follow the chain.
func (l *life) observe() {
	const again = 200 * time.Millisecond
	l.world.after(again, nil, func() {
		if l.running() == l {
			l.follow()
			l.observe()
		}
	})
}

func (l *life) follow() {
	w := l.world
	best := l.best()
	w.mutex.Lock()
	before := w.set(l.tip().Proposal.Height + 1)
	_, validator := before.Member(l.id)
	if validator || len(best) <= len(l.decisions) {
		w.mutex.Unlock()
		return
	}
	l.copyFrom(best)
	tip, set := l.tip(), w.set(l.tip().Proposal.Height+1)
	w.mutex.Unlock()
	var err error
	w.await("Reconfigure and SyncedTo", false, func() {
		if set.Epoch != before.Epoch {
			err = l.engine.Reconfigure(l.ctx, set)
		}
		err = errors.Join(err, l.engine.SyncedTo(l.ctx, tip))
	})
	if err != nil && !l.dead() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.blame("node %d does not go on from height %d: %v", l.place, tip.Proposal.Height, err)
	}
}
