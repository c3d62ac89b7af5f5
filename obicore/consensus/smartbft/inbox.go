package smartbft

import (
	"errors"
	"log/slog"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

// refused remarks that there was no room for a message.
func (e *engine) refused(from chain.NodeID, now time.Time) {
	if count, due := e.dropped.Due(from, now); due {
		limit := e.inbox.Limit()
		e.logf(slog.LevelWarn, "smartbft: %d messages of %s are dropped since the last such remark: of one sender %d messages and %d bytes may wait", count, from, limit.Frames, limit.Bytes)
	}
}

// remarks are what an instance says about what it drops.
type remarks struct{ gate, newViews inbox.Remarks[uint64] }

var errNoRoom = errors.New("so much of its waits already as may")

// remark says that messages of a node are dropped and why, unless that was said of it
// within a second.
func (i *instance) remark(of *inbox.Remarks[uint64], from uint64, what string, why error) {
	if count, due := of.Due(from, i.clock.Now()); due {
		i.engine.logf(slog.LevelWarn, "smartbft: %s of node %d is dropped: %v; %d times since the last such remark", what, from, why, count)
	}
}

// wake sets an edge-triggered signal.
func wake(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default: // it is set
	}
}
