package memory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// backlog is how many streams wait for Accept.
const backlog = 128

// Reasons for which dialling or a stream fails.
var (
	errRefused = errors.New("memory: connection refused")
	errCut     = errors.New("memory: the link is cut")
)

// Channel is the channel of one identity; it implements network.SecureChannel.
type Channel struct {
	network *Switch
	self    chain.Hash
}

// Name implements network.SecureChannel.
func (c *Channel) Name() string { return Name }

// Self implements network.SecureChannel.
func (c *Channel) Self() chain.Hash { return c.self }

// Listen implements network.SecureChannel. Any text that nobody listens at is an
// address; one that ends in ":0" stands for a new one.
func (c *Channel) Listen(_ context.Context, address string) (network.Listener, error) {
	s := c.network
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if strings.HasSuffix(address, ":0") {
		s.ports++
		address = fmt.Sprintf("memory:%d", s.ports)
	}
	if s.listeners[address] != nil {
		return nil, fmt.Errorf("memory: somebody listens at %q already", address)
	}
	l := &listener{network: s, owner: c.self, address: address, streams: make(chan *end, backlog), closed: make(chan struct{})}
	s.listeners[address] = l
	return l, nil
}

// Dial implements network.SecureChannel.
func (c *Channel) Dial(ctx context.Context, address string) (network.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("memory: dial %q: %w", address, err)
	}
	near, stalled, err := c.connect(address)
	if err != nil {
		return nil, fmt.Errorf("memory: dial %q: %w", address, err)
	}
	if stalled {
		<-ctx.Done()
		return nil, fmt.Errorf("memory: dial %q: %w", address, ctx.Err())
	}
	return near, nil
}

// connect hands the far end to the listener, unless the link is stalled.
func (c *Channel) connect(address string) (near *end, stalled bool, err error) {
	s := c.network
	s.mutex.Lock()
	defer s.mutex.Unlock()
	l := s.listeners[address]
	if l == nil || s.refused[l.owner] {
		return nil, false, errRefused
	}
	condition := s.condition(link{c.self, l.owner})
	if condition.cut {
		return nil, false, errCut
	}
	if condition.stalled {
		return nil, true, nil
	}
	joined := newStream(s, link{c.self, l.owner}, address)
	select {
	case l.streams <- joined.ends[1]:
		s.streams[joined] = struct{}{}
		return joined.ends[0], false, nil
	default:
		return nil, false, errRefused
	}
}

type listener struct {
	network *Switch
	owner   chain.Hash
	address string
	streams chan *end
	once    sync.Once
	closed  chan struct{}
}

// Accept implements network.Listener.
func (l *listener) Accept() (network.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
	}
	select {
	case e := <-l.streams:
		return e, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Address implements network.Listener.
func (l *listener) Address() string { return l.address }

// Close implements network.Listener; streams that wait for Accept are broken.
func (l *listener) Close() error {
	l.once.Do(func() {
		l.network.mutex.Lock()
		delete(l.network.listeners, l.address)
		l.network.mutex.Unlock()
		close(l.closed)
		for {
			select {
			case waiting := <-l.streams:
				_ = waiting.Close()
			default:
				return
			}
		}
	})
	return nil
}
