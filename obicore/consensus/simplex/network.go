package simplex

import (
	"bytes"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// network is what Simplex sends with.
type network struct{ *instance }

var _ upstream.Communication = network{}

// Nodes implements simplex.Communication.
func (n network) Nodes() []upstream.NodeID { return append([]upstream.NodeID(nil), n.members.ids...) }

// Send implements simplex.Communication.
func (n network) Send(m *upstream.Message, to upstream.NodeID) {
	v := n.members.of(to)
	kind, content, err := encodeMessage(m)
	if err == nil && v != nil {
		n.send(v.ID, kind, content)
	}
}

// Broadcast implements simplex.Communication.
func (n network) Broadcast(m *upstream.Message) {
	if kind, content, err := encodeMessage(m); err == nil {
		n.broadcast(kind, content)
	}
}

func (i *instance) broadcast(kind uint64, content []byte) {
	for _, id := range i.members.ids {
		if !bytes.Equal(id, i.engine.self[:]) {
			i.send(chain.NodeID(id), kind, content)
		}
	}
}

func (i *instance) send(to chain.NodeID, kind uint64, content []byte) {
	if i.retired.Load() || to == i.engine.self || !i.calls.Enter() {
		return
	}
	defer i.calls.Leave()
	height, _ := i.ledger.tip()
	i.host.Send(to, encodeFrame(kind, i.members.set.Epoch, height, content))
}

// demand tells the others that this node wants a block.
func (i *instance) demand() { i.broadcast(frameDemand, nil) }
