package mesh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// acceptPause is the pause after a failure to accept, such as too many open files.
const acceptPause = 100 * time.Millisecond

// accept takes streams until the listener is closed.
func (m *mesh) accept() {
	for {
		stream, err := m.listener.Accept()
		switch {
		case err == nil:
			m.work.Go(func() { m.welcome(stream) })
		case errors.Is(err, net.ErrClosed) || m.ctx.Err() != nil:
			return
		default:
			m.Log.Warn("cannot accept", "reason", err)
			pause(m.ctx, m.Clock, acceptPause)
		}
	}
}

// welcome makes a connection of an incoming stream, or dismisses it.
func (m *mesh) welcome(stream network.Conn) {
	ctx, cancel := within(m.ctx, m.Clock, m.Limits.Handshake)
	defer cancel(nil)
	defer m.gate.enter(cancel)()
	c, err := m.reply(ctx, stream)
	if err == nil {
		err = m.install(c)
	}
	if err != nil {
		m.Log.Debug("incoming connection dismissed", "from", stream.RemoteAddr(), "reason", because(ctx, err))
		dismiss(ctx, stream, err)
	}
}

// reply is the accepting end's part of the handshake; its hello is the first thing that
// the connection writes.
func (m *mesh) reply(ctx context.Context, stream network.Conn) (*connection, error) {
	stop := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer stop()
	if err := stream.Handshake(ctx); err != nil {
		return nil, err
	}
	e := m.listen(stream)
	frames := newFrameReader(e, m.Limits.Message)
	said, err := readHello(frames)
	if err != nil {
		m.noteAll(m.byTransport(stream.Remote()), err)
		return nil, err
	}
	l, err := m.admit(said, stream.Remote())
	if err != nil {
		return nil, err
	}
	c := m.newConnection(l, stream, e, frames, said, false)
	answer := m.hello(l.class)
	answer.Connection = said.Connection
	c.opening = appendFrame(nil, frameHello, answer.encode())
	return c, nil
}

// admit finds the lane that a hello speaks for.
func (m *mesh) admit(said *hello, remote chain.Hash) (*lane, error) {
	if err := m.judge(said); err != nil {
		m.noteAll(m.byTransport(remote), err)
		return nil, err
	}
	m.mutex.RLock()
	p := m.peers[said.Node]
	m.mutex.RUnlock()
	switch {
	case p == nil:
		return nil, errUnlisted
	case p.Transport != remote || remote.IsZero():
		err := &farewell{codeIdentity, fmt.Sprintf("its transport identity %s is not the listed one of %s", remote, said.Node)}
		m.noteAll(p, err)
		return nil, err
	}
	return p.lanes[said.Class], nil
}

// judge is check, as an error that is nil when nothing is wrong.
func (m *mesh) judge(said *hello) error {
	if wrong := said.check(m.Identity); wrong != nil {
		return wrong
	}
	return nil
}

// byTransport returns the peer that a transport identity is listed for, or nil.
func (m *mesh) byTransport(identity chain.Hash) *peer {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	for _, p := range m.peers {
		if p.Transport == identity {
			return p
		}
	}
	return nil
}

// noteAll keeps a reason that concerns a peer, whatever the class.
func (m *mesh) noteAll(p *peer, reason error) {
	if p == nil {
		return
	}
	for _, l := range p.lanes {
		m.note(l, reason)
	}
}

// readHello reads the first frame of the other end.
func readHello(frames *frameReader) (*hello, error) {
	kind, payload, err := frames.next()
	switch {
	case err != nil:
		return nil, err
	case kind == frameGoodbye:
		return nil, decodeFarewell(payload)
	case kind != frameHello:
		return nil, fmt.Errorf("%w: type %d instead of a hello", errFrame, kind)
	}
	return decodeHello(payload)
}

// dismiss closes a stream that becomes no connection; the other end hears why, unless
// it is the one that has said so or the handshake's time is over.
func dismiss(ctx context.Context, stream network.Conn, reason error) {
	defer stream.Close()
	var last *farewell
	if !errors.As(reason, &last) {
		last = answerTo(reason)
	}
	if last == nil || ctx.Err() != nil || stream.Remote().IsZero() {
		return
	}
	if stream.SetWriteDeadline(time.Now().Add(farewellWithin)) == nil {
		_, _ = stream.Write(appendFrame(nil, frameGoodbye, last.encode()))
	}
}
