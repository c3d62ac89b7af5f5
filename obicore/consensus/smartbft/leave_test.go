package smartbft

import (
	"testing"
	"time"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// It holds leave.go to the pinned version: whoever moves the pin must look again.
func TestAViewThatIsLeftEndsAndTheNodeComesBack(t *testing.T) {
	leaveView(&upstream.Consensus{}) // one that has not started
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		e := w.Nodes[1].Running().Engine.(*engine)
		e.mutex.Lock()
		core := e.current.core
		e.mutex.Unlock()
		view := viewOfController(core)
		if view == nil {
			t.Fatal("the controller's view is gone")
		}
		leaveView(core)
		select {
		case <-view.AbortChan():
		default:
			t.Error("a view that was left goes on")
		}
		for range 3 {
			w.Settle(10 * time.Second)
		}
	})
}
