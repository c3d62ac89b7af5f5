package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// Name is the name of the module and of its channels.
const Name = "tls13"

// Module makes channels.
type Module struct{}

var _ network.ChannelModule = Module{}

// Name implements network.ChannelModule.
func (Module) Name() string { return Name }

// Generate implements network.ChannelModule: it makes an Ed25519 key.
func (Module) Generate() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("tls: make a transport key: %w", err)
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

// Open implements network.ChannelModule. Errors wrap network.ErrSecret.
func (Module) Open(secret []byte) (network.SecureChannel, error) {
	key, err := parseSecret(secret)
	if err != nil {
		return nil, err
	}
	return newChannel(key)
}

func parseSecret(secret []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: not the PKCS#8 DER of a private key: %w", network.ErrSecret, err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok || !accepted(key.Public()) {
		return nil, fmt.Errorf("%w: a key of type %T; make an Ed25519 or P-256 key", network.ErrSecret, parsed)
	}
	return key, nil
}

// accepted reports whether a public key is of a type that the channel proves.
func accepted(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return true
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256()
	}
	return false
}
