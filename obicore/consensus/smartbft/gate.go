package smartbft

import (
	"math"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

// Bounds of what the gate holds.
const (
	maxHeldFrames = 4096
	maxHeldBytes  = 32 << 20
)

// gate holds the messages of a view that SmartBFT has not installed yet: it would
// drop them, and nobody sends them again. It is used by one goroutine.
type gate struct {
	held  []heldFrame
	bytes int
}

type heldFrame struct {
	frame
	until time.Time
}

// early reports whether SmartBFT would lose a message because it is not so far yet.
func early(m *protos.Message, at stage) bool {
	installed, change := at.current.view, at.change
	if at.carrying && isPhase(m) {
		return true
	}
	switch c := m.GetContent().(type) {
	case *protos.Message_PrePrepare:
		return c.PrePrepare.GetView() > installed
	case *protos.Message_Prepare:
		return c.Prepare.GetView() > installed
	case *protos.Message_Commit:
		return !at.carried.isOf(c.Commit) && c.Commit.GetView() > installed || roundOf(c.Commit) > at.carried.round(c.Commit)
	case *protos.Message_HeartBeat:
		return c.HeartBeat.GetView() > installed
	case *protos.Message_ViewChange:
		return c.ViewChange.GetNextView() > change+1
	case *protos.Message_ViewData:
		return viewOf(c.ViewData) > change
	case *protos.Message_NewView:
		return viewOf(c.NewView.GetSignedViewData()[0]) > change
	}
	return false
}

// viewOf is the view that view data are for; it has been decoded before.
func viewOf(signed *protos.SignedViewData) uint64 {
	v, err := decodeViewData(signed)
	if err != nil {
		return math.MaxUint64
	}
	return v.next
}

// hold keeps a message; false when there is no room.
func (g *gate) hold(f frame, until time.Time) bool {
	if len(g.held) >= maxHeldFrames || g.bytes+f.size > maxHeldBytes {
		return false
	}
	g.held = append(g.held, heldFrame{f, until})
	g.bytes += f.size
	return true
}

// release returns, in the order of their arrival, the messages that are not early
// any more and those that have waited long enough: SmartBFT learns from them that
// it has missed a view.
func (g *gate) release(now time.Time, at stage) (frames []frame) {
	var kept []heldFrame
	for _, h := range g.held {
		if early(h.message, at) && now.Before(h.until) {
			kept = append(kept, h)
			continue
		}
		g.bytes -= h.size
		frames = append(frames, h.frame)
	}
	g.held = kept
	return frames
}
