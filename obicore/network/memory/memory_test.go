package memory_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
)

func open(t *testing.T, s *memory.Switch) network.SecureChannel {
	t.Helper()
	secret, err := s.Generate()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// join returns a stream from a to b, after its handshake.
func join(t *testing.T, a, b network.SecureChannel) (near, far network.Conn) {
	t.Helper()
	l, err := b.Listen(t.Context(), ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if near, err = a.Dial(t.Context(), l.Address()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	shaken := make(chan error, 1)
	go func() { shaken <- near.Handshake(context.Background()) }()
	if err := errors.Join(far.Handshake(t.Context()), <-shaken); err != nil {
		t.Fatal(err)
	}
	return near, far
}

func TestLatencyDelaysBytesInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a, b := open(t, s), open(t, s)
		near, far := join(t, a, b)
		s.Latency(a.Self(), b.Self(), time.Hour)
		start := time.Now()
		if _, err := near.Write([]byte("late")); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 4)
		if _, err := io.ReadFull(far, got); err != nil || string(got) != "late" || time.Since(start) != time.Hour {
			t.Errorf("%q after %s: %v", got, time.Since(start), err)
		}
	})
}

func TestAStalledLinkKeepsItsBytesUntilItIsHealed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a, b := open(t, s), open(t, s)
		near, far := join(t, a, b)
		s.Stall(b.Self(), a.Self())
		if _, err := near.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := far.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("read: %v", err)
		}
		if err := far.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { s.Heal(a.Self(), b.Self()) })
		if _, err := far.Read(make([]byte, 1)); err != nil {
			t.Errorf("after Heal: %v", err)
		}
	})
}

func TestACutBreaksStreamsAndDialsUntilItIsHealed(t *testing.T) {
	s := memory.New()
	a, b := open(t, s), open(t, s)
	near, far := join(t, a, b)
	if n := s.Streams(a.Self(), b.Self()); n != 1 {
		t.Errorf("%d streams", n)
	}
	s.Cut(a.Self(), b.Self())
	_, readErr := far.Read(make([]byte, 1))
	_, writeErr := near.Write([]byte{1})
	if readErr == nil || writeErr == nil || s.Streams(a.Self(), b.Self()) != 0 {
		t.Errorf("read: %v, write: %v", readErr, writeErr)
	}
	l, err := b.Listen(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := a.Dial(t.Context(), "b"); err == nil {
		t.Error("a dial over a cut link succeeded")
	}
	s.Heal(a.Self(), b.Self())
	if _, err := a.Dial(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	s.Refuse(b.Self(), true)
	if _, err := a.Dial(t.Context(), "b"); err == nil {
		t.Error("a refused dial succeeded")
	}
}

func TestWritesBeyondTheBufferWaitAndArriveWhole(t *testing.T) {
	s := memory.New()
	near, far := join(t, open(t, s), open(t, s))
	sent := bytes.Repeat([]byte("0123456789abcdef"), memory.Buffer/4)
	go func() {
		_, _ = near.Write(sent)
		near.Close()
	}()
	if got, err := io.ReadAll(far); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes: %v", len(got), len(sent), err)
	}
	if _, err := far.Write(sent); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write to a closed end: %v", err)
	}
}

func TestAFullBufferEndsAWriteByItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		near, _ := join(t, open(t, s), open(t, s))
		if err := near.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if n, err := near.Write(make([]byte, 2*memory.Buffer)); n != memory.Buffer || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d bytes: %v", n, err)
		}
	})
}

func TestBytesAreChangedOnTheirWay(t *testing.T) {
	s := memory.New()
	a, b := open(t, s), open(t, s)
	near, far := join(t, a, b)
	for _, c := range []struct {
		change func([]byte) []byte
		want   string
	}{{memory.Corrupt, "aqa"}, {memory.Duplicate, "aaaaaa"}, {nil, "aaa"}} {
		s.Tamper(a.Self(), b.Self(), c.change)
		if _, err := near.Write([]byte("aaa")); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(c.want))
		if _, err := io.ReadFull(far, got); err != nil || string(got) != c.want {
			t.Errorf("%q instead of %q: %v", got, c.want, err)
		}
	}
}

func TestAHandshakeNeedsBothEnds(t *testing.T) {
	s := memory.New()
	l, err := open(t, s).Listen(t.Context(), ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := open(t, s).Dial(t.Context(), l.Address())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := near.Handshake(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
