package memory

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// stream joins two ends; ends[0] dialled.
type stream struct {
	network *Switch
	link    link
	ends    [2]*end
	once    sync.Once
	broken  chan struct{} // closed when either end closes or the link is cut
}

func newStream(s *Switch, l link, address string) *stream {
	joined := &stream{network: s, link: l, broken: make(chan struct{})}
	there, back := newPipe(s, l), newPipe(s, link{l.to, l.from})
	joined.ends[0] = &end{stream: joined, in: back, out: there, remote: l.to, near: "memory", far: address, ready: make(chan struct{})}
	joined.ends[1] = &end{stream: joined, in: there, out: back, remote: l.from, near: address, far: "memory", ready: make(chan struct{})}
	return joined
}

// fail breaks both directions for both ends; bytes under way are lost.
func (s *stream) fail(cause error) {
	s.once.Do(func() { close(s.broken) })
	s.ends[0].in.fail(cause)
	s.ends[0].out.fail(cause)
	s.network.forget(s)
}

// end implements network.Conn.
type end struct {
	*stream
	in, out   *pipe
	remote    chain.Hash
	near, far string
	shake     sync.Once
	ready     chan struct{} // closed when this end has called Handshake
}

// Handshake implements network.Conn.
func (e *end) Handshake(ctx context.Context) error {
	e.shake.Do(func() { close(e.ready) })
	other := e.ends[0]
	if other == e {
		other = e.ends[1]
	}
	select {
	case <-other.ready:
		return nil
	case <-e.broken:
		return fmt.Errorf("memory: handshake: %w", net.ErrClosed)
	case <-ctx.Done():
		_ = e.Close()
		return fmt.Errorf("memory: handshake: %w", ctx.Err())
	}
}

// Remote implements network.Conn.
func (e *end) Remote() chain.Hash { return e.remote }

// Read implements net.Conn.
func (e *end) Read(b []byte) (int, error) { return e.in.read(b) }

// Write implements net.Conn.
func (e *end) Write(b []byte) (int, error) { return e.out.write(b) }

// Close implements net.Conn. The other end still reads what has been written.
func (e *end) Close() error {
	e.once.Do(func() { close(e.broken) })
	e.out.finish()
	e.in.fail(net.ErrClosed)
	e.network.forget(e.stream)
	return nil
}

// LocalAddr implements net.Conn.
func (e *end) LocalAddr() net.Addr { return address(e.near) }

// RemoteAddr implements net.Conn.
func (e *end) RemoteAddr() net.Addr { return address(e.far) }

// SetDeadline implements net.Conn.
func (e *end) SetDeadline(t time.Time) error {
	e.in.setDeadline(t, &e.in.reading)
	e.out.setDeadline(t, &e.out.writing)
	return nil
}

// SetReadDeadline implements net.Conn.
func (e *end) SetReadDeadline(t time.Time) error {
	e.in.setDeadline(t, &e.in.reading)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (e *end) SetWriteDeadline(t time.Time) error {
	e.out.setDeadline(t, &e.out.writing)
	return nil
}

// address implements net.Addr.
type address string

// Network implements net.Addr.
func (address) Network() string { return Name }

// String implements net.Addr.
func (a address) String() string { return string(a) }
