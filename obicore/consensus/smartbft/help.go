package smartbft

import (
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

// maxClimb bounds the views through which one word of another node carries.
const maxClimb = 64

// help brings nodes whose view changers have drifted apart together again. SmartBFT
// changes to the next view only, and with enough others who want the same one: nodes
// that stand at several views, as after restarts and partitions, wait for each other
// for ever. A node that is ahead of one that asks for a change tells it its view, which
// stands for its consent to all views up to there: with the word of enough others the
// one that lags climbs view by view, each time with its view data as in any change. It
// is used by one goroutine.
type help struct {
	given map[uint64]time.Time // when a node was last helped
}

// lend answers a view change message of a node that lags, unless heights are being
// decided: then it catches up by itself.
func (i *instance) lend(from, next uint64) {
	e, now, own := i.engine, i.clock.Now(), i.views.now().change
	if next > own || next == 0 {
		return
	}
	e.mutex.Lock()
	moved := e.moved
	e.mutex.Unlock()
	if now.Sub(moved) < e.timing.forward || now.Sub(i.help.given[from]) < e.timing.resend {
		return
	}
	if i.help.given == nil {
		i.help.given = make(map[uint64]time.Time)
	}
	i.help.given[from] = now
	i.send(from, encodeView(own))
}

// climb takes another node's consent to all views up to its own.
func (i *instance) climb(f frame) {
	own := i.views.now().change
	for view := own + 1; view <= min(f.view, own+maxClimb); view++ {
		m := &protos.Message{Content: &protos.Message_ViewChange{ViewChange: &protos.ViewChange{NextView: view}}}
		vote := frame{from: f.from, size: f.size, message: m}
		if at := i.views.now(); i.engine.care.gate && early(vote, at) {
			i.hold(vote, at)
			continue
		}
		i.hand(vote)
	}
}
