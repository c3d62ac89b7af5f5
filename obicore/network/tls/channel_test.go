package tls

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/network"
)

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func p256(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func open(t *testing.T, secret []byte) *channel {
	t.Helper()
	c, err := Module{}.Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*channel)
}

func generated(t *testing.T) *channel {
	t.Helper()
	secret, err := Module{}.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, secret)
}

// meet lets a client with any configuration meet a server, and returns both errors. The
// client reads one byte, because in TLS 1.3 it is done before the server has judged it.
func meet(t *testing.T, server *channel, config *tls.Config) (serverErr, clientErr error) {
	t.Helper()
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := (&channel{config: config}).Dial(t.Context(), l.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	served := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			defer c.Close()
			if err = c.Handshake(t.Context()); err == nil {
				_, err = c.Write([]byte{1})
			}
		}
		served <- err
	}()
	if clientErr = client.Handshake(t.Context()); clientErr == nil {
		_, clientErr = io.ReadFull(client, make([]byte, 1))
	} else {
		client.Close()
	}
	return <-served, clientErr
}

func TestBothKeyTypesMeet(t *testing.T) {
	for _, secret := range [][]byte{pkcs8(t, p256(t, elliptic.P256())), func() []byte { s, _ := Module{}.Generate(); return s }()} {
		if s, c := meet(t, generated(t), open(t, secret).config); s != nil || c != nil {
			t.Errorf("server: %v, client: %v", s, c)
		}
	}
}

func TestOtherSecretsAreRefused(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string][]byte{"RSA": pkcs8(t, key), "P-384": pkcs8(t, p256(t, elliptic.P384())), "garbage": {1, 2}, "nothing": nil} {
		if _, err := (Module{}).Open(secret); !errors.Is(err, network.ErrSecret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheIdentityIsThatOfTheKeyAlone(t *testing.T) {
	secret, err := Module{}.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if a, b := open(t, secret).Self(), open(t, secret).Self(); a != b || a.IsZero() {
		t.Errorf("%s and %s", a, b)
	}
}

// TestImproperClientsAreRefused lets clients deviate in one point each.
func TestImproperClientsAreRefused(t *testing.T) {
	certificateOf := func(key crypto.Signer) tls.Certificate {
		c, err := certify(key)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	other := certificateOf(p256(t, elliptic.P256()))
	for name, alter := range map[string]func(c *tls.Config){
		"no certificate": func(c *tls.Config) { c.Certificates = nil },
		"two certificates": func(c *tls.Config) {
			c.Certificates[0].Certificate = append(c.Certificates[0].Certificate, other.Certificate[0])
		},
		"P-384": func(c *tls.Config) { c.Certificates[0] = certificateOf(p256(t, elliptic.P384())) },
		"foreign key": func(c *tls.Config) {
			c.Certificates[0].PrivateKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
		},
		"TLS 1.2":        func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 },
		"other protocol": func(c *tls.Config) { c.NextProtos = []string{"h2"} },
		"no protocol":    func(c *tls.Config) { c.NextProtos = nil },
	} {
		config := generated(t).config
		config.VerifyConnection = nil
		alter(config)
		if s, _ := meet(t, generated(t), config); s == nil {
			t.Errorf("%s: the server accepted it", name)
		}
	}
}

// TestAnImproperServerIsRefused is the same from the other side.
func TestAnImproperServerIsRefused(t *testing.T) {
	server := generated(t)
	server.config.VerifyConnection = nil
	server.config.Certificates[0].Certificate = append(server.config.Certificates[0].Certificate, generated(t).config.Certificates[0].Certificate[0])
	if _, c := meet(t, server, generated(t).config); c == nil {
		t.Error("the client accepted a chain of two certificates")
	}
}

func TestSessionsAreNeverResumed(t *testing.T) {
	server, client := generated(t), generated(t).config.Clone()
	client.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	client.ServerName = "node"
	for range 3 {
		if s, c := meet(t, server, client); s != nil || c != nil {
			t.Fatalf("server: %v, client: %v", s, c)
		}
		if _, ok := client.ClientSessionCache.Get("node"); ok {
			t.Fatal("the server gave a ticket")
		}
	}
}

func TestAHandshakeEndsWithItsContext(t *testing.T) {
	l, err := generated(t).Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := generated(t).Dial(t.Context(), l.Address())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.Handshake(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
