package smartbft

import (
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

// maxHelp bounds the views that one answer to a lagging node carries.
const maxHelp = 64

// help brings nodes whose view changers have drifted apart together again. SmartBFT
// changes to the next view only, and with enough others who want the same one: nodes
// that stand at several views, as after restarts and partitions, wait for each other
// for ever. A node that asks for a view which is behind this one's gets this node's
// word for that view and all up to its own, so that it climbs step by step, each time
// with its view data as in any change. It is used by one goroutine.
type help struct {
	given map[uint64]time.Time // when a node was last helped
}

// lend answers a view change message of a node, unless heights are being decided:
// then it catches up by itself.
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
	for view := next; view <= min(own, next+maxHelp); view++ {
		b, err := encodeMessage(&protos.Message{Content: &protos.Message_ViewChange{ViewChange: &protos.ViewChange{NextView: view}}})
		if err != nil {
			return // a number always encodes
		}
		i.send(from, b)
	}
}
