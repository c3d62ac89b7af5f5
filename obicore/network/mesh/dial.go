package mesh

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// keep makes a lane's connection whenever there is none and the peer has an address,
// until the peer's entry ends.
func (m *mesh) keep(l *lane) {
	ctx := l.peer.ctx
	took := time.Duration(0) // the last attempt
	for attempt := 0; ; attempt++ {
		address, lasted := m.vacancy(ctx, l)
		if ctx.Err() != nil {
			return
		}
		if lasted > m.Limits.BackoffMax {
			attempt = 0
		}
		if attempt > 0 || lasted > 0 || !m.isLower(l.peer) { // the lower id has a head start
			pause(ctx, m.Clock, max(0, m.backoff(l, attempt)-took)) // from one attempt's begin to the next's
		}
		began := m.Clock.Now()
		if took = 0; m.try(ctx, l, address) != nil {
			took = m.Clock.Now().Sub(began)
		}
	}
}

// try dials and notes why it fails.
func (m *mesh) try(ctx context.Context, l *lane, address string) error {
	err := m.dial(ctx, l, address)
	if err != nil {
		m.note(l, err)
	}
	return err
}

// vacancy waits until the lane has no connection and returns where to dial, and for how
// long the connection that was there lasted; 0 if there was none.
func (m *mesh) vacancy(ctx context.Context, l *lane) (address string, lasted time.Duration) {
	for {
		m.mutex.RLock()
		live := l.live
		address = l.peer.Address
		m.mutex.RUnlock()
		if live == nil && address != "" {
			return address, lasted
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return "", 0
		}
		if live != nil {
			lasted = max(1, m.Clock.Now().Sub(live.since))
		}
	}
}

func (m *mesh) isLower(p *peer) bool { return bytes.Compare(m.Self[:], p.ID[:]) < 0 }

// backoff doubles from BackoffMin to BackoffMax, less up to a half that depends on the
// ids and the attempt, so that nodes do not dial in step.
func (m *mesh) backoff(l *lane, attempt int) time.Duration {
	d := m.Limits.BackoffMin
	for range attempt {
		if d >= m.Limits.BackoffMax/2 {
			d = m.Limits.BackoffMax
			break
		}
		d *= 2
	}
	seed := append(append(m.Self[:], l.peer.ID[:]...), byte(l.class))
	digest := sha256.Sum256(binary.BigEndian.AppendUint64(seed, uint64(attempt)))
	share := time.Duration(binary.BigEndian.Uint16(digest[:])) // of 2^17
	return d - d*share>>17
}

// dial makes one attempt at a connection; nil means that the lane has one,
// or has had one just now.
func (m *mesh) dial(ctx context.Context, l *lane, address string) error {
	stream, err := m.reach(ctx, address)
	if err != nil {
		return err
	}
	ctx, cancel := within(ctx, m.Clock, m.Limits.Handshake)
	defer cancel(nil)
	c, err := m.introduce(ctx, l, stream)
	if err == nil {
		err = m.install(c)
	}
	if err == nil {
		return nil
	}
	dismiss(ctx, stream, err)
	var refused *refusal
	if errors.Is(err, errDuplicate) || errors.As(err, &refused) && refused.code == codeDuplicate {
		return nil
	}
	return because(ctx, err)
}

// reach has little time: while packets are lost, the system asks again later and later, and
// the first question of a new attempt finds a way that is open again before the fourth of an
// old one.
func (m *mesh) reach(ctx context.Context, address string) (network.Conn, error) {
	ctx, cancel := within(ctx, m.Clock, m.Limits.Dial)
	defer cancel(nil)
	stream, err := m.Channel.Dial(ctx, address)
	if err != nil {
		return nil, because(ctx, err)
	}
	return stream, nil
}

// introduce is the dialling end's part of the handshake.
func (m *mesh) introduce(ctx context.Context, l *lane, stream network.Conn) (*connection, error) {
	stop := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer stop()
	if err := stream.Handshake(ctx); err != nil {
		return nil, err
	}
	if stream.Remote() != l.peer.Transport {
		return nil, &farewell{codeIdentity, "its transport identity is not the listed one of " + l.peer.ID.String()}
	}
	said, err := m.ask(l)
	if err != nil {
		return nil, err
	}
	if _, err := stream.Write(appendFrame(nil, frameHello, said.encode())); err != nil {
		return nil, err
	}
	return m.hear(l, stream, said)
}

// ask makes the dialling end's hello; nothing is asked for when the peer has been faster.
func (m *mesh) ask(l *lane) (*hello, error) {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	if l.live != nil {
		return nil, errDuplicate
	}
	said := m.hello(l.class)
	said.Connection, said.Previous = draw(), l.previous
	return said, nil
}

// hear reads the answer.
func (m *mesh) hear(l *lane, stream network.Conn, said *hello) (*connection, error) {
	e := m.listen(stream)
	frames := newFrameReader(e, m.Limits.Message)
	answer, err := readHello(frames)
	if err != nil {
		return nil, err
	}
	if err := m.judge(answer); err != nil {
		return nil, err
	}
	if answer.Node != l.peer.ID || answer.Class != said.Class || answer.Connection != said.Connection {
		return nil, fmt.Errorf("%w: the answer names another node, class or connection", errFrame)
	}
	return m.newConnection(l, stream, e, frames, answer, true), nil
}

// hello returns what this node says of itself.
func (m *mesh) hello(class network.Class) *hello {
	return &hello{
		Version: protocolVersion, Identity: m.Identity, Node: m.Self, Class: uint64(class),
		Window: uint64(m.Limits.Window), Message: uint64(m.Limits.Message), Instance: m.instance,
	}
}

// note keeps why an attempt failed, for the operator.
func (m *mesh) note(l *lane, reason error) {
	m.mutex.Lock()
	if l.live == nil {
		l.failure = explain(reason)
	}
	m.mutex.Unlock()
	m.Log.Debug("no connection", "peer", l.peer.ID, "class", l.class.String(), "reason", explain(reason))
}

// because returns the cause of a context's end where an error only says that it ended.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
