package tls

import (
	"context"
	"crypto/tls"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// conn implements network.Conn.
type conn struct {
	*tls.Conn
	remote chain.Hash
}

// Handshake implements network.Conn.
func (c *conn) Handshake(ctx context.Context) error {
	if err := c.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("tls: handshake: %w", err)
	}
	remote, err := identify(c.ConnectionState().PeerCertificates[0].PublicKey)
	c.remote = remote
	return err
}

// Remote implements network.Conn.
func (c *conn) Remote() chain.Hash { return c.remote }

// Close implements net.Conn. It leaves out the closing alert of TLS, which would have to
// wait for an end that does not read; the mesh's frames tell a cut stream from a whole one.
func (c *conn) Close() error { return c.NetConn().Close() }
