package network

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// tap is a node's channel under the eyes and hands of a rule.
type tap struct {
	network.SecureChannel
	mutex   sync.Mutex
	streams map[*tapped]struct{}
	frozen  bool
	garble  func(data []byte) []byte
	dials   []time.Time // attempts
}

var errFrozen = errors.New("conformance: the node has fallen silent")

func newTap(c network.SecureChannel) *tap {
	return &tap{SecureChannel: c, streams: make(map[*tapped]struct{})}
}

// Listen implements network.SecureChannel.
func (p *tap) Listen(ctx context.Context, address string) (network.Listener, error) {
	l, err := p.SecureChannel.Listen(ctx, address)
	if err != nil {
		return nil, err
	}
	return &tappedListener{l, p}, nil
}

// Dial implements network.SecureChannel.
func (p *tap) Dial(ctx context.Context, address string) (network.Conn, error) {
	p.mutex.Lock()
	p.dials = append(p.dials, time.Now())
	frozen := p.frozen
	p.mutex.Unlock()
	if frozen {
		return nil, errFrozen
	}
	c, err := p.SecureChannel.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	return p.note(c), nil
}

type tappedListener struct {
	network.Listener
	tap *tap
}

// Accept implements network.Listener.
func (l *tappedListener) Accept() (network.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.tap.note(c), nil
}

func (p *tap) note(c network.Conn) *tapped {
	s := &tapped{Conn: c, tap: p, closed: make(chan struct{})}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	s.frozen = p.frozen
	p.streams[s] = struct{}{}
	return s
}

// sever breaks every stream of the node.
func (p *tap) sever() {
	for _, s := range p.open() {
		_ = s.Conn.Close()
	}
}

// freeze makes the node fall silent: streams stay open, but nothing comes or goes, and
// the other end does not hear of their end. Thaw lets new ones live.
func (p *tap) freeze() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.frozen = true
	for s := range p.streams {
		s.frozen = true
	}
}

func (p *tap) thaw() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.frozen = false
}

// change passes what the node writes through f; nil ends it.
func (p *tap) change(f func([]byte) []byte) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.garble = f
}

// open returns the streams that the node has not closed.
func (p *tap) open() (all []*tapped) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for s := range p.streams {
		all = append(all, s)
	}
	return all
}

func (p *tap) attempts() []time.Time {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]time.Time(nil), p.dials...)
}

// tapped is a stream of a tap.
type tapped struct {
	network.Conn
	tap    *tap
	frozen bool // guarded by the tap's mutex
	once   sync.Once
	closed chan struct{}
}

func (s *tapped) state() (frozen bool, garble func([]byte) []byte) {
	s.tap.mutex.Lock()
	defer s.tap.mutex.Unlock()
	return s.frozen, s.tap.garble
}

// Read implements net.Conn.
func (s *tapped) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if frozen, _ := s.state(); frozen {
		<-s.closed
		return 0, net.ErrClosed
	}
	return n, err
}

// Write implements net.Conn.
func (s *tapped) Write(b []byte) (int, error) {
	frozen, garble := s.state()
	switch {
	case frozen:
		return len(b), nil
	case garble == nil:
		return s.Conn.Write(b)
	}
	if _, err := s.Conn.Write(garble(append([]byte(nil), b...))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close implements net.Conn. A frozen stream is closed for the node only.
func (s *tapped) Close() error {
	s.tap.mutex.Lock()
	delete(s.tap.streams, s)
	frozen := s.frozen
	s.tap.mutex.Unlock()
	s.once.Do(func() { close(s.closed) })
	if frozen {
		return nil
	}
	return s.Conn.Close()
}
