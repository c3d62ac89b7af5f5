package network_test

import (
	"context"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/network"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
	"github.com/credibleledger/credibleledger/obicore/network/mesh"
)

// impatience is how long rules wait for broken modules.
const impatience = 500 * time.Millisecond

// altered is a mesh module of which parts can be replaced; a nil part is the sound one's.
type altered struct {
	mesh.Module
	options  func(o *network.Options)
	start    func(handlers network.Handlers) error
	receive  func(m *alteredMesh, d delivery)
	changed  func(m *alteredMesh, peer chain.NodeID, class network.Class, connected bool)
	setPeers func(m *alteredMesh, peers []network.Peer)
	send     func(m *alteredMesh, to chain.NodeID, class network.Class, message []byte) error
	close    func(m *alteredMesh) error
	address  func(m *alteredMesh) string
	status   func(all []network.PeerStatus) []network.PeerStatus

	mutex sync.Mutex
	nodes map[chain.NodeID]*alteredMesh // the last of each id
}

// delivery is a message on its way to the rule.
type delivery struct {
	from    chain.NodeID
	class   network.Class
	message []byte
}

type alteredMesh struct {
	network.Mesh
	altered  *altered
	options  network.Options
	handlers network.Handlers
	closed   chan struct{}

	mutex sync.Mutex
	kept  []delivery
	sent  int
	lists int
	peers map[chain.NodeID]network.Peer
}

func direction(alter func(a *altered)) conformance.Direction { return within(impatience, alter) }

// patiently is for what shows only after a while.
func patiently(alter func(a *altered)) conformance.Direction { return within(10*time.Second, alter) }

func within(patience time.Duration, alter func(a *altered)) conformance.Direction {
	a := &altered{nodes: make(map[chain.NodeID]*alteredMesh)}
	alter(a)
	return conformant.Direction(conformant.Subject{Channels: memory.New(), Mesh: a, Listen: ":0", Patience: patience})
}

func sound() conformance.Direction {
	return conformant.Direction(conformant.Subject{Channels: memory.New(), Mesh: mesh.Module{}, Listen: ":0"})
}

func (a *altered) New(options network.Options) (network.Mesh, error) {
	if a.options != nil {
		a.options(&options)
	}
	inner, err := a.Module.New(options)
	m := &alteredMesh{Mesh: inner, altered: a, options: options, closed: make(chan struct{}), peers: make(map[chain.NodeID]network.Peer)}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.nodes[options.Self] = m
	return m, err
}

// known returns every node that the module has made, the last of each id.
func (a *altered) known() (list []network.Peer) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for id, m := range a.nodes {
		list = append(list, network.Peer{ID: id, Transport: m.options.Channel.Self(), Address: m.Mesh.Address()})
	}
	return list
}

func (m *alteredMesh) Start(ctx context.Context, handlers network.Handlers) error {
	m.handlers = handlers
	if m.altered.start != nil {
		if err := m.altered.start(handlers); err != nil {
			return err
		}
	}
	return m.Mesh.Start(ctx, network.Handlers{Receive: m.receive, Changed: m.changed})
}

func (m *alteredMesh) receive(from chain.NodeID, class network.Class, message []byte) {
	d := delivery{from, class, message}
	if m.altered.receive != nil {
		m.altered.receive(m, d)
		return
	}
	m.deliver(d)
}

func (m *alteredMesh) deliver(d delivery) { m.handlers.Receive(d.from, d.class, d.message) }

func (m *alteredMesh) changed(peer chain.NodeID, class network.Class, connected bool) {
	if m.altered.changed != nil {
		m.altered.changed(m, peer, class, connected)
		return
	}
	if m.handlers.Changed != nil {
		m.handlers.Changed(peer, class, connected)
	}
}

func (m *alteredMesh) SetPeers(peers []network.Peer) {
	if m.altered.setPeers != nil {
		m.altered.setPeers(m, peers)
		return
	}
	m.Mesh.SetPeers(peers)
}

func (m *alteredMesh) Send(to chain.NodeID, class network.Class, message []byte) error {
	if m.altered.send != nil {
		return m.altered.send(m, to, class, message)
	}
	return m.Mesh.Send(to, class, message)
}

func (m *alteredMesh) Close() error {
	if m.altered.close != nil {
		return m.altered.close(m)
	}
	return m.Mesh.Close()
}

