package node

import (
	"context"
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// shunTime is how long a peer's transactions are not looked at after it has sent
// one whose signature does not verify: an honest node has checked it itself.
const shunTime = 10 * time.Second

// offer takes a transaction of a client into the outbox.
func (l *link) offer(t chain.Verified) {
	l.mutex.Lock()
	l.outbox.Add(t.ID, t.Raw, l.options.Clock.Now())
	l.mutex.Unlock()
	wake(l.wakeOutbox)
	l.arrived()
}

// runOutbox sends what the outbox says when it says so.
func (l *link) runOutbox(ctx context.Context) {
	for ctx.Err() == nil {
		l.mutex.Lock()
		batches := l.outbox.Step(l.options.Clock.Now(), l.waits)
		at := l.outbox.Wake()
		l.mutex.Unlock()
		for _, batch := range batches {
			l.push(dissemination.Encode(batch))
		}
		due, release := l.timer(at)
		select {
		case <-ctx.Done():
		case <-l.wakeOutbox:
		case <-due:
		}
		release()
	}
}

// waits reports whether a transaction still waits to be ordered.
func (l *link) waits(id chain.Hash) bool {
	_, pooled := l.pool.Get(id)
	return pooled
}

// push sends a message to all other validators.
func (l *link) push(message []byte) {
	validators := l.deciding()
	for i := range validators.Members {
		if id := validators.Members[i].ID; id != l.options.Self {
			l.send(id, network.Bulk, message)
		}
	}
}

// receiveTransactions admits what a peer's clients have given to it. It returns
// when all is looked at, so that a peer cannot send faster than this node checks.
func (l *link) receiveTransactions(from chain.NodeID, message []byte) {
	now := l.options.Clock.Now()
	l.mutex.Lock()
	shunned := now.Before(l.shunned[from])
	l.mutex.Unlock()
	if shunned {
		return
	}
	batch, fault := dissemination.Decode(message)
	taken, errs := l.takeAll(batch)
	l.mutex.Lock()
	for i, t := range taken {
		if errs[i] == nil {
			l.outbox.Adopt(t.ID, t.Raw, now)
		} else if errors.Is(errs[i], ErrSender) {
			fault = errs[i]
		}
	}
	l.mutex.Unlock()
	wake(l.wakeOutbox)
	l.arrived()
	if fault != nil {
		l.mutex.Lock()
		l.shunned[from] = now.Add(shunTime)
		l.mutex.Unlock()
		l.log.Warn("a peer sends transactions that it cannot have checked; what it sends is dropped for a while", "peer", from, "reason", fault)
	}
}
