package blocksync

import (
	"cmp"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Limits are the patience of a synchronizer and the size of its questions.
type Limits struct {
	Blocks  uint64        // blocks of one answer
	Bytes   int           // bytes of one answer
	Answer  time.Duration // how long a peer may take to answer
	Penalty time.Duration // how long a peer is passed over after a fault
	Grace   time.Duration // how long a node that takes part may be behind before it asks
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{Blocks: 256, Bytes: 4 << 20, Answer: 3 * time.Second, Penalty: 10 * time.Second, Grace: 700 * time.Millisecond}
}

// Effect is what the node shall do now: send Request to Peer.
type Effect struct {
	Peer    chain.NodeID
	Request Request
}

// Synchronizer is the state of catching up.
type Synchronizer struct {
	limits Limits
	peers  map[chain.NodeID]*peer // that are connected, or went lately
	tip    uint64
	behind time.Time // since when a peer is known to be higher; zero when none is
	eager  bool      // ask at once, without grace
	asked  *question
	busy   bool // the node applies an answer
	turn   int
}

type question struct {
	peer  chain.NodeID
	from  uint64
	until time.Time
}

// New returns a synchronizer of a node whose tip is at a height.
func New(limits Limits, tip uint64) *Synchronizer {
	return &Synchronizer{limits: limits, peers: make(map[chain.NodeID]*peer), tip: tip}
}

// SetEager says whether the node asks as soon as a peer is higher: one that does
// not take part in consensus, or cannot without more blocks.
func (s *Synchronizer) SetEager(eager bool) { s.eager = eager }

// Tip notes the node's own last decided block.
func (s *Synchronizer) Tip(height uint64) {
	if height > s.tip {
		s.tip, s.behind = height, time.Time{}
	}
}

// Answered reports whether an answer of a peer is the one that was asked for. If
// so, the node applies its blocks and then calls Applied.
func (s *Synchronizer) Answered(id chain.NodeID, from uint64) bool {
	if s.asked == nil || s.busy || s.asked.peer != id || s.asked.from != from {
		return false
	}
	s.busy = true
	return true
}

// Applied ends an answer: tip is the node's tip now, good whether all of its blocks
// verified and there was at least one.
func (s *Synchronizer) Applied(tip uint64, good bool, now time.Time) {
	if s.asked != nil {
		s.judge(s.asked.peer, good, now)
	}
	s.asked, s.busy = nil, false
	s.Tip(tip)
}

// Best returns the greatest height that at least count of the peers that are counted say
// they have; known is false when fewer have said any. Who wants to be sure that one of
// them is honest counts only those of whom it is known how many may lie.
func (s *Synchronizer) Best(count int, counts func(chain.NodeID) bool) (height uint64, known bool) {
	heights := make([]uint64, 0, len(s.peers))
	for _, p := range s.peers {
		if p.connected && counts(p.id) {
			heights = append(heights, p.height)
		}
	}
	if len(heights) < count || count < 1 {
		return 0, false
	}
	slices.SortFunc(heights, func(a, b uint64) int { return cmp.Compare(b, a) })
	return heights[count-1], true
}

// Step returns what to do now, if anything, and when to call Step again at the
// latest; the zero time when only an event can change something.
func (s *Synchronizer) Step(now time.Time) (effect *Effect, wake time.Time) {
	if s.asked != nil && !s.busy && !now.Before(s.asked.until) {
		s.judge(s.asked.peer, false, now)
		s.asked = nil
	}
	if s.busy {
		return nil, time.Time{}
	}
	if s.asked != nil {
		return nil, s.asked.until
	}
	candidates, again := s.candidates(now)
	if len(candidates) == 0 {
		if again.IsZero() {
			s.behind = time.Time{}
		}
		return nil, again
	}
	if s.behind.IsZero() {
		s.behind = now
	}
	if ready := s.behind.Add(s.limits.Grace); !s.eager && now.Before(ready) {
		return nil, ready
	}
	chosen := candidates[s.turn%len(candidates)]
	s.turn++
	s.asked = &question{peer: chosen.id, from: s.tip + 1, until: now.Add(s.limits.Answer)}
	request := Request{From: s.tip + 1, Blocks: s.limits.Blocks, Bytes: uint64(s.limits.Bytes)}
	return &Effect{Peer: chosen.id, Request: request}, s.asked.until
}

// candidates returns the peers that are higher and not passed over, in order of
// id; again is when the next one that is passed over comes back.
func (s *Synchronizer) candidates(now time.Time) (list []*peer, again time.Time) {
	for _, p := range s.peers {
		switch {
		case !p.connected || p.height <= s.tip:
		case now.Before(p.faultyTo):
			if again.IsZero() || p.faultyTo.Before(again) {
				again = p.faultyTo
			}
		default:
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *peer) int { return slices.Compare(a.id[:], b.id[:]) })
	return list, again
}
