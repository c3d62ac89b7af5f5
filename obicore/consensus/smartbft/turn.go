package smartbft

import "runtime"

// turn is held by whoever of SmartBFT delivers or catches up. It mirrors a lock of
// SmartBFT's own and is taken before it: waiting for a channel ends with the
// instance, and does not stop virtual time, in which the tests run.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (i *instance) takeTurn() {
	select {
	case i.turn <- struct{}{}:
	case <-i.ctx.Done():
		runtime.Goexit() // the deferred calls do what Stop waits for
	}
}

// giveTurn may be called by one who has no turn, when nobody has.
func (i *instance) giveTurn() {
	select {
	case <-i.turn:
	default:
	}
}
