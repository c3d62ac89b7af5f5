package network

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Version is the version of this standard that a module is written for.
const Version = 0 // draft

// Class is a kind of traffic with its own priority and credits.
type Class uint8

// The classes, highest priority first.
const (
	Consensus Class = iota
	Bulk            // transactions and batches
	Sync            // blocks and snapshots for nodes that catch up
)

// Mesh delivers messages between authenticated nodes of one chain. Messages of
// one class between one pair of nodes arrive in the order they were sent.
type Mesh interface {
	Start(ctx context.Context, receive Receiver) error
	Close() error
	// Send queues a message; it is dropped when the peer is not connected or its
	// credits are used up.
	Send(to chain.NodeID, class Class, message []byte)
	// Broadcast sends to every connected peer.
	Broadcast(class Class, message []byte)
	// Peers lists the connected peers in ascending order of id.
	Peers() []chain.NodeID
}

// Receiver takes a message from a peer; it is called from one goroutine per
// peer and must not block.
type Receiver func(from chain.NodeID, class Class, message []byte)
