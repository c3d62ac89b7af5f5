package smartbft

import (
	"runtime"
	"time"
)

// mostBarren is how many views in a row without a decision lengthen the patience with a
// leader.
const mostBarren = 4

// beforeComplaint is called by the timer of a demand before SmartBFT complains about the
// leader, or as the leader falls silent for the others to do so. SmartBFT's patience is the
// same in all views; with validators who all need longer for a block than that, no block
// would be decided in any. So each view without a decision, but the first, doubles it.
func (i *instance) beforeComplaint() {
	began := i.views.now()
	wait := i.engine.timing.complain * (1<<max(0, min(began.barren, mostBarren)-1) - 1)
	if wait == 0 {
		return
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	select {
	case <-over.C:
		if now := i.views.now(); now.current.view == began.current.view && now.tip == began.tip {
			return
		}
	case <-i.ctx.Done():
	}
	runtime.Goexit() // another view has timers of its own, and a decision takes its demand back
}
