package mesh

import (
	"context"
	"sync/atomic"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// peer is an entry of the list for as long as its transport identity stays.
type peer struct {
	network.Peer // Address is guarded by the mesh's mutex, the rest never changes
	ctx          context.Context
	cancel       context.CancelFunc // when the entry goes
	lanes        [network.Classes]*lane
	roundTrip    *atomic.Int64 // nanoseconds
}

// lane is one class of a peer.
type lane struct {
	peer   *peer
	class  network.Class
	counts *counters
	wake   chan struct{} // capacity 1: the keeper should look again

	// Guarded by the mesh's mutex.
	live     *connection
	previous uint64 // id of the last connection
	failure  string // why the last connection or attempt ended
}

// counters outlive connections and changes of a peer's entry.
type counters struct {
	messagesSent, messagesReceived atomic.Uint64
	bytesSent, bytesReceived       atomic.Uint64
	dropped, connections           atomic.Uint64
}

// newPeer makes an entry; before is the one that it takes the place of, or nil.
func (m *mesh) newPeer(record network.Peer, before *peer) *peer {
	p := &peer{Peer: record, roundTrip: new(atomic.Int64)}
	p.ctx, p.cancel = context.WithCancel(m.ctx)
	for class := range p.lanes {
		p.lanes[class] = &lane{peer: p, class: network.Class(class), counts: new(counters), wake: make(chan struct{}, 1)}
		if before != nil {
			p.lanes[class].counts = before.lanes[class].counts
		}
	}
	return p
}

func (l *lane) tail() tail { return tail{l.peer.ID, l.class} }

func (l *lane) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// SetPeers implements network.Mesh. This node itself is left out.
func (m *mesh) SetPeers(list []network.Peer) {
	for _, gone := range m.replace(list) {
		<-gone.flushed // bounded by farewellWithin
	}
}

// replace takes over the list and returns the connections that it has cut.
func (m *mesh) replace(list []network.Peer) (gone []*connection) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.closed {
		return nil
	}
	next := make(map[chain.NodeID]*peer, len(list))
	for _, record := range list {
		if record.ID == m.Self || next[record.ID] != nil {
			continue
		}
		next[record.ID] = m.takeOver(record)
	}
	for id, old := range m.peers {
		if next[id] != old {
			gone = append(gone, m.cut(old, &farewell{codeUnlisted, "the node is no longer in the peer list with this transport identity"})...)
		}
	}
	m.peers = next
	return gone
}

// takeOver keeps the entry of a peer whose identity is the same, or makes a new one.
func (m *mesh) takeOver(record network.Peer) *peer {
	old := m.peers[record.ID]
	if old != nil && old.Transport == record.Transport {
		if old.Address != record.Address {
			old.Address = record.Address
			for _, l := range old.lanes {
				l.signal()
			}
		}
		return old
	}
	p := m.newPeer(record, old)
	if m.started {
		m.keepAll(p)
	}
	return p
}

// keepAll starts the keepers of a peer; the mutex is held.
func (m *mesh) keepAll(p *peer) {
	for _, l := range p.lanes {
		m.work.Go(func() { m.keep(l) })
	}
}

// cut ends an entry with its connections, which it returns; the mutex is held.
func (m *mesh) cut(p *peer, last *farewell) (ended []*connection) {
	p.cancel()
	for _, l := range p.lanes {
		if c := l.live; c != nil {
			m.endLocked(c, last, last, true)
			ended = append(ended, c)
		}
	}
	return ended
}
