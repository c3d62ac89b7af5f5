package dissemination

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Portion is what one peer may have of a node in one window of time.
type Portion struct {
	Answers int
	Bytes   int
	Window  time.Duration
}

// DefaultPortion is what a node starts with: two largest blocks a second.
func DefaultPortion() Portion { return Portion{Answers: 64, Bytes: 16 << 20, Window: time.Second} }

// Ration bounds what each peer is answered.
type Ration struct {
	portion Portion
	spent   map[chain.NodeID]*spent
}

type spent struct {
	since          time.Time
	answers, bytes int
}

// NewRation returns a ration of which nothing is spent.
func NewRation(portion Portion) *Ration {
	return &Ration{portion: portion, spent: make(map[chain.NodeID]*spent)}
}

// Left counts an answer to a peer and returns how many bytes it may have; 0 means that
// it gets none now.
func (r *Ration) Left(peer chain.NodeID, now time.Time) int {
	s := r.spent[peer]
	if s == nil || now.Sub(s.since) >= r.portion.Window {
		s = &spent{since: now}
		r.spent[peer] = s
	}
	if s.answers++; s.answers > r.portion.Answers {
		return 0
	}
	return max(0, r.portion.Bytes-s.bytes)
}

// Spend notes the bytes of an answer.
func (r *Ration) Spend(peer chain.NodeID, bytes int) {
	if s := r.spent[peer]; s != nil {
		s.bytes += bytes
	}
}
