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
	if v == nil {
		return
	}
	for _, part := range answerable(m) {
		if kind, content, err := encodeMessage(part); err == nil {
			n.send(v.ID, kind, content)
		}
	}
}

// answerable divides a request that Simplex makes and refuses to answer: it asks for a
// window and one more, and gives a window at most. Where what is missing is asked of one
// node, the nodes would ask each other in vain for ever.
func answerable(m *upstream.Message) []*upstream.Message {
	request := m.ReplicationRequest
	if request == nil || len(request.Seqs) <= roundWindow && len(request.Rounds) <= roundWindow {
		return []*upstream.Message{m}
	}
	var parts []*upstream.Message
	for seqs, rounds := request.Seqs, request.Rounds; len(seqs)+len(rounds) > 0; {
		part := *request
		part.Seqs, seqs = upTo(roundWindow, seqs)
		part.Rounds, rounds = upTo(roundWindow, rounds)
		parts = append(parts, &upstream.Message{ReplicationRequest: &part})
	}
	return parts
}

func upTo(count int, list []uint64) (first, rest []uint64) {
	count = min(count, len(list))
	return list[:count], list[count:]
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
