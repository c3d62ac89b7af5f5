package jsonrpc

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// PortLimits bound what clients can take of a listener before a handler sees them. A value that is zero or negative
// means the default, which stands behind each.
type PortLimits struct {
	MaxConnections    int           // TCP connections, WebSockets included: 1,024
	MaxHeaderBytes    int           // of a request: 64 KiB
	ReadHeaderTimeout time.Duration // 10 s
	IdleTimeout       time.Duration // between requests on a connection: 120 s
	CloseTimeout      time.Duration // for which Close lets responses be written: 5 s
}

func (l PortLimits) complete() PortLimits {
	orDefault(&l.MaxConnections, 1024)
	orDefault(&l.MaxHeaderBytes, 64<<10)
	orDefault(&l.ReadHeaderTimeout, 10*time.Second)
	orDefault(&l.IdleTimeout, 120*time.Second)
	orDefault(&l.CloseTimeout, 5*time.Second)
	return l
}

// Port serves one handler, a Server or a mux of several, on listeners over HTTP/1.1, with keep-alive.
type Port struct {
	limits PortLimits
	server *http.Server
	count  chan struct{} // one for each connection
	unused unused
}

// NewPort returns a port; logger may be nil.
func NewPort(handler http.Handler, limits PortLimits, logger *slog.Logger) *Port {
	limits = limits.complete()
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	p := &Port{
		limits: limits,
		count:  make(chan struct{}, limits.MaxConnections),
		server: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: limits.ReadHeaderTimeout,
			IdleTimeout:       limits.IdleTimeout,
			MaxHeaderBytes:    limits.MaxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		},
	}
	p.server.ConnState = p.unused.note
	return p
}

// Serve accepts connections until Close, and then returns nil. It closes the listener.
func (p *Port) Serve(listener net.Listener) error {
	err := p.server.Serve(&countingListener{Listener: listener, count: p.count})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close stops accepting, closes connections that no request has come on, waits for responses that are being written and
// closes every connection that is not a WebSocket's. Close the Servers behind the port first: they own their calls and WebSockets.
func (p *Port) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), p.limits.CloseTimeout)
	defer cancel()
	p.unused.close()
	if p.server.Shutdown(ctx) == nil {
		return nil
	}
	return p.server.Close()
}

// countingListener answers connections above the limit with 503 and closes them, so that a flood neither holds
// descriptors nor leaves others waiting without a word.
type countingListener struct {
	net.Listener
	count chan struct{}
}

var overload = func() []byte {
	body := appendError(nil, nil, Errorf(LimitExceeded, "too many connections"))
	head := "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: "
	return append([]byte(head+strconv.Itoa(len(body))+"\r\n\r\n"), body...)
}()

// Accept implements net.Listener.
func (l *countingListener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.count <- struct{}{}:
			return &countedConnection{Conn: accepted, count: l.count}, nil
		default:
		}
		// A fresh socket has room for this; the deadline is for the one that has not.
		_ = accepted.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = accepted.Write(overload)
		_ = accepted.Close()
	}
}

type countedConnection struct {
	net.Conn
	count chan struct{}
	once  sync.Once
}

// Close implements net.Conn.
func (c *countedConnection) Close() error {
	c.once.Do(func() { <-c.count })
	return c.Conn.Close()
}

// CloseWrite ends the sending half only. net/http looks for it to let a client read a refusal before unread bytes of
// the request make the system reset the connection.
func (c *countedConnection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
