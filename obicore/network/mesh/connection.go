package mesh

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// farewellWithin bounds the writing of a goodbye to an end that may not read.
const farewellWithin = 250 * time.Millisecond

// connection is one stream of a peer's class, after both hellos.
type connection struct {
	mesh    *mesh
	lane    *lane
	stream  network.Conn
	frames  *frameReader
	dialled bool // by this end
	id      uint64
	remote  *hello
	opening []byte // what the writer writes first: the accepting end's hello
	out     *outbox
	in      *inbox
	returns int64 // see returnAfter

	after     chan struct{} // delivered of the last one before that called handlers; nil if there is none
	delivered chan struct{} // closed when no handler will be called any more
	gone      chan struct{} // closed when it has ended
	flushed   chan struct{} // closed when the stream is closed
	begun     bool          // handlers are called for it; guarded by the mesh's mutex
	ended     bool          // guarded by the mesh's mutex
	since     time.Time     // when it was made

	ear      *ear
	writing  atomic.Int64 // since when one frame is being written; 0 if none
	pulse    pulse
	received uint64 // pongs: number of the last one
}

func (m *mesh) newConnection(l *lane, stream network.Conn, e *ear, frames *frameReader, remote *hello, dialled bool) *connection {
	return &connection{
		mesh: m, lane: l, stream: stream, ear: e, frames: frames, dialled: dialled, id: remote.Connection, remote: remote,
		out: newOutbox(remote), in: newInbox(m.Limits.Window), returns: returnAfter(m.Limits.Window, m.Limits.Message),
		delivered: make(chan struct{}), gone: make(chan struct{}), flushed: make(chan struct{}), since: m.Clock.Now(),
	}
}

// Errors for which a connection does not come about although nothing is wrong.
var (
	errClosed    = errors.New("the mesh is closed")
	errUnlisted  = &farewell{codeUnlisted, "the node is not in the peer list"}
	errDuplicate = &farewell{codeDuplicate, "another connection of this class is kept"}
)

// install makes c the connection of its lane and starts it, or says why not.
func (m *mesh) install(c *connection) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	l := c.lane
	switch old := l.live; {
	case m.closed:
		return errClosed
	case m.peers[l.peer.ID] != l.peer:
		return errUnlisted
	case old != nil && !c.beats(old):
		return errDuplicate
	case old != nil:
		m.endLocked(old, errDuplicate, errDuplicate, false)
	}
	l.live, l.previous, l.failure = c, c.id, ""
	l.counts.connections.Add(1)
	c.after, m.tails[l.tail()] = m.tails[l.tail()], c.delivered
	m.work.Go(c.read)
	m.work.Go(c.write)
	m.work.Go(c.deliver)
	c.beat()
	l.signal()
	m.Log.Info("connected", "peer", l.peer.ID, "class", l.class.String(), "dialled", c.dialled)
	return nil
}

// beats decides between two connections of one lane. Both ends decide alike.
func (c *connection) beats(old *connection) bool {
	switch {
	case c.remote.Instance != old.remote.Instance: // the peer has started anew
		return true
	case !c.dialled && c.remote.Previous == old.id: // the peer has lost the old one
		return true
	case c.dialled == old.dialled: // whoever dials again has none
		return true
	}
	return c.dialled == c.mesh.isLower(c.lane.peer)
}

// end ends a connection once, for a reason that its peer's status shows. A farewell is
// written first if there is one; otherwise the stream is closed at once.
func (m *mesh) end(c *connection, reason error, last *farewell) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.endLocked(c, reason, last, false)
}

// endLocked is end with the mutex held; with drop, messages that have arrived but are
// not delivered are forgotten.
func (m *mesh) endLocked(c *connection, reason error, last *farewell, drop bool) {
	c.in.close(drop || !c.begun) // also when it has ended: a cut forgets what still waits
	if c.ended {
		return
	}
	c.ended = true
	close(c.gone)
	m.step(c)
	c.pulse.stop()
	c.out.close(last)
	if last == nil {
		_ = c.stream.Close()
	} else {
		_ = c.stream.SetWriteDeadline(time.Now().Add(farewellWithin))
	}
	if l := c.lane; l.live == c {
		l.live, l.failure = nil, explain(reason)
		l.signal()
	}
	m.Log.Info("connection ended", "peer", c.lane.peer.ID, "class", c.lane.class.String(), "reason", explain(reason))
}

// explain puts a reason into words for an operator.
func explain(reason error) string {
	switch {
	case errors.Is(reason, io.EOF) || errors.Is(reason, io.ErrUnexpectedEOF):
		return "the peer closed the connection"
	case errors.Is(reason, errFrame):
		return fmt.Sprintf("the peer breaks the protocol: %v", reason)
	}
	return reason.Error()
}
