package node

import (
	"cmp"
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
	l.outbox.Add(t, l.options.Clock.Now())
	l.mutex.Unlock()
	wake(l.wakeOutbox)
	l.arrived()
}

// runOutbox sends what the outbox says when it says so.
func (l *link) runOutbox(ctx context.Context) {
	for ctx.Err() == nil {
		l.mutex.Lock()
		fresh, again := l.outbox.Step(l.options.Clock.Now(), l.waits)
		at := l.outbox.Wake()
		l.mutex.Unlock()
		for _, batch := range fresh {
			for _, message := range l.bulkMessages(batch) {
				l.push(message)
			}
		}
		for _, batch := range again {
			l.push(dissemination.EncodeTransactions(batch))
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

// receiveTransactions admits what a peer's clients have given to it. It returns when all
// is looked at that is not held for others to check, and after a rest under pressure, so that
// a peer cannot send faster than this node checks.
func (l *link) receiveTransactions(from chain.NodeID, message []byte) {
	began := l.options.Clock.Now()
	l.mutex.Lock()
	shunned := began.Before(l.shunned[from])
	l.mutex.Unlock()
	defer l.rest(began)
	switch {
	case shunned:
	case dissemination.IsStated(message):
		l.receiveStated(from, message)
	default:
		batch, fault := dissemination.Decode(message)
		l.receivePlain(from, batch, fault)
	}
}

// receivePlain checks transactions of a peer itself.
func (l *link) receivePlain(from chain.NodeID, batch [][]byte, fault error) {
	defer l.admits(batch)()
	admitted, errs := l.admitAll(batch, &l.crowdOfPeers)
	l.pass(from, admitted, errs, fault)
}

// pass pools what is good of a peer's transactions, behind what is held of it.
func (l *link) pass(from chain.NodeID, transactions []chain.Verified, errs []error, fault error) {
	if fault = cmp.Or(fault, faultIn(errs)); fault != nil {
		l.shun(from, fault)
	}
	l.mutex.Lock()
	held := l.certificates.Waits(from) && l.certificates.Hold(&dissemination.Held{From: from, Transactions: good(transactions, errs), Checked: true}, nil, l.options.Clock.Now())
	l.mutex.Unlock()
	if !held {
		l.adopt(transactions, errs)
	}
}

// faultIn finds what an honest peer would not have sent.
func faultIn(errs []error) error {
	for _, err := range errs {
		if errors.Is(err, ErrSender) {
			return err
		}
	}
	return nil
}

func good(transactions []chain.Verified, errs []error) (list []chain.Verified) {
	for i := range transactions {
		if errs[i] == nil {
			list = append(list, transactions[i])
		}
	}
	return list
}

// adopt pools transactions without an error that a peer has sent.
func (l *link) adopt(transactions []chain.Verified, errs []error) {
	l.enter(transactions, errs)
	l.metrics.took(errs)
	now := l.options.Clock.Now()
	l.mutex.Lock()
	for _, t := range good(transactions, errs) {
		l.outbox.Adopt(t, now)
	}
	l.mutex.Unlock()
	wake(l.wakeOutbox)
	l.arrived()
}

// shun stops listening to a peer's transactions for a while.
func (l *link) shun(from chain.NodeID, fault error) {
	l.mutex.Lock()
	l.shunned[from] = l.options.Clock.Now().Add(shunTime)
	l.mutex.Unlock()
	l.log.Warn("a peer sends transactions that it cannot have checked; what it sends is dropped for a while", "peer", from, "reason", fault)
}
