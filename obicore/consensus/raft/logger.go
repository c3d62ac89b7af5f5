package raft

import (
	"fmt"
	"log/slog"

	etcd "go.etcd.io/raft/v3"
)

// logger takes raft's remarks. Where raft would end the process it panics, and the
// engine begins anew from its log.
type logger struct{ e *engine }

var _ etcd.Logger = logger{}

func (l logger) say(level slog.Level, v ...any) { l.e.logf(level, "raft: %s", fmt.Sprint(v...)) }

func (l logger) sayf(level slog.Level, format string, v ...any) {
	l.e.logf(level, "raft: "+format, v...)
}

// Debug implements raft's Logger, as the methods after it do.
func (l logger) Debug(v ...any)                   { l.say(slog.LevelDebug, v...) }
func (l logger) Debugf(format string, v ...any)   { l.sayf(slog.LevelDebug, format, v...) }
func (l logger) Info(v ...any)                    { l.say(slog.LevelDebug, v...) }
func (l logger) Infof(format string, v ...any)    { l.sayf(slog.LevelDebug, format, v...) }
func (l logger) Warning(v ...any)                 { l.say(slog.LevelInfo, v...) }
func (l logger) Warningf(format string, v ...any) { l.sayf(slog.LevelInfo, format, v...) }
func (l logger) Error(v ...any)                   { l.say(slog.LevelWarn, v...) }
func (l logger) Errorf(format string, v ...any)   { l.sayf(slog.LevelWarn, format, v...) }
func (l logger) Fatal(v ...any)                   { panic(fmt.Sprint(v...)) }
func (l logger) Fatalf(format string, v ...any)   { panic(fmt.Sprintf(format, v...)) }
func (l logger) Panic(v ...any)                   { panic(fmt.Sprint(v...)) }
func (l logger) Panicf(format string, v ...any)   { panic(fmt.Sprintf(format, v...)) }
