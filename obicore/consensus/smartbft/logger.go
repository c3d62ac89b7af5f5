package smartbft

import (
	"fmt"
	"log/slog"
	"runtime"
)

// logger takes SmartBFT's remarks. Some of them are more than remarks: the start of a
// view, which no other call tells, and a panic.
type logger struct{ *instance }

// Remarks of SmartBFT that the adapter understands; the test of the view gate fails
// when another version words them differently.
const (
	viewStarted  = "Starting view with number %d, sequence %d, and decisions %d"
	carryingOver = "Node %d is creating a view %d for the in flight proposal"
	carriedOver  = "Node %d started a view %d for the in flight proposal"
)

// Debugf implements api.Logger.
func (l logger) Debugf(format string, _ ...any) {
	switch format {
	case carryingOver:
		l.views.carry(true)
	case carriedOver:
		l.views.carry(false)
	}
}

// Infof implements api.Logger.
func (l logger) Infof(format string, arguments ...any) {
	if format == viewStarted && len(arguments) == 3 {
		view, _ := arguments[0].(uint64)
		height, _ := arguments[1].(uint64)
		decisions, _ := arguments[2].(uint64)
		l.views.start(metadata{view, height, decisions})
		l.engine.installed(view)
	}
	l.engine.logf(slog.LevelDebug, "smartbft: "+format, arguments...)
}

// Warnf implements api.Logger.
func (l logger) Warnf(format string, arguments ...any) {
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
