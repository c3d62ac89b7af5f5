package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Statuses with which a WebSocket connection is closed (RFC 6455 §7.4.1).
const (
	closeStopping = websocket.StatusGoingAway
	closeSlow     = websocket.StatusPolicyViolation
	closeBusy     = websocket.StatusTryAgainLater
)

// connection is one WebSocket connection. Its goroutines: serve (that of the HTTP handler), read, write, ping, and one
// for each message being executed; serve outlives the others.
type connection struct {
	server *Server
	socket *websocket.Conn
	raw    net.Conn           // below socket, to cut what a closing handshake cannot end
	ctx    context.Context    // of calls and subscriptions; its end closes the connection
	cancel context.CancelFunc // ends ctx
	out    *outbox
	slots  chan struct{} // one for each message being executed

	writing atomic.Bool   // a message is being written
	stalls  atomic.Uint64 // odd while reading waits for a slot: then no pong can be seen

	lock          sync.Mutex
	calls         sync.WaitGroup // Add under lock, unless refusing
	refusing      bool           // no more messages are executed
	status        websocket.StatusCode
	reason        string // why the server closes the connection; the first counts
	subscriptions map[string]*subscription
	reserved      int // subscriptions, with those that are being started
}

func newConnection(server *Server, socket *websocket.Conn, raw net.Conn) *connection {
	c := &connection{
		server:        server,
		socket:        socket,
		raw:           raw,
		out:           newOutbox(&server.limits, &server.memory),
		slots:         make(chan struct{}, server.limits.MaxCallsPerConnection),
		status:        websocket.StatusNormalClosure,
		subscriptions: make(map[string]*subscription),
	}
	c.ctx, c.cancel = context.WithCancel(server.base)
	return c
}

// serve returns when the connection and everything that belongs to it has ended.
func (c *connection) serve() {
	defer c.cancel()
	var reading, writing sync.WaitGroup
	reading.Go(c.read)
	reading.Go(c.ping)
	writing.Go(c.write)
	select {
	case <-c.ctx.Done():
	case <-c.server.draining:
		c.drain()
	}
	c.refuse()
	if c.ctx.Err() == nil { // drained: what is queued is still written
		c.endAll()
		c.out.finish(true)
		c.flush(&writing)
	}
	if c.server.base.Err() != nil {
		c.note(closeStopping, "server is shutting down")
	}
	c.cancel()
	c.out.finish(false)
	c.close()
	reading.Wait()
	writing.Wait()
	c.calls.Wait()
	c.endAll()
}

// note keeps the first reason for closing.
func (c *connection) note(status websocket.StatusCode, reason string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.reason == "" {
		c.status, c.reason = status, reason
	}
}

// fail closes the connection with a reason for the client.
func (c *connection) fail(status websocket.StatusCode, reason string) {
	c.note(status, reason)
	c.cancel()
}

func (c *connection) refuse() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.refusing = true
}

// begin enters a message to be executed; the caller calls calls.Done.
func (c *connection) begin() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	if !c.refusing {
		c.calls.Add(1)
	}
	return !c.refusing
}

// drain executes no more messages and waits for those that run, until the server aborts them.
func (c *connection) drain() {
	c.refuse()
	c.note(closeStopping, "server is shutting down")
	done := make(chan struct{})
	go func() { // ends with the calls, for which serve waits
		c.calls.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-c.ctx.Done():
	}
}

// flush waits until the queue is written or the connection fails.
func (c *connection) flush(writing *sync.WaitGroup) {
	done := make(chan struct{})
	go func() { // ends with the writer, for which serve waits
		writing.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-c.ctx.Done():
	}
}

// close performs the closing handshake, at most for CloseTimeout.
func (c *connection) close() {
	cut := time.AfterFunc(c.server.limits.CloseTimeout, func() { _ = c.raw.Close() })
	defer cut.Stop()
	c.lock.Lock()
	status, reason := c.status, c.reason
	c.lock.Unlock()
	if reason != "" {
		c.server.logger.Debug("closing WebSocket", "remote", c.raw.RemoteAddr(), "status", int(status), "reason", reason)
	}
	_ = c.socket.Close(status, reason) // the client may be gone already
}

// write sends what is queued, one message at a time.
func (c *connection) write() {
	for {
		item, ok := c.out.next()
		if !ok {
			return
		}
		c.writing.Store(true)
		// Not c.ctx: a context that ends during a write cuts the connection, and the client would not learn why.
		ctx, cancel := context.WithTimeout(context.Background(), c.server.limits.WriteTimeout)
		err := c.socket.Write(ctx, websocket.MessageText, item.data)
		cancel()
		c.writing.Store(false)
		c.server.memory.give(item.taken)
		if err != nil {
			c.fail(closeSlow, "messages are not read")
			return
		}
	}
}

// ping finds out whether the client is still there. A client whose pongs cannot be seen, because its own calls hold up
// the reading or its own slowness the writing, is left to the limits of those.
func (c *connection) ping() {
	ticker := time.NewTicker(c.server.limits.PingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-ticker.C:
		}
		stalls := c.stalls.Load()
		ctx, cancel := context.WithTimeout(c.ctx, c.server.limits.PongTimeout)
		err := c.socket.Ping(ctx)
		cancel()
		if c.ctx.Err() != nil {
			return
		}
		if err == nil || stalls%2 == 1 || c.stalls.Load() != stalls || c.writing.Load() {
			continue
		}
		c.fail(closeSlow, "pings are not answered")
		return
	}
}

// read executes what the client sends until the connection ends.
func (c *connection) read() {
	defer c.cancel()
	for {
		body, taken, err := c.receive()
		if err == nil && c.execute(body, taken) {
			continue
		}
		c.server.memory.give(taken)
		switch {
		case errors.Is(err, errNoMemory):
			c.note(closeBusy, ErrBusy.Message)
		case errors.Is(err, errTooLong):
			c.note(websocket.StatusMessageTooBig, fmt.Sprintf("message too large (limit %d bytes)", c.server.limits.MaxMessageBytes))
		}
		if err != nil {
			return
		}
	}
}

// receive reads one message, waiting for its beginning as long as the client likes and for its end BodyTimeout.
func (c *connection) receive() (body []byte, taken int64, err error) {
	// A context of its own: c.ctx would cut the connection where a closing handshake is due.
	_, reader, err := c.socket.Reader(context.Background())
	if err != nil {
		return nil, 0, err
	}
	slow := time.AfterFunc(c.server.limits.BodyTimeout, func() { c.fail(closeSlow, "message took too long") })
	defer slow.Stop()
	return readAll(reader, -1, c.server.limits.MaxMessageBytes, &c.server.memory)
}

// execute starts the execution of a message as soon as the connection has a slot. It reports false when the message is
// not executed because the connection is ending; the caller then gives taken back.
func (c *connection) execute(body []byte, taken int64) bool {
	select {
	case c.slots <- struct{}{}:
	default:
		c.stalls.Add(1)
		defer c.stalls.Add(1)
		select {
		case c.slots <- struct{}{}:
		case <-c.ctx.Done():
			return false
		}
	}
	if !c.begin() {
		<-c.slots
		return false
	}
	go func() {
		defer c.calls.Done()
		defer func() { <-c.slots }()
		e := exchange{server: c.server, connection: c}
		e.answer(c.ctx, body)
		c.server.memory.give(taken)
		c.out.respond(e.out, e.taken, e.created)
	}()
	return true
}
