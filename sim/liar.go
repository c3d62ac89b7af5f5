package sim

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// Lie decides what becomes of a message that a node sends: what it returns is sent in its
// place, nothing when that is nil. It must not change the message itself.
type Lie func(to chain.NodeID, class network.Class, message []byte) []byte

// liar is the mesh of a node that is honest but for what leaves it.
type liar struct {
	network.Mesh
	node *Node
}

// Send implements network.Mesh.
func (l liar) Send(to chain.NodeID, class network.Class, message []byte) error {
	if message = l.node.Lie(to, class, message); message == nil {
		return nil
	}
	return l.Mesh.Send(to, class, message)
}