func (m *alteredMesh) Address() string {
	if m.altered.address != nil {
		return m.altered.address(m)
	}
	return m.Mesh.Address()
}

func (m *alteredMesh) Status() []network.PeerStatus {
	all := m.Mesh.Status()
	if m.altered.status != nil {
		all = m.altered.status(all)
	}
	return all
}

// alteredChannels is a channel module of which parts can be replaced.
type alteredChannels struct {
	*memory.Switch
	open func(a *alteredChannels, secret []byte) (network.SecureChannel, error)
	part alteredChannel // what replaces parts of every channel
}

// overChannels judges the sound mesh over altered channels.
func overChannels(a alteredChannels) conformance.Direction {
	a.Switch = memory.New()
	return conformant.Direction(conformant.Subject{Channels: &a, Mesh: mesh.Module{}, Listen: ":0", Patience: impatience})
}

// withChannel lets the module put altered channels under its meshes, where the rules'
// taps do not see the alteration.
func withChannel(part alteredChannel) conformance.Direction {
	return direction(func(a *altered) {
		a.options = func(o *network.Options) {
			own := part
			own.SecureChannel = o.Channel
			o.Channel = &own
		}
	})
}

func (a *alteredChannels) Open(secret []byte) (network.SecureChannel, error) {
	if a.open != nil {
		return a.open(a, secret)
	}
	return a.sound(secret)
}

func (a *alteredChannels) sound(secret []byte) (network.SecureChannel, error) {
	inner, err := a.Switch.Open(secret)
	if err != nil {
		return nil, err
	}
	own := a.part
	own.SecureChannel = inner
	return &own, nil
}

// alteredChannel is a channel of which parts can be replaced.
type alteredChannel struct {
	network.SecureChannel
	self      func() chain.Hash
	accept    func(l network.Listener) (network.Conn, error)
	handshake func(c *alteredConn, ctx context.Context) error
	remote    func() chain.Hash
	read      func(c network.Conn, b []byte) (int, error)
	write     func(c network.Conn, b []byte) (int, error)
	close     func(c *alteredConn) error
	deadline  func(time.Time) error
}

func (c *alteredChannel) Self() chain.Hash {
	if c.self != nil {
		return c.self()
	}
	return c.SecureChannel.Self()
}

func (c *alteredChannel) Listen(ctx context.Context, address string) (network.Listener, error) {
	l, err := c.SecureChannel.Listen(ctx, address)
	if err != nil {
		return nil, err
	}
	return &alteredListener{l, c}, nil
}

func (c *alteredChannel) Dial(ctx context.Context, address string) (network.Conn, error) {
	inner, err := c.SecureChannel.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	return &alteredConn{Conn: inner, channel: c}, nil
}

type alteredListener struct {
	network.Listener
	channel *alteredChannel
}

func (l *alteredListener) Accept() (network.Conn, error) {
	accept := l.channel.accept
	if accept == nil {
		accept = network.Listener.Accept
	}
	inner, err := accept(l.Listener)
	if err != nil {
		return nil, err
	}
	return &alteredConn{Conn: inner, channel: l.channel, accepted: true}, nil
}

type alteredConn struct {
	network.Conn
	channel  *alteredChannel
	accepted bool
}

func (c *alteredConn) Handshake(ctx context.Context) error {
	if c.channel.handshake != nil {
		return c.channel.handshake(c, ctx)
	}
	return c.Conn.Handshake(ctx)
}

func (c *alteredConn) Remote() chain.Hash {
	if c.channel.remote != nil {
		return c.channel.remote()
	}
	return c.Conn.Remote()
}

func (c *alteredConn) Read(b []byte) (int, error) {
	if c.channel.read != nil {
		return c.channel.read(c.Conn, b)
	}
	return c.Conn.Read(b)
}

func (c *alteredConn) Write(b []byte) (int, error) {
	if c.channel.write != nil {
		return c.channel.write(c.Conn, b)
	}
	return c.Conn.Write(b)
}

func (c *alteredConn) Close() error {
	if c.channel.close != nil {
		return c.channel.close(c)
	}
	return c.Conn.Close()
}

func (c *alteredConn) SetReadDeadline(t time.Time) error {
	if c.channel.deadline != nil {
		return c.channel.deadline(t)
	}
	return c.Conn.SetReadDeadline(t)
}
