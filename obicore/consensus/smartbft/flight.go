package smartbft

import (
	"log/slog"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
)

// flight is the proposal that the log says this node has taken up and not voted for,
// and that SmartBFT forgets when it starts from a change of view. Others may be prepared
// for it: when those who took it up with them forget, it can neither be carried over,
// for want of f+1 that know it, nor be left, for want of a quorum without one that is
// prepared, and there is never a new view again.
type flight struct {
	proposal types.Proposal
	at       metadata
	open     bool
	prepared bool // it was carried over and this node has voted for it
}

// flightOf is what SmartBFT will not remember of the log by itself.
// view is the highest view known in memory.
func flightOf(log *savedLog, tip metadata, view uint64) (f flight) {
	carried := log.vote != nil && log.newView <= log.proposed.view && log.proposed.view < view
	if log.proposal == nil || log.proposed.height != tip.height+1 || !carried && (log.vote != nil || log.last.GetProposedRecord() != nil) {
		return f
	}
	return flight{
		proposal: types.Proposal{Header: log.content.Header, Payload: log.content.Body, Metadata: log.proposed.encode()},
		at:       log.proposed, open: true, prepared: carried,
	}
}

// recall is called with view data before they are signed. When they lack the proposal
// it gives it back to SmartBFT, for the next ones, and reports true: what is signed now
// would be taken for the word of a node that has seen nothing. It is called from the
// view changer's goroutine only.
func (i *instance) recall(data viewData) bool {
	f := &i.flight
	if !f.open {
		return false
	}
	f.open = false
	if data.inFlight != nil || data.last.height+1 != f.at.height {
		return false // something newer has come
	}
	store := storeOf(i.core)
	if store == nil {
		return false
	}
	i.engine.logf(slog.LevelInfo, "smartbft: the proposal for height %d in view %d is remembered", f.at.height, f.at.view)
	store.StoreProposal(f.proposal)
	if f.prepared {
		store.StorePrepares(f.at.view, f.at.height)
	}
	return true
}

// follow takes a message of another that changes to a view far above this node's own for
// its consent to all views up to there, as when it is asked for it: who leads in a view
// of the past waits for nothing, and never asks.
func (i *instance) follow(from uint64, size int, next uint64) {
	e := i.engine
	e.mutex.Lock()
	moved := e.moved
	e.mutex.Unlock()
	if next > i.views.now().change+1 && i.clock.Now().Sub(moved) >= e.timing.forward {
		i.climb(frame{from: from, size: size, view: next})
	}
}
