package simplex

import (
	"log/slog"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

// What may wait for the next epoch in all, and at least of each sender.
var (
	allThatIsEarly   = inbox.Limit{Frames: 256, Bytes: 16 << 20}
	leastEarlyOfEach = inbox.Limit{Frames: 16, Bytes: 1 << 20}
)

// frames wait for the engine, each sender's in a queue of their own.
type frames = inbox.Inbox[chain.NodeID, frame]

// seat gives every validator a place for what it says; the mutex is held.
func (e *engine) seat(table *members) {
	var ids []chain.NodeID
	for i := range table.set.Members {
		ids = append(ids, table.set.Members[i].ID)
	}
	e.inbox.Seat(ids)
	e.early.Seat(ids)
	e.dropped.Forget()
	e.spoiled.Forget()
}

// refused remarks that there was no room for a message.
func (e *engine) refused(from chain.NodeID, now time.Time) {
	if count, due := e.dropped.Due(from, now); due {
		limit := e.inbox.Limit()
		e.logf(slog.LevelWarn, "simplex: %d messages of %s are dropped since the last such remark: of one sender %d messages and %d bytes may wait", count, from, limit.Frames, limit.Bytes)
	}
}

// remark says what is wrong with a message, unless something was said of its sender within a
// second.
func (e *engine) remark(from chain.NodeID, why error) {
	if count, due := e.spoiled.Due(from, e.clock.Now()); due {
		e.logf(slog.LevelWarn, "simplex: a message of %s: %v; %d such messages since the last such remark", from, why, count)
	}
}
