package network

import (
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// reach waits for a condition that no event tells of.
func (n *node) reach(what string, holds func() bool) {
	n.t.Helper()
	n.bench.reach(n.t, what, holds)
}

func (b bench) reach(t conformance.T, what string, holds func() bool) {
	t.Helper()
	bound, again := time.NewTimer(b.Patience), time.NewTicker(time.Millisecond)
	defer bound.Stop()
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-bound.C:
			t.Fatalf("it has not happened after %s: %s", b.Patience, what)
		}
	}
}

// connected reports whether that many peers have all their connections.
func (n *node) connected(peers int) bool {
	count := 0
	for _, s := range n.Status() {
		if s.Connected() {
			count++
		}
	}
	return count == peers
}

// about returns the status of a peer.
func (n *node) about(peer *node) network.PeerStatus {
	for _, s := range n.Status() {
		if s.ID == peer.record.ID {
			return s
		}
	}
	return network.PeerStatus{}
}

// received returns what has come from a peer in a class.
func (n *node) received(from *node, class network.Class) (messages []string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for _, d := range n.got {
		if d.from == from.record.ID && d.class == class {
			messages = append(messages, d.message)
		}
	}
	return messages
}

// all returns every delivery so far.
func (n *node) all() []delivery {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return append([]delivery(nil), n.got...)
}

func (n *node) count() int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return len(n.got)
}

func (n *node) history() []change {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return append([]change(nil), n.changes...)
}

// tell sends and expects success.
func (n *node) tell(to *node, class network.Class, message string) {
	n.t.Helper()
	if err := n.Send(to.record.ID, class, []byte(message)); err != nil {
		n.t.Fatalf("send to a connected peer: %v", err)
	}
}

// arrive sends again and again until one of the messages has come; what is lost with a
// connection is not sent again by a mesh.
func (n *node) arrive(to *node, class network.Class, what string) {
	n.t.Helper()
	tries := 0
	n.reach(what, func() bool {
		_ = n.Send(to.record.ID, class, fmt.Appendf(nil, "%s %d", what, tries))
		tries++
		for _, message := range to.received(n, class) {
			if len(message) > len(what) && message[:len(what)] == what {
				return true
			}
		}
		return false
	})
}
