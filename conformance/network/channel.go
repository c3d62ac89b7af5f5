package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) channelRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "channel-proves-both-ends", Statement: "After a handshake each end knows the transport identity of the other, which is that end's Self.", Check: b.channelProvesBothEnds},
		{Name: "secret-decides-identity", Statement: "The same secret always gives the same identity, and generated secrets give different ones.", Check: b.secretDecidesIdentity},
		{Name: "bad-secret-refused", Statement: "What is no secret is refused with ErrSecret.", Check: b.badSecretRefused},
		{Name: "handshake-ends-with-context", Statement: "A handshake with an end that stays silent fails when its context ends.", Check: b.handshakeEndsWithContext},
		{Name: "accept-ends-with-close", Statement: "After Close, Accept returns an error that wraps net.ErrClosed.", Check: b.acceptEndsWithClose},
		{Name: "stream-is-whole", Statement: "A stream carries any bytes in both directions at the same time, in order and unchanged.", Check: b.streamIsWhole},
		{Name: "deadlines-hold", Statement: "A read beyond its deadline fails with a timeout.", Check: b.deadlinesHold},
	}
}

// pair joins two new channels by a stream after its handshake.
func (b bench) pair(t conformance.T) (near, far network.Conn, dialler, acceptor network.SecureChannel) {
	t.Helper()
	dialler, acceptor = b.open(t, b.secret(t)), b.open(t, b.secret(t))
	l, err := acceptor.Listen(t.Context(), b.Listen)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if near, err = dialler.Dial(t.Context(), l.Address()); err != nil {
		t.Fatalf("dial: %v", err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatalf("accept: %v", err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), b.Patience)
	defer cancel()
	shaken := make(chan error, 1)
	go func() { shaken <- near.Handshake(ctx) }()
	if err := errors.Join(far.Handshake(ctx), <-shaken); err != nil {
		t.Fatalf("handshake: %v", err)
	}
	return near, far, dialler, acceptor
}

func (b bench) channelProvesBothEnds(t conformance.T) {
	near, far, dialler, acceptor := b.pair(t)
	if near.Remote() != acceptor.Self() || far.Remote() != dialler.Self() || near.Remote().IsZero() {
		t.Errorf("the ends %s and %s see %s and %s", dialler.Self(), acceptor.Self(), far.Remote(), near.Remote())
	}
}

func (b bench) secretDecidesIdentity(t conformance.T) {
	secret := b.secret(t)
	if x, y := b.open(t, secret).Self(), b.open(t, secret).Self(); x != y {
		t.Errorf("one secret has the identities %s and %s", x, y)
	}
	if x, y := b.open(t, secret).Self(), b.open(t, b.secret(t)).Self(); x == y {
		t.Errorf("two secrets have the identity %s", x)
	}
}

func (b bench) badSecretRefused(t conformance.T) {
	for _, secret := range [][]byte{nil, {}, {1}, bytes.Repeat([]byte{0xff}, 1000)} {
		if _, err := b.Channels.Open(secret); !errors.Is(err, network.ErrSecret) {
			t.Errorf("%d bytes that are no secret: %v", len(secret), err)
		}
	}
}

func (b bench) handshakeEndsWithContext(t conformance.T) {
	l, err := b.open(t, b.secret(t)).Listen(t.Context(), b.Listen)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	defer l.Close()
	near, err := b.open(t, b.secret(t)).Dial(t.Context(), l.Address())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	defer near.Close()
	ctx, cancel := context.WithCancel(t.Context())
	shaken := make(chan error, 1)
	go func() { shaken <- near.Handshake(ctx) }()
	cancel()
	select {
	case err := <-shaken:
		if err == nil {
			t.Errorf("the handshake with a silent end succeeded")
		}
	case <-time.After(b.Patience):
		t.Errorf("the handshake has outlived its context by %s", b.Patience)
	}
}

func (b bench) acceptEndsWithClose(t conformance.T) {
	l, err := b.open(t, b.secret(t)).Listen(t.Context(), b.Listen)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := l.Accept()
		ended <- err
	}()
	if err := l.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("after Close, Accept returns %v", err)
		}
	case <-time.After(b.Patience):
		t.Errorf("Accept has outlived Close by %s", b.Patience)
	}
}

func (b bench) streamIsWhole(t conformance.T) {
	near, far, _, _ := b.pair(t)
	data := make([]byte, 2<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(data)
	write := func(c network.Conn, result chan<- error) {
		_, err := c.Write(data)
		result <- err
	}
	read := func(c network.Conn, result chan<- error) {
		got := make([]byte, len(data))
		if _, err := io.ReadFull(c, got); err != nil {
			result <- err
		} else if !bytes.Equal(got, data) {
			result <- errors.New("other bytes have arrived")
		} else {
			result <- nil
		}
	}
	results := make(chan error, 4)
	for _, c := range []network.Conn{near, far} {
		_ = c.SetDeadline(time.Now().Add(b.Patience))
		go write(c, results)
		go read(c, results)
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Errorf("%v", err)
		}
	}
}

func (b bench) deadlinesHold(t conformance.T) {
	near, _, _, _ := b.pair(t)
	read := make(chan error, 1)
	if err := near.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatalf("set a deadline: %v", err)
	}
	go func() {
		_, err := near.Read(make([]byte, 1))
		read <- err
	}()
	select {
	case err := <-read:
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("a read beyond its deadline fails with %v, which is no timeout", err)
		}
	case <-time.After(b.Patience):
		t.Errorf("a read has outlived its deadline by %s", b.Patience)
	}
}
