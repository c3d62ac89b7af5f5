package smartbft

import (
	"container/list"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

// heldFrames is what the view gate holds of one sender, in the order of arrival.
type heldFrames struct {
	list   *list.List // of heldFrame
	bytes  int
	single map[single]*list.Element
}

type heldFrame struct {
	frame
	until time.Time
}

func newHeldFrames() *heldFrames {
	return &heldFrames{list: list.New(), single: make(map[single]*list.Element)}
}

// single names messages of which the newest of a sender is enough: what a new view says, and
// that a change of view is wanted.
type single struct {
	newView bool
	view    uint64
}

func singleOf(f frame) (s single, ok bool) {
	switch c := f.message.GetContent().(type) {
	case *protos.Message_NewView:
		return single{true, f.next}, true
	case *protos.Message_ViewChange:
		return single{false, c.ViewChange.GetNextView()}, true
	}
	return s, false
}

// add is false when there is no room. Of messages of which the newest is enough the one before
// makes room first.
func (h *heldFrames) add(f frame, until time.Time, limit inbox.Limit) bool {
	frames, bytes := h.list.Len(), h.bytes
	name, one := singleOf(f)
	before := h.single[name]
	if one && before != nil {
		frames, bytes = frames-1, bytes-before.Value.(*heldFrame).size
	}
	if !limit.Fits(frames, bytes, f.size) {
		return false
	}
	if one && before != nil {
		h.remove(before)
	}
	at := h.list.PushBack(&heldFrame{f, until})
	if one {
		h.single[name] = at
	}
	h.bytes += f.size
	return true
}

// take returns what is not early any more.
func (h *heldFrames) take(at stage) (frames []frame) {
	for e := h.list.Front(); e != nil; {
		next := e.Next()
		if f := e.Value.(*heldFrame).frame; !early(f, at) {
			h.remove(e)
			frames = append(frames, f)
		}
		e = next
	}
	return frames
}

// takeOver returns the oldest message if it has waited long enough.
func (h *heldFrames) takeOver(now time.Time) (f frame, ok bool) {
	if until, some := h.until(); !some || now.Before(until) {
		return f, false
	}
	return h.remove(h.list.Front()).frame, true
}

// until is when the oldest message will have waited long enough.
func (h *heldFrames) until() (until time.Time, ok bool) {
	if e := h.list.Front(); e != nil {
		return e.Value.(*heldFrame).until, true
	}
	return until, false
}

func (h *heldFrames) remove(e *list.Element) *heldFrame {
	held := h.list.Remove(e).(*heldFrame)
	h.bytes -= held.size
	if name, one := singleOf(held.frame); one {
		delete(h.single, name)
	}
	return held
}
