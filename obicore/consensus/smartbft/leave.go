package smartbft

import (
	"reflect"
	"sync"
	"unsafe"

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

// viewOfController is behind private fields, as the channels in unblock.go.
func viewOfController(core *upstream.Consensus) runningView {
	controller := reflect.ValueOf(core).Elem().FieldByName("controller")
	if !controller.IsValid() || controller.IsNil() {
		return nil
	}
	held, lock := controller.Elem().FieldByName("currView"), controller.Elem().FieldByName("currViewLock")
	if !held.IsValid() || !lock.IsValid() {
		return nil
	}
	mutex := (*sync.RWMutex)(unsafe.Pointer(lock.UnsafeAddr())) //nolint:gosec // see above
	mutex.RLock()
	defer mutex.RUnlock()
	view, _ := reflect.NewAt(held.Type(), unsafe.Pointer(held.UnsafeAddr())).Elem().Interface().(runningView) //nolint:gosec // see above
	return view
}
