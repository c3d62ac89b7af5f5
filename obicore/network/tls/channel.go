package tls

import (
	"context"
	"crypto"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// channel implements network.SecureChannel. Addresses are host:port.
type channel struct {
	self   chain.Hash
	config *tls.Config
}

func newChannel(key crypto.Signer) (*channel, error) {
	self, err := identify(key.Public())
	if err != nil {
		return nil, err
	}
	certificate, err := certify(key)
	if err != nil {
		return nil, err
	}
	return &channel{self: self, config: configure(certificate)}, nil
}

// Name implements network.SecureChannel.
func (c *channel) Name() string { return Name }

// Self implements network.SecureChannel.
func (c *channel) Self() chain.Hash { return c.self }

// Listen implements network.SecureChannel.
func (c *channel) Listen(ctx context.Context, address string) (network.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("tls: listen: %w", err)
	}
	return &listener{Listener: l, config: c.config}, nil
}

// Dial implements network.SecureChannel.
func (c *channel) Dial(ctx context.Context, address string) (network.Conn, error) {
	var dialer net.Dialer
	stream, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("tls: dial: %w", err)
	}
	return &conn{Conn: tls.Client(stream, c.config)}, nil
}

type listener struct {
	net.Listener
	config *tls.Config
}

// Accept implements network.Listener.
func (l *listener) Accept() (network.Conn, error) {
	stream, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: tls.Server(stream, l.config)}, nil
}

// Address implements network.Listener.
func (l *listener) Address() string { return l.Addr().String() }
