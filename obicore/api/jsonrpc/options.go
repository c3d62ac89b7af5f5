package jsonrpc

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"
)

// Options configure a Server. The zero value serves local clients with the default limits.
type Options struct {
	// AllowedHosts are the names under which clients may reach the server (Host header without port), against DNS
	// rebinding. Default: localhost, 127.0.0.1 and [::1]. "*" allows every name.
	AllowedHosts []string
	// AllowedOrigins are the origins ("https://wallet.example") from which browsers may call. Default, when nil: "*",
	// every origin, which is right for a development chain on loopback only. An empty list that is not nil allows none;
	// "null" is what any page sends from a sandboxed frame. Requests without an Origin header are no browser's and
	// always pass.
	AllowedOrigins []string
	// Limits bound what clients can take.
	Limits Limits
	// Logger gets crashes of handlers and closed connections. Default: none.
	Logger *slog.Logger
	// Observe is called after every call, concurrently; it must be quick. Default: none.
	Observe func(context.Context, Observation)
	// Random makes subscription ids. Default: crypto/rand.
	Random io.Reader
}

// Observation is what an observer learns about a call.
type Observation struct {
	Method    string        // the registered name; empty for a name that is not registered and for invalid requests
	WebSocket bool          // false: HTTP
	Duration  time.Duration // of the handler and of encoding its result
	Code      int           // of the error, 0 for success
}

// Limits bound what clients can take. A value that is zero or negative means the default, which stands behind each.
type Limits struct {
	// Sizes.
	MaxBodyBytes     int64 // an HTTP body, and what it decompresses to: 5 MiB
	MaxMessageBytes  int64 // a WebSocket message: 5 MiB
	MaxBatchItems    int   // 1,000
	MaxDepth         int   // nested arrays and objects of a message: 64
	MaxResultBytes   int   // the encoded result of one call: 64 MiB
	MaxResponseBytes int   // the responses of one batch: 25 MiB
	MaxBufferedBytes int64 // bodies, and responses that are being written, of all clients together: 256 MiB

	// Counts.
	MaxConcurrentCalls            int // messages being executed: 256
	MaxQueuedCalls                int // messages waiting for that: 1,024
	MaxCallsPerConnection         int // messages being executed of one WebSocket connection: 32
	MaxWebSockets                 int // WebSocket connections: 1,024
	MaxSubscriptionsPerConnection int // 128
	MaxSubscriptions              int // of all connections together: 16,384
	MaxQueuedNotifications        int // of one subscription, not yet written: 1,024
	MaxQueuedBytes                int // of one WebSocket connection, not yet written: 32 MiB

	// Times.
	CallTimeout  time.Duration // a message, from its last byte to its response: 30 s
	BodyTimeout  time.Duration // an HTTP body or WebSocket message, from its first byte to its last: 30 s
	WriteTimeout time.Duration // an HTTP response or one WebSocket message: 30 s
	PingInterval time.Duration // between pings on a WebSocket connection: 30 s
	PongTimeout  time.Duration // until the answer to a ping: 20 s
	CloseTimeout time.Duration // a WebSocket's closing handshake: 2 s
	GraceTime    time.Duration // for which Close lets calls finish before it cancels them: 5 s
}

// DefaultLimits returns the defaults.
func DefaultLimits() Limits {
	return Limits{
		MaxBodyBytes:     5 << 20,
		MaxMessageBytes:  5 << 20,
		MaxBatchItems:    1000,
		MaxDepth:         64,
		MaxResultBytes:   64 << 20,
		MaxResponseBytes: 25 << 20,
		MaxBufferedBytes: 256 << 20,

		MaxConcurrentCalls:            256,
		MaxQueuedCalls:                1024,
		MaxCallsPerConnection:         32,
		MaxWebSockets:                 1024,
		MaxSubscriptionsPerConnection: 128,
		MaxSubscriptions:              16384,
		MaxQueuedNotifications:        1024,
		MaxQueuedBytes:                32 << 20,

		CallTimeout:  30 * time.Second,
		BodyTimeout:  30 * time.Second,
		WriteTimeout: 30 * time.Second,
		PingInterval: 30 * time.Second,
		PongTimeout:  20 * time.Second,
		CloseTimeout: 2 * time.Second,
		GraceTime:    5 * time.Second,
	}
}

func orDefault[T cmp.Ordered](value *T, fallback T) {
	var zero T
	if *value <= zero {
		*value = fallback
	}
}

func (l Limits) complete() Limits {
	d := DefaultLimits()
	orDefault(&l.MaxBodyBytes, d.MaxBodyBytes)
	orDefault(&l.MaxMessageBytes, d.MaxMessageBytes)
	orDefault(&l.MaxBatchItems, d.MaxBatchItems)
	orDefault(&l.MaxDepth, d.MaxDepth)
	orDefault(&l.MaxResultBytes, d.MaxResultBytes)
	orDefault(&l.MaxResponseBytes, d.MaxResponseBytes)
	orDefault(&l.MaxBufferedBytes, d.MaxBufferedBytes)
	orDefault(&l.MaxConcurrentCalls, d.MaxConcurrentCalls)
	orDefault(&l.MaxQueuedCalls, d.MaxQueuedCalls)
	orDefault(&l.MaxCallsPerConnection, d.MaxCallsPerConnection)
	orDefault(&l.MaxWebSockets, d.MaxWebSockets)
	orDefault(&l.MaxSubscriptionsPerConnection, d.MaxSubscriptionsPerConnection)
	orDefault(&l.MaxSubscriptions, d.MaxSubscriptions)
	orDefault(&l.MaxQueuedNotifications, d.MaxQueuedNotifications)
	orDefault(&l.MaxQueuedBytes, d.MaxQueuedBytes)
	orDefault(&l.CallTimeout, d.CallTimeout)
	orDefault(&l.BodyTimeout, d.BodyTimeout)
	orDefault(&l.WriteTimeout, d.WriteTimeout)
	orDefault(&l.PingInterval, d.PingInterval)
	orDefault(&l.PongTimeout, d.PongTimeout)
	orDefault(&l.CloseTimeout, d.CloseTimeout)
	orDefault(&l.GraceTime, d.GraceTime)
	return l
}

func (o Options) complete() Options {
	if len(o.AllowedHosts) == 0 {
		o.AllowedHosts = []string{"localhost", "127.0.0.1", "[::1]"}
	}
	if o.AllowedOrigins == nil {
		o.AllowedOrigins = []string{"*"}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	o.Limits = o.Limits.complete()
	return o
}
