package mesh

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// mesh implements network.Mesh.
type mesh struct {
	network.Options
	instance uint64
	watch    watch
	handlers network.Handlers
	gate     *gate
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	work     sync.WaitGroup // every goroutine; begun under mutex while not closed

	mutex    sync.RWMutex
	started  bool
	closed   bool
	listener network.Listener
	peers    map[chain.NodeID]*peer
	tails    map[tail]chan struct{} // ends of delivery, for the next connection to wait for
}

// tail names a peer's class across connections and changes of the peer list.
type tail struct {
	id    chain.NodeID
	class network.Class
}

func newMesh(options network.Options) *mesh {
	m := &mesh{
		Options: options, instance: draw(), watch: watch{options.Clock, options.Clock.Now()}, gate: newGate(options.Limits.Handshakes),
		peers: make(map[chain.NodeID]*peer), tails: make(map[tail]chan struct{}),
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Start implements network.Mesh. The context bounds Start; only Close ends the mesh.
func (m *mesh) Start(ctx context.Context, handlers network.Handlers) error {
	if handlers.Receive == nil {
		return errors.New("mesh: no handler takes messages; give Handlers.Receive")
	}
	if handlers.Changed == nil {
		handlers.Changed = func(chain.NodeID, network.Class, bool) {}
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.started || m.closed {
		return errors.New("mesh: it has been started or closed before; make a new one")
	}
	if m.Listen != "" {
		listener, err := m.Channel.Listen(ctx, m.Listen)
		if err != nil {
			return fmt.Errorf("mesh: cannot listen at %q: %w", m.Listen, err)
		}
		m.listener = listener
		m.work.Go(m.accept)
	}
	m.handlers, m.started = handlers, true
	for _, p := range m.peers {
		m.keepAll(p)
	}
	return nil
}

// Close implements network.Mesh. It must not be called by a handler, which it waits for.
func (m *mesh) Close() error {
	m.mutex.Lock()
	m.closed = true
	m.cancel()
	if m.listener != nil {
		_ = m.listener.Close()
	}
	for _, p := range m.peers {
		m.cut(p, &farewell{codeShutdown, "the node stops"})
	}
	m.mutex.Unlock()
	m.work.Wait()
	return nil
}

// Address implements network.Mesh; it is empty for a mesh that only dials.
func (m *mesh) Address() string {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	if m.listener == nil {
		return ""
	}
	return m.listener.Address()
}

// Send implements network.Mesh.
func (m *mesh) Send(to chain.NodeID, class network.Class, message []byte) error {
	if class >= network.Classes {
		return fmt.Errorf("mesh: class %d does not exist", class)
	}
	if len(message) > m.Limits.Message {
		return fmt.Errorf("%w: %d bytes, at most %d", network.ErrTooLarge, len(message), m.Limits.Message)
	}
	c, counts := m.lookUp(to, class)
	err := network.ErrNotConnected
	if c != nil {
		err = c.out.push(message, &m.Limits)
	}
	if err != nil && counts != nil {
		counts.dropped.Add(1)
	}
	if errors.Is(err, network.ErrCongested) && class == network.Consensus {
		m.end(c, err, &farewell{codeCongested, "messages are taken too slowly"})
	}
	return err
}

func (m *mesh) lookUp(to chain.NodeID, class network.Class) (*connection, *counters) {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	p := m.peers[to]
	if p == nil {
		return nil, nil
	}
	l := p.lanes[class]
	return l.live, l.counts
}
