package blocksync

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// peer is what is known of another node. It is kept for a while when the peer goes: who
// reconnects gains nothing.
type peer struct {
	id        chain.NodeID
	connected bool
	height    uint64
	faultyTo  time.Time // until when it is passed over
	left      int       // questions since its last good answer that it left open by going
	keepTo    time.Time // how long it is kept when it is not connected
}

// departures is how many questions a peer may leave open by going before that counts as no
// answer: an honest one that restarts leaves one.
const departures = 1

// Heard notes that a peer, which is connected, says it has decided up to a height.
func (s *Synchronizer) Heard(id chain.NodeID, height uint64) {
	p := s.peers[id]
	if p == nil {
		p = &peer{id: id}
		s.peers[id] = p
	}
	p.connected, p.height = true, height
}

// Gone notes that a peer is no longer connected. What it was asked is asked of others. An
// answer that is being applied is judged as if the peer were still there.
func (s *Synchronizer) Gone(id chain.NodeID, now time.Time) {
	if p := s.peers[id]; p != nil && p.connected {
		p.connected, p.keepTo = false, now.Add(s.limits.Penalty)
		if s.asked != nil && s.asked.peer == id && !s.busy {
			s.asked = nil
			if p.left++; p.left > departures {
				s.judge(id, false, now)
			}
		}
	}
	s.forget(now)
}

// forget drops the peers that went a penalty ago, so that of all that ever came only those
// of today are kept.
func (s *Synchronizer) forget(now time.Time) {
	for id, p := range s.peers {
		if !p.connected && !now.Before(p.keepTo) && !now.Before(p.faultyTo) {
			delete(s.peers, id)
		}
	}
}

// judge notes whether a peer has answered as it should; otherwise it is passed over for a
// while.
func (s *Synchronizer) judge(id chain.NodeID, good bool, now time.Time) {
	switch p := s.peers[id]; {
	case p == nil:
	case good:
		p.left = 0
	default:
		p.faultyTo = now.Add(s.limits.Penalty)
	}
}
