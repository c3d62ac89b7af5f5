package chaos

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/tools/network"
)

// wire carries what one node dials to another: streams that it can delay, hold back
// without a word, or break. The classes of a mesh have connections of their own, so
// that different delays also change the order in which they arrive; what is lost on a
// stream is the rest of it.
type wire struct {
	listener net.Listener
	target   string
	running  sync.WaitGroup

	mutex   sync.Mutex
	delay   time.Duration // each piece takes between half of it and all
	held    bool
	changed chan struct{} // closed and made anew with held
	ends    map[net.Conn]struct{}
	closed  bool
}

func newWire(target string) (*wire, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &wire{listener: listener, target: target, changed: make(chan struct{}), ends: make(map[net.Conn]struct{})}
	w.running.Go(w.accept)
	return w, nil
}

func (w *wire) address() string { return w.listener.Addr().String() }

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.target)
		if err != nil {
			_ = near.Close() // the node is down, which its peer is to see
			continue
		}
		if !w.add(near, far) {
			return
		}
		w.running.Go(func() { w.carry(near, far) })
		w.running.Go(func() { w.carry(far, near) })
	}
}

func (w *wire) add(ends ...net.Conn) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, end := range ends {
		if w.closed {
			_ = end.Close()
			continue
		}
		w.ends[end] = struct{}{}
	}
	return !w.closed
}

// piece is what was read at once, and when it is due at the other end.
type piece struct {
	bytes []byte
	due   time.Time
}

// underway bounds the pieces of one stream: a sender that has so many waits.
const underway = 256

// carry copies one direction until either end is closed.
func (w *wire) carry(from, to net.Conn) {
	pieces := make(chan piece, underway)
	w.running.Go(func() {
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			w.await()
			if _, err := to.Write(p.bytes); err != nil {
				break
			}
		}
		w.drop(from, to)
		for range pieces { // until the reader has seen it
		}
	})
	defer close(pieces)
	for buffer := make([]byte, 64<<10); ; {
		n, err := from.Read(buffer)
		if n > 0 {
			pieces <- piece{append([]byte(nil), buffer[:n]...), time.Now().Add(w.delayNow())}
		}
		if err != nil {
			return // an end and a reset alike: the other side is closed after what is under way
		}
	}
}

func (w *wire) delayNow() time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.delay == 0 {
		return 0
	}
	return w.delay/2 + time.Duration(rand.Int64N(int64(w.delay/2)+1)) //nolint:gosec // noise
}

// await waits while the wire is held.
func (w *wire) await() {
	for {
		w.mutex.Lock()
		held, changed := w.held, w.changed
		w.mutex.Unlock()
		if !held {
			return
		}
		<-changed
	}
}

func (w *wire) drop(ends ...net.Conn) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, end := range ends {
		_ = end.Close()
		delete(w.ends, end)
	}
}

// slow sets the delay of what comes from now on.
func (w *wire) slow(delay time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.delay = delay
}

// hold holds everything back, or lets it go.
func (w *wire) hold(held bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.held = held
	close(w.changed)
	w.changed = make(chan struct{})
}

// tear closes all connections, with whatever is under way.
func (w *wire) tear() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for end := range w.ends {
		_ = end.Close()
	}
	clear(w.ends)
}

func (w *wire) close() {
	w.mutex.Lock()
	w.closed = true
	w.mutex.Unlock()
	_ = w.listener.Close()
	w.hold(false)
	w.tear()
	w.running.Wait()
}

// wires are those between all nodes, by who dials and who is dialled.
type wires map[[2]string]*wire

// wireUp puts wires between the nodes of a network that does not run yet.
func (n *Network) wireUp() {
	n.t.Helper()
	n.wires = make(wires)
	nodes := n.Processes.Manifest.Nodes
	for _, from := range nodes {
		addresses := make(map[string]string)
		for _, to := range nodes {
			if from.Name == to.Name {
				continue
			}
			w, err := newWire(to.Mesh)
			if err != nil {
				n.t.Fatal(err)
			}
			n.t.Cleanup(w.close)
			n.wires[[2]string{from.Name, to.Name}] = w
			addresses[to.Name] = w.address()
		}
		if err := n.Processes.Redirect(from, addresses); err != nil {
			n.t.Fatal(err)
		}
	}
}

// of returns the wires from and to a node.
func (w wires) of(name string) (list []*wire) {
	for ends, wire := range w {
		if ends[0] == name || ends[1] == name {
			list = append(list, wire)
		}
	}
	return list
}

// ports are those over which packets of a node's mesh go: its own, and those of the
// wires that it dials.
func (n *Network) ports(node network.Node) (list []string) {
	addresses := []string{node.Mesh}
	for ends, wire := range n.wires {
		if ends[0] == node.Name {
			addresses = append(addresses, wire.address())
		}
	}
	for _, address := range addresses {
		_, port, _ := net.SplitHostPort(address)
		list = append(list, port)
	}
	return list
}
