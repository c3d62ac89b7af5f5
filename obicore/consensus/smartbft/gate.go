package smartbft

import (
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

// gate holds the messages of a view that SmartBFT has not installed yet: it would
// drop them, and nobody sends them again. Every sender has an equal share of it. It is used
// by one goroutine.
type gate struct {
	limit inbox.Limit // of each sender
	of    map[uint64]*heldFrames
	turns []*heldFrames // of all senders, in the order in which they first had something here
	at    stage         // of the last look at all that is held
	again bool          // some was held at another stage since
	due   time.Time     // nothing has waited long enough before
}

// early reports whether SmartBFT would lose a message because it is not so far yet.
func early(f frame, at stage) bool {
	installed, change := at.current.view, at.change
	if isPhase(f.message) && (at.carrying || ahead(f.message, at.tip)) {
		return true
	}
	switch c := f.message.GetContent().(type) {
	case *protos.Message_PrePrepare:
		return c.PrePrepare.GetView() > installed
	case *protos.Message_Prepare:
		return c.Prepare.GetView() > installed
	case *protos.Message_Commit:
		return !at.carried.isOf(c.Commit) && c.Commit.GetView() > installed || f.round > at.carried.round(c.Commit)
	case *protos.Message_HeartBeat:
		return c.HeartBeat.GetView() > installed
	case *protos.Message_ViewChange:
		return c.ViewChange.GetNextView() > change+1
	case *protos.Message_ViewData, *protos.Message_NewView:
		return f.next > change
	}
	return false
}

// Of a view SmartBFT takes messages for the height that it works on and for the next. Others it
// drops, and of f+1 votes for one of them it concludes that it has missed something and catches
// up, which stops it for some 300 ms. A node that is slow for a moment does better to wait for
// itself; one that is far behind does not.
const (
	heightsTaken = 2  // above the tip
	heightsHeld  = 16 // above the tip
)

// ahead reports whether a message of the three phases is for a height that comes soon. Before
// the first block nothing is.
func ahead(m *protos.Message, tip uint64) bool {
	height := max(m.GetPrePrepare().GetSeq(), m.GetPrepare().GetSeq(), m.GetCommit().GetSeq())
	return tip > 0 && height > tip+heightsTaken && height <= tip+heightsHeld
}

// hold keeps a message that is early at a stage until a time; false when its sender has no
// room.
func (g *gate) hold(f frame, at stage, until time.Time) bool {
	held := g.of[f.from]
	if held == nil {
		if g.of == nil {
			g.of = make(map[uint64]*heldFrames)
		}
		held = newHeldFrames()
		g.of[f.from], g.turns = held, append(g.turns, held)
	}
	if !held.add(f, until, g.limit) {
		return false
	}
	if g.due.IsZero() || until.Before(g.due) {
		g.due = until
	}
	g.again = g.again || at != g.at
	return true
}

// release returns the messages that are not early any more, of each sender in the order of
// their arrival and of the senders in turn. Of those that have waited long enough it returns
// one of each sender at a time: SmartBFT learns from them that it has missed a view, and
// nothing else waits for many of them. It looks at what is held only when the stage has
// changed or something has waited long enough.
func (g *gate) release(now time.Time, at stage) (frames []frame) {
	var let [][]frame
	if at != g.at || g.again {
		g.at, g.again = at, false
		for _, held := range g.turns {
			let = append(let, held.take(at))
		}
	}
	if !g.due.IsZero() && !now.Before(g.due) {
		for _, held := range g.turns {
			if f, ok := held.takeOver(now); ok {
				let = append(let, []frame{f})
			}
		}
		g.due = g.next()
	}
	for n := 0; len(let) > 0; n++ {
		rest := let[:0]
		for _, of := range let {
			if n < len(of) {
				frames, rest = append(frames, of[n]), append(rest, of)
			}
		}
		let = rest
	}
	return frames
}

// next is when the first of what is held will have waited long enough; zero when nothing is.
func (g *gate) next() (due time.Time) {
	for _, held := range g.turns {
		if until, ok := held.until(); ok && (due.IsZero() || until.Before(due)) {
			due = until
		}
	}
	return due
}
