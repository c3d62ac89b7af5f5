package node

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// Role is what a node does for its chain.
type Role string

// The roles.
const (
	Leader    Role = "leader"    // a validator that proposes now
	Validator Role = "validator" // takes part in consensus
	Observer  Role = "observer"  // follows the chain
)

// Condition is how a chain is doing on this node, for operators.
type Condition struct {
	Height     uint64 // of the last executed block
	Tip        uint64 // of the last decided block
	Role       Role
	Leader     chain.NodeID // zero when unknown
	View       uint64
	Epoch      uint64 // of the validator set in force
	Validators int    // in that set
	Quorum     uint64 // weight that decides
	Connected  uint64 // weight that this node can reach, its own included
	Behind     uint64 // blocks that others say they have above the tip
	Peers      []network.PeerStatus
	Halted     string // why the chain has stopped here, empty while it goes on
	Waiting    string // why no block is made, empty when nothing is wrong
}

// Ready reports whether the node can serve: it goes on, it is not behind, and as a
// validator it reaches a quorum and knows who leads it.
func (c *Condition) Ready() bool {
	switch {
	case c.Halted != "":
		return false
	case c.Role == Observer:
		return c.Behind <= readyBehind
	}
	return c.Connected >= c.Quorum && c.Leader != chain.NodeID{} && c.Behind <= readyBehind
}

// readyBehind is how many blocks a node that is ready may be behind: those under
// way.
const readyBehind = 8

// Condition returns how the chain is doing.
func (c *Chain) Condition() Condition {
	status, head := c.Engine(), c.Head()
	condition := Condition{
		Height: head.Header.Height, Tip: c.Tip().Header.Height, Role: Observer, Leader: status.Leader, View: status.View,
		Epoch: head.Validators.Epoch, Validators: len(head.Validators.Members),
		Quorum: consensus.Quorum(head.Validators, c.participation.fault()), Peers: c.Peers(), Waiting: status.Waiting,
	}
	if reason := c.HaltReason(); reason != nil {
		condition.Halted = reason.Error()
	}
	if c.Validates() {
		condition.Role = Validator
		if status.Leader == c.options.Self {
			condition.Role = Leader
		}
	}
	if self, member := head.Validators.Member(c.options.Self); member {
		condition.Connected = self.Weight
	}
	for i := range condition.Peers {
		if member, ok := head.Validators.Member(condition.Peers[i].ID); ok && condition.Peers[i].Connected() {
			condition.Connected += member.Weight
		}
	}
	if c.link != nil {
		condition.Behind = c.link.behind()
	}
	if missing := condition.missing(); missing != "" && condition.Role != Observer {
		condition.Waiting = missing
	}
	return condition
}

// missing says how many validators are needed for a quorum, and of which peers it
// is known why they are not there.
func (c *Condition) missing() string {
	if c.Connected >= c.Quorum {
		return ""
	}
	return fmt.Sprintf("waiting for %d more of %d validators", c.Quorum-c.Connected, c.Quorum)
}

// behind returns how far this node is behind, by the word of more validators than can be
// faulty. While it hears too few of them – it follows by way of observers, or has not
// come to today's set yet – it takes the word of so many peers, of whatever kind: this is
// what operators see, and nothing waits for it.
func (l *link) behind() uint64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	best, known := l.best()
	if !known {
		best, _ = l.sync.Best(l.faults()+1, func(chain.NodeID) bool { return true })
	}
	tip := l.Tip().Header.Height
	return max(best, tip) - tip
}

// fault is the fault level that the chain's engine promises.
func (p *participation) fault() consensus.Fault { return p.capabilities.Fault }
