package network

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Version is the version of this standard that a module is written for.
const Version = 1

// Class is a kind of traffic with a connection, a queue and credits of its own.
type Class uint8

// The classes, highest priority first.
const (
	Consensus Class = iota
	Bulk            // transactions
	Sync            // what a node misses: blocks, snapshots, what a header orders
	Classes         // how many there are
)

// String returns the class's short name.
func (c Class) String() string {
	return [...]string{"consensus", "bulk", "sync", "?"}[min(c, Classes)]
}

// Peer is a node that may connect and is connected to.
type Peer struct {
	ID chain.NodeID
	// Transport is the identity that a channel must prove to speak for ID.
	Transport chain.Hash
	// Address is where to dial; empty when only the peer can dial.
	Address string
}

// Mesh delivers messages between authenticated nodes of one chain.
type Mesh interface {
	// Start listens and connects; the context bounds Start alone. Handlers are called
	// until Close has returned.
	Start(ctx context.Context, handlers Handlers) error
	// Close ends all connections; it waits for handlers under way, so that none may
	// call it.
	Close() error
	// Address is where this node listens, known after Start.
	Address() string
	// SetPeers replaces the list of peers; the node itself in it is passed over.
	// Connections to peers that are not in it, or whose transport identity has
	// changed, are cut before it returns. No call of Receive begins for them
	// afterwards, but it does not wait for one under way, so that a handler may call it.
	SetPeers(peers []Peer)
	// Send queues a message and keeps it until it is written; the caller must not
	// change it any more. It never waits: ErrNotConnected and ErrCongested say that
	// the message was dropped. On the Consensus class congestion also cuts the
	// connection, because a peer without that message is better off starting anew.
	Send(to chain.NodeID, class Class, message []byte) error
	// Status describes every peer, in ascending order of id.
	Status() []PeerStatus
}

// Handlers take what a mesh delivers.
type Handlers struct {
	// Receive takes one message. It is called from one goroutine per peer and
	// class, and the peer gets its credits back when it returns: who is slow here
	// slows that peer's class and nothing else.
	Receive func(from chain.NodeID, class Class, message []byte)
	// Changed tells that a peer's connection of a class has come or gone: before the
	// first Receive of a connection and after its last, from the same goroutine. It
	// must not block. It may be nil.
	Changed func(peer chain.NodeID, class Class, connected bool)
}

// PeerStatus is what an operator sees of a peer.
type PeerStatus struct {
	Peer
	Classes [Classes]ClassStatus
	// Failure is why the last attempt to connect failed, empty while all classes are
	// connected, such as "connection refused" or "its certificate is not the listed one".
	Failure string
	// RoundTrip is the last measured time of a ping, 0 before the first.
	RoundTrip time.Duration
}

// Connected reports whether every class has its connection.
func (s *PeerStatus) Connected() bool {
	for i := range s.Classes {
		if !s.Classes[i].Connected {
			return false
		}
	}
	return true
}

// ClassStatus counts what went over one class since Start.
type ClassStatus struct {
	Connected                      bool
	MessagesSent, MessagesReceived uint64
	BytesSent, BytesReceived       uint64
	Queued                         int // messages waiting to be written
	Dropped                        uint64
	Connections                    uint64 // how often the connection was made
}

// Limits bound what a mesh holds for one peer. They are local.
type Limits struct {
	Message     int           // bytes of one message
	QueueBytes  int           // bytes waiting for one peer and class
	QueueCount  int           // messages waiting for one peer and class
	Window      int           // bytes of one class that a peer may have under way unanswered
	Handshakes  int           // incoming handshakes at one time
	Dial        time.Duration // to reach an address, before the handshake
	Handshake   time.Duration // for channel handshake and hello together
	Silence     time.Duration // after which a connection without a frame is dead
	Ping        time.Duration // between pings
	BackoffMin  time.Duration
	BackoffMax  time.Duration
	WriteWithin time.Duration // for one frame
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{
		Message: 32 << 20, QueueBytes: 64 << 20, QueueCount: 8192, Window: 64 << 20, Handshakes: 64,
		Dial: 1500 * time.Millisecond, Handshake: 5 * time.Second, Silence: 3 * time.Second, Ping: time.Second,
		BackoffMin: 50 * time.Millisecond, BackoffMax: 2 * time.Second, WriteWithin: 10 * time.Second,
	}
}

// Options configure a mesh.
type Options struct {
	Self     chain.NodeID
	Identity chain.Hash // of the chain; both ends must name the same
	Channel  SecureChannel
	Listen   string // address in the channel's form; empty only dials
	Limits   Limits // DefaultLimits when zero
	Clock    chain.Clock
	Log      *slog.Logger
}

// Module makes meshes; a distribution registers one by name.
type Module interface {
	Name() string
	// New returns a mesh that has not started.
	New(options Options) (Mesh, error)
}

// Errors that meshes and channels wrap.
var (
	ErrNotConnected = errors.New("network: peer is not connected")
	ErrCongested    = errors.New("network: peer takes messages more slowly than they are sent")
	ErrTooLarge     = errors.New("network: message is too large")
	ErrSecret       = errors.New("network: transport secret is not valid")
)
