package smartbft

import (
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// network is what SmartBFT sends with.
type network struct {
	*instance
	ids []uint64
}

// Nodes implements api.Comm.
func (n network) Nodes() []uint64 { return n.ids }

// SendTransaction implements api.Comm: it asks the leader for a block.
func (n network) SendTransaction(target uint64, request []byte) {
	if height, ok := demandHeight(request); ok {
		n.send(target, encodeDemand(height))
	}
}

// SendConsensus implements api.Comm.
func (n network) SendConsensus(target uint64, m *protos.Message) {
	if commit := m.GetCommit(); commit != nil && len(commit.GetSignature().GetValue()) == 0 {
		return // the host has refused the vote
	}
	if change := m.GetViewChange(); change != nil && !n.asks.admit(target, change.GetNextView(), n.clock.Now(), n.engine.timing.resend/2) {
		return
	}
	if view := m.GetNewView(); view != nil {
		n.leadOnce(view)
	}
	if b := n.outgoing.encode(m, n.engine); b != nil {
		n.outgoing.note(target, m, b)
		n.send(target, b)
	}
}

// leadOnce ends the view changer of a leader that is about to say something else in a new
// view than it has said before in the same: SmartBFT starts again when its view data come
// again.
func (n network) leadOnce(m *protos.NewView) {
	all, err := decodeNewView(m)
	if err == nil {
		err = n.engine.begin(all, n.engine.membersNow())
	}
	if err != nil {
		n.fail(fmt.Errorf("%w: a new view: %w", errFault, err))
		runtime.Goexit()
	}
}

func (i *instance) send(target uint64, b []byte) {
	id := i.engine.membersNow().id(target)
	if id == (chain.NodeID{}) || i.retired.Load() || !i.calls.Enter() {
		return
	}
	defer i.calls.Leave()
	i.host.Send(id, b)
}

// outgoing remembers what was sent last, to encode a message once for all and to
// send it again when there is no decision.
type outgoing struct {
	mutex   sync.Mutex
	message *protos.Message
	bytes   []byte
	last    [5]sent // pre-prepare, prepare, commit, view data, new view
	at      time.Time
}

type sent struct {
	message *protos.Message
	bytes   []byte
	targets []uint64 // grows only, so that a copy may be read without the lock
}

func (o *outgoing) encode(m *protos.Message, e *engine) []byte {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if m == o.message {
		return o.bytes
	}
	b, err := encodeMessage(m)
	if err != nil {
		e.logf(slog.LevelError, "smartbft: a message cannot be encoded: %v", err)
		return nil
	}
	o.message, o.bytes = m, b
	return b
}

func (o *outgoing) note(target uint64, m *protos.Message, b []byte) {
	_, slot, ok := positionOf(m)
	switch {
	case ok:
	case m.GetViewData() != nil:
		slot = 3
	case m.GetNewView() != nil:
		slot = 4
	default:
		return
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.last[slot].message != m {
		o.last[slot] = sent{message: m, bytes: b}
	}
	if s := &o.last[slot]; !slices.Contains(s.targets, target) {
		s.targets = append(s.targets, target)
	}
}

// again returns what the others may have missed: the messages of the height after
// the tip, and those of a view change after which nothing is decided.
func (o *outgoing) again(installed, change, tip uint64) (open []sent) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, slot := range []int{4, 3, 0, 1, 2} {
		s := o.last[slot]
		if s.message == nil {
			continue
		}
		p, _, phase := positionOf(s.message)
		switch {
		case phase && p.height == tip+1:
		case slot == 3 && viewOf(s.message.GetViewData()) == change && installed < change:
		case slot == 4 && viewOf(s.message.GetNewView().GetSignedViewData()[0]) == installed:
		default:
			continue
		}
		open = append(open, s)
	}
	return open
}

// proposal is the digest of the last pre-prepare that this node has sent for a
// position, empty when there is none.
func (o *outgoing) proposal(view, height uint64) string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	m := o.last[0].message
	if p, _, _ := positionOf(m); m == nil || p != (position{view, height}) {
		return ""
	}
	return digestOf(m)
}
