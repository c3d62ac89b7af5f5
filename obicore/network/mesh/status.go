package mesh

import (
	"bytes"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// Status implements network.Mesh.
func (m *mesh) Status() []network.PeerStatus {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	all := make([]network.PeerStatus, 0, len(m.peers))
	for _, p := range m.peers {
		all = append(all, p.status())
	}
	slices.SortFunc(all, func(a, b network.PeerStatus) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return all
}

// status describes a peer; the mesh's mutex is held.
func (p *peer) status() network.PeerStatus {
	s := network.PeerStatus{Peer: p.Peer, RoundTrip: time.Duration(p.roundTrip.Load())}
	for class, l := range p.lanes {
		s.Classes[class] = l.status()
	}
	if s.Connected() {
		return s
	}
	s.Failure = "no connection yet"
	if p.Address == "" {
		s.Failure = "waiting for the peer to dial, because it has no address"
	}
	for _, l := range p.lanes {
		if l.live == nil && l.failure != "" {
			s.Failure = l.failure
			break
		}
	}
	return s
}

func (l *lane) status() network.ClassStatus {
	s := network.ClassStatus{
		Connected:    l.live != nil,
		MessagesSent: l.counts.messagesSent.Load(), MessagesReceived: l.counts.messagesReceived.Load(),
		BytesSent: l.counts.bytesSent.Load(), BytesReceived: l.counts.bytesReceived.Load(),
		Dropped: l.counts.dropped.Load(), Connections: l.counts.connections.Load(),
	}
	if l.live != nil {
		s.Queued = l.live.out.queued()
	}
	return s
}
