package simplex

import (
	"fmt"
	"log/slog"
	"runtime"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logger takes Simplex's remarks.
type logger struct{ *instance }

func (l logger) write(level slog.Level, message string, fields []zap.Field) {
	if l.engine.options.Logf == nil {
		return
	}
	read := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(read)
	}
	l.engine.logf(level, "simplex: %s %v", message, read.Fields)
}

// Fatal implements simplex.Logger. It never returns and does not end the process: the
// calling goroutine ends and the instance is replaced.
func (l logger) Fatal(message string, fields ...zap.Field) {
	l.write(slog.LevelError, message, fields)
	l.fail(fmt.Errorf("%w: %s", errFault, message))
	runtime.Goexit()
}

// Error implements simplex.Logger.
func (l logger) Error(message string, fields ...zap.Field) { l.write(slog.LevelWarn, message, fields) }

// Warn implements simplex.Logger.
func (l logger) Warn(message string, fields ...zap.Field) { l.write(slog.LevelDebug, message, fields) }

// Info implements simplex.Logger.
func (l logger) Info(message string, fields ...zap.Field) { l.write(slog.LevelDebug, message, fields) }

// Trace implements simplex.Logger; what is below Info is dropped.
func (logger) Trace(string, ...zap.Field) {}

// Debug implements simplex.Logger.
func (logger) Debug(string, ...zap.Field) {}

// Verbo implements simplex.Logger.
func (logger) Verbo(string, ...zap.Field) {}
