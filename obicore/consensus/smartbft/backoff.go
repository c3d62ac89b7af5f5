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
	for began := i.views.now(); ; {
		over := time.NewTimer(i.engine.timing.complain * (1<<max(0, min(began.barren, mostBarren)-1) - 1))
		select {
		case <-over.C:
		case <-i.ctx.Done():
			over.Stop()
			runtime.Goexit()
		}
		now := i.views.now()
		switch {
		case now.tip != began.tip:
			runtime.Goexit() // the demand is met
		case now.current.view == began.current.view:
			return
		}
		began = now // a timer may have been started for a view that came only now
	}
}
