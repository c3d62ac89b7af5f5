package smartbft

import (
	"sync"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
)

// runningView is what is needed of SmartBFT's view.
type runningView interface {
	Abort()
	AbortChan() <-chan struct{}
}

// leaveView ends the controller's view, without waiting for what it is doing. A change of view
// has ended it before; a sync in the middle of the change starts it again. It would take the
// votes for what the new view carries over for its own, count them together with those that it
// has, and deliver what nobody can prove, while the new view waits to deliver.
func leaveView(core *upstream.Consensus) {
	view := viewOfController(core)
	if view == nil || view.AbortChan() == nil {
		return
	}
	go view.Abort() // it closes the channel, and then waits
	<-view.AbortChan()
}

// viewOfController returns the view that runs or ran last; nil before the first.
func viewOfController(core *upstream.Consensus) runningView {
	controller, ok := controllerOf(core)
	if !ok {
		return nil
	}
	mutex := private(controller.FieldByName("currViewLock")).Addr().Interface().(*sync.RWMutex)
	mutex.RLock()
	defer mutex.RUnlock()
	view, _ := private(controller.FieldByName("currView")).Interface().(runningView)
	return view
}
