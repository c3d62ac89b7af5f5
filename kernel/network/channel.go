package network

import (
	"context"
	"net"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// SecureChannel opens byte streams between two transport identities. Its value
// belongs to one node and holds that node's transport secret.
type SecureChannel interface {
	// Name says what protects a stream, such as "tls13". Operators see it.
	Name() string
	// Self is the node's own transport identity: the value of Validator.Transport.
	Self() chain.Hash
	// Listen takes streams at an address of the channel's own form.
	Listen(ctx context.Context, address string) (Listener, error)
	// Dial opens a stream; the handshake is not yet done.
	Dial(ctx context.Context, address string) (Conn, error)
}

// Listener takes incoming streams.
type Listener interface {
	// Accept returns the next stream, whose handshake is not yet done; an error
	// that wraps net.ErrClosed after Close.
	Accept() (Conn, error)
	// Address is where others dial.
	Address() string
	Close() error
}

// Conn is one stream. Until Handshake has returned nil, nothing may be read or
// written.
type Conn interface {
	net.Conn
	// Handshake proves both transport identities, or fails by the context's end.
	Handshake(ctx context.Context) error
	// Remote is the proved transport identity of the other end.
	Remote() chain.Hash
}

// ChannelModule makes channels; a distribution registers one by name.
type ChannelModule interface {
	Name() string
	// Generate makes a new transport secret in the module's own encoding.
	Generate() ([]byte, error)
	// Open makes a channel from a secret.
	Open(secret []byte) (SecureChannel, error)
}
