package jsonrpc

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Server answers JSON-RPC over HTTP and WebSocket. It is an http.Handler for every path; a Port puts it behind a
// listener. Make one with New and end it with Close.
type Server struct {
	methods map[string]*method
	hosts   nameList
	origins nameList
	limits  Limits
	logger  *slog.Logger
	observe func(context.Context, Observation)
	random  io.Reader

	gate          *gate
	memory        budget
	webSockets    atomic.Int64
	subscriptions atomic.Int64

	running  sync.WaitGroup     // requests and connections inside ServeHTTP
	base     context.Context    // of every call; ends when they are to be aborted
	abort    context.CancelFunc // ends base
	draining chan struct{}      // closed when Close begins
	lock     sync.Mutex         // of closed
	closed   bool
}

// New returns a server of what is registered now; the registry may be used further and has no more effect on it.
func New(registry *Registry, options Options) *Server {
	options = options.complete()
	s := &Server{
		methods:  registry.snapshot(),
		hosts:    newNameList(options.AllowedHosts),
		origins:  newNameList(options.AllowedOrigins),
		limits:   options.Limits,
		logger:   options.Logger,
		observe:  options.Observe,
		random:   options.Random,
		gate:     newGate(options.Limits.MaxConcurrentCalls, options.Limits.MaxQueuedCalls),
		memory:   budget{limit: options.Limits.MaxBufferedBytes},
		draining: make(chan struct{}),
	}
	s.base, s.abort = context.WithCancel(context.Background())
	return s
}

// begin enters a request unless the server is closing; the caller calls running.Done.
func (s *Server) begin() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// Close refuses new messages, lets calls finish for GraceTime, cancels the others, closes WebSocket connections with
// status 1001 and waits for every goroutine of the server. It returns ErrHandlersRunning when handlers still ran after
// they were cancelled and waited for (GraceTime, CloseTimeout and WriteTimeout together). Calling it again is
// harmless.
func (s *Server) Close() error {
	s.lock.Lock()
	if !s.closed {
		s.closed = true
		close(s.draining)
	}
	s.lock.Unlock()
	defer s.abort()
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	if within(done, s.limits.GraceTime) {
		return nil
	}
	s.abort()
	if within(done, s.limits.GraceTime+s.limits.CloseTimeout+s.limits.WriteTimeout) {
		return nil
	}
	return ErrHandlersRunning
}

func within(done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
