package tls

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// protocol is the application protocol name (ALPN) that both ends must offer.
const protocol = "credibleledger/1"

// Reasons for which a handshake fails although TLS itself would go on.
var (
	errCertificates = errors.New("tls: the other end must present exactly one certificate")
	errKeyType      = errors.New("tls: the other end's key is neither Ed25519 nor P-256")
	errProtocol     = errors.New("tls: the other end does not speak " + protocol)
	errResumed      = errors.New("tls: the other end resumed a session")
)

// certify wraps a key into a certificate that nobody looks at but for the key; its
// dates are the widest that the format knows.
func certify(key crypto.Signer) (tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Unix(0, 0).UTC(),
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // RFC 5280: no known end
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tls: make the certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// identify returns the transport identity of a public key.
func identify(key crypto.PublicKey) (chain.Hash, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return chain.Hash{}, fmt.Errorf("tls: encode a public key: %w", err)
	}
	return sha256.Sum256(der), nil
}

// verify holds a handshake to what the package demands. TLS has verified by then that
// the other end holds the secret of its certificate's key.
func verify(state tls.ConnectionState) error {
	switch {
	case state.NegotiatedProtocol != protocol:
		return errProtocol
	case state.DidResume:
		return errResumed
	case len(state.PeerCertificates) != 1:
		return errCertificates
	case !accepted(state.PeerCertificates[0].PublicKey):
		return errKeyType
	}
	return nil
}

// configure returns the one configuration of both ends.
func configure(certificate tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, MaxVersion: tls.VersionTLS13,
		Certificates: []tls.Certificate{certificate}, NextProtos: []string{protocol},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true, //nolint:gosec // identities are pinned by the peer list; verify sees to the rest
		VerifyConnection:       verify,
		SessionTicketsDisabled: true,
	}
}
