package smartbft

import (
	"fmt"
	"log/slog"
	"runtime"
)

// logger takes SmartBFT's remarks. Some of them are more than remarks: the start of a
// view, which no other call tells, and a panic.
type logger struct{ *instance }

// Remarks of SmartBFT that the adapter understands; TestTheRemarksAreThoseOfThisVersion
// fails when another version words them differently.
const (
	viewStarted  = "Starting view with number %d, sequence %d, and decisions %d"
	carryingOver = "Node %d is creating a view %d for the in flight proposal"
	carriedOver  = "Node %d started a view %d for the in flight proposal"
	abortAsked   = "AbortView, the current view num is %d"
	abortBegun   = "view for abort %d, current view %d"
	delivered    = "Node %d delivered proposal"
	delivering   = "Delivering to app from Controller decide the last decision proposal"
	deciding     = "Delivering to app from Decide the last decision proposal"
	decided      = "Delivering end to app from Decide the last decision proposal"
	handing      = "Delivering to app from deliverDecision the last decision proposal"
	handed       = "Delivering end to app from deliverDecision the last decision proposal"
	syncing      = "get msg from syncChan"
	tooOld       = "Got view change to %d but already at %d"
	asBefore     = "Got view change to %d but view is already running"
	carrySyncs   = "Node %d is calling sync because the in flight proposal view has asked to sync"
	carryTimeout = "Timeout expired waiting on In-flight %d with latest sequence view to commit %d"
	pruning      = "Synced to sequence %d, deleting in-flight as it is stale"
	viewEnds     = "Aborting current view with number %d"
	viewBegins   = "Starting view after setting decisions in view to %d"
	complaining  = "Request %s leader-forwarding timeout expired, complaining about leader: %d"
	fallsSilent  = "Request %s leader-forwarding timeout expired, this node is the leader, stop send heartbeat message"
	wentOn       = "view(%d) + (decisionsInView(%d) / decisionsPerLeader(%d)), N(%d), blacklist(%v)"
)

// Debugf implements api.Logger.
func (l logger) Debugf(format string, _ ...any) {
	switch format {
	case carryingOver:
		l.carryOver(false, false)
		l.views.carry(true)
		leaveView(l.core)
	case carriedOver:
		l.views.carry(false)
	case carrySyncs:
		// The view would wait for ever for a view changer that gives up at the same time
		// and waits for it. That one syncs by itself when its time is over.
		runtime.Goexit()
	case abortAsked:
		l.beforeAbort()
	case delivering, deciding, handing, syncing:
		l.takeTurn()
		l.syncing.Store(format == syncing)
	case decided:
		l.giveTurn()
		l.carryOver(true, false)
	case handed:
		l.giveTurn()
	case delivered:
		l.giveTurn()
		l.watchdog.delivers(true)
	case viewEnds:
		l.judging.ends()
	case viewBegins:
		l.judging.begins()
	case wentOn:
		l.watchdog.delivers(false)
	case tooOld, asBefore, abortBegun:
		l.controllerMoves(format == abortBegun)
	}
}

// controllerMoves is called by the controller when it is about to change its view or
// not to, which it does after every sync.
func (l logger) controllerMoves(aborts bool) {
	if l.instance.syncing.CompareAndSwap(true, false) {
		l.giveTurn()
	}
	if aborts {
		l.watchdog.afterAbort()
	}
}

// Infof implements api.Logger.
func (l logger) Infof(format string, arguments ...any) {
	switch format {
	case fallsSilent:
		l.beforeComplaint()
	case pruning:
		l.beforePrune()
	case carryTimeout:
		l.carryOver(false, true)
	}
	if format == viewStarted && len(arguments) == 3 {
		view, _ := arguments[0].(uint64)
		height, _ := arguments[1].(uint64)
		decisions, _ := arguments[2].(uint64)
		l.views.start(metadata{view, height, decisions}, l.demands.has(height))
		l.engine.installed(view)
	}
	l.engine.logf(slog.LevelDebug, "smartbft: "+format, arguments...)
}

// Warnf implements api.Logger.
func (l logger) Warnf(format string, arguments ...any) {
	if format == complaining {
		l.beforeComplaint()
	}
	l.engine.logf(slog.LevelDebug, "smartbft: "+format, arguments...)
}

// Errorf implements api.Logger.
func (l logger) Errorf(format string, arguments ...any) {
	l.engine.logf(slog.LevelWarn, "smartbft: "+format, arguments...)
}

// Panicf implements api.Logger. It never returns: SmartBFT must not go on behind it.
// Its goroutine ends and the instance is replaced; the process lives.
func (l logger) Panicf(format string, arguments ...any) {
	l.fail(fmt.Errorf("%w: "+format, append([]any{errFault}, arguments...)...))
	runtime.Goexit()
}
