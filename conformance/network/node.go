package network

import (
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// identity is the chain that the rules' nodes are on.
var identity = chain.Hash{0xc0, 0x17, 1}

// limits are small enough to be reached, and so patient that no timer decides.
func limits() network.Limits {
	return network.Limits{
		Message: 1 << 20, QueueBytes: 4 << 20, QueueCount: 8192, Window: 4 << 20, Handshakes: 16,
		Handshake: 10 * time.Second, Silence: time.Hour, Ping: 50 * time.Millisecond,
		BackoffMin: 5 * time.Millisecond, BackoffMax: 50 * time.Millisecond, WriteWithin: time.Hour,
	}
}

// delivery is one call of Receive.
type delivery struct {
	from    chain.NodeID
	class   network.Class
	message string
}

// change is one call of Changed.
type change struct {
	peer      chain.NodeID
	class     network.Class
	connected bool
}

// node is a mesh with its book of what the handlers were told.
type node struct {
	network.Mesh
	t      conformance.T
	bench  bench
	secret []byte
	tap    *tap
	record network.Peer

	mutex   sync.Mutex
	got     []delivery
	changes []change
	hold    func(d delivery) bool // which deliveries wait for release
	release chan struct{}
	act     func(d delivery)
	inside  int  // handlers under way
	over    bool // Close has returned
	late    int  // calls after that
	ended   bool
}

// secret returns a new transport secret.
func (b bench) secret(t conformance.T) []byte {
	t.Helper()
	secret, err := b.Channels.Generate()
	if err != nil {
		t.Fatalf("generate a secret: %v", err)
	}
	return secret
}

func (b bench) open(t conformance.T, secret []byte) network.SecureChannel {
	t.Helper()
	c, err := b.Channels.Open(secret)
	if err != nil {
		t.Fatalf("open a channel: %v", err)
	}
	return c
}

// node starts a node with a new secret.
func (b bench) node(t conformance.T, id byte, alter ...func(o *network.Options)) *node {
	t.Helper()
	return b.nodeWith(t, id, b.secret(t), alter...)
}

func (b bench) nodeWith(t conformance.T, id byte, secret []byte, alter ...func(o *network.Options)) *node {
	t.Helper()
	n := &node{t: t, bench: b, secret: secret, tap: newTap(b.open(t, secret)), release: make(chan struct{})}
	options := network.Options{Self: chain.NodeID{id}, Identity: identity, Channel: n.tap, Listen: b.Listen, Limits: limits()}
	for _, f := range alter {
		f(&options)
	}
	var err error
	if n.Mesh, err = b.Mesh.New(options); err != nil {
		t.Fatalf("make a mesh: %v", err)
	}
	if err := n.Start(t.Context(), network.Handlers{Receive: n.receive, Changed: n.changed}); err != nil {
		t.Fatalf("start: %v", err)
	}
	n.record = network.Peer{ID: options.Self, Transport: n.tap.Self(), Address: n.Address()}
	t.Cleanup(n.stop)
	return n
}

// group starts nodes that list each other and waits for their connections. Of each two
// only the later one dials, so that no connection takes the place of another.
func (b bench) group(t conformance.T, count int, alter ...func(o *network.Options)) []*node {
	t.Helper()
	var nodes []*node
	for i := range count {
		nodes = append(nodes, b.node(t, byte(i+1), alter...))
	}
	for i, n := range nodes {
		list := records(nodes...)
		for later := i + 1; later < count; later++ {
			list[later].Address = ""
		}
		n.SetPeers(list)
	}
	for _, n := range nodes {
		n.reach(fmt.Sprintf("node %d connected", n.record.ID[0]), func() bool { return n.connected(count - 1) })
	}
	return nodes
}

// mutual is a group of two that both dial.
func (b bench) mutual(t conformance.T) []*node {
	t.Helper()
	nodes := b.group(t, 2)
	introduce(nodes...)
	return nodes
}

// introduce gives every node the list of all.
func introduce(nodes ...*node) {
	for _, n := range nodes {
		n.SetPeers(records(nodes...))
	}
}

func records(nodes ...*node) (list []network.Peer) {
	for _, n := range nodes {
		list = append(list, n.record)
	}
	return list
}

func (n *node) receive(from chain.NodeID, class network.Class, message []byte) {
	d := delivery{from, class, string(message)}
	n.mutex.Lock()
	n.got = append(n.got, d)
	if n.over {
		n.late++
	}
	wait := n.hold != nil && n.hold(d)
	n.inside++
	release, act := n.release, n.act
	n.mutex.Unlock()
	if wait {
		<-release
	}
	if act != nil {
		act(d)
	}
	n.mutex.Lock()
	n.inside--
	n.mutex.Unlock()
}

func (n *node) changed(peer chain.NodeID, class network.Class, connected bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.changes = append(n.changes, change{peer, class, connected})
	if n.over {
		n.late++
	}
}

// block makes deliveries wait for letGo.
func (n *node) block(which func(d delivery) bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.hold = which
}

func (n *node) letGo() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.hold = nil
	close(n.release)
	n.release = make(chan struct{})
}

// stop closes the mesh once; Close must return.
func (n *node) stop() {
	if n.ended {
		return
	}
	n.ended = true
	n.letGo()
	closed := make(chan error, 1)
	go func() { closed <- n.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			n.t.Errorf("close: %v", err)
		}
	case <-time.After(n.bench.Patience):
		n.t.Errorf("Close has not returned after %s", n.bench.Patience)
	}
}
