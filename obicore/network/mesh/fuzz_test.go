package mesh

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// FuzzFrames reads any bytes as frames: what is read gives the same bytes again.
func FuzzFrames(f *testing.F) {
	f.Fuzz(func(t *testing.T, input []byte) {
		const largest = 1 << 20
		r := newFrameReader(bytes.NewReader(input), largest)
		var again []byte
		for {
			kind, payload, err := r.next()
			if err != nil {
				if !errors.Is(err, errFrame) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatal(err)
				}
				break
			}
			if len(payload) > largest {
				t.Fatalf("a payload of %d bytes", len(payload))
			}
			again = appendFrame(again, kind, payload)
		}
		if !bytes.HasPrefix(input, again) {
			t.Fatalf("%x was read from %x", again, input)
		}
	})
}

// FuzzHello decodes any bytes: what is a hello has one encoding.
func FuzzHello(f *testing.F) {
	f.Fuzz(func(t *testing.T, input []byte) {
		h, err := decodeHello(input)
		if err != nil {
			if !errors.Is(err, errFrame) {
				t.Fatal(err)
			}
			return
		}
		if h.Version == protocolVersion && !bytes.Equal(h.encode(), input) {
			t.Fatalf("%x is the encoding of %x", h.encode(), input)
		}
		if wrong := h.check(h.Identity); wrong != nil && len(wrong.encode()) > maxControl {
			t.Fatalf("a goodbye of %d bytes", len(wrong.encode()))
		}
	})
}

// FuzzConnection feeds any bytes to a whole mesh, from a listed peer: with greet behind a
// sound hello. Nothing may panic, hang, or deliver what was not framed.
func FuzzConnection(f *testing.F) {
	f.Fuzz(func(t *testing.T, greet bool, input []byte) {
		here, there := net.Pipe()
		limits := network.Limits{Message: 1 << 10, Window: 4 << 10, QueueBytes: 4 << 10}
		only := &single{stream: &scripted{Conn: here}, closed: make(chan struct{})}
		made, err := Module{}.New(network.Options{Self: chain.NodeID{1}, Channel: only, Listen: "x", Limits: limits})
		if err != nil {
			t.Fatal(err)
		}
		delivered := 0
		receive := func(from chain.NodeID, _ network.Class, message []byte) {
			delivered += len(message)
			_ = made.Send(from, network.Bulk, message)
		}
		made.SetPeers([]network.Peer{{ID: chain.NodeID{2}, Transport: transport}})
		if err := made.Start(t.Context(), network.Handlers{Receive: receive}); err != nil {
			t.Fatal(err)
		}
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			_, _ = io.Copy(io.Discard, there)
		}()
		if greet {
			hello := hello{Version: protocolVersion, Node: chain.NodeID{2}, Class: 1, Window: 1 << 20, Message: 1 << 10, Instance: 1, Connection: 1}
			input = append(appendFrame(nil, frameHello, hello.encode()), input...)
		}
		_, _ = there.Write(input)
		_ = there.Close()
		<-drained
		if err := made.Close(); err != nil || delivered > len(input) {
			t.Fatalf("%d bytes delivered of %d: %v", delivered, len(input), err)
		}
	})
}

// transport is what the scripted end proves.
var transport = chain.Hash{2}

// single is a channel whose listener gives one stream.
type single struct {
	stream network.Conn
	given  bool
	once   sync.Once
	closed chan struct{}
}

func (*single) Name() string                                               { return "single" }
func (*single) Self() chain.Hash                                           { return chain.Hash{1} }
func (s *single) Address() string                                          { return "x" }
func (s *single) Listen(context.Context, string) (network.Listener, error) { return s, nil }
func (s *single) Dial(context.Context, string) (network.Conn, error)       { return nil, net.ErrClosed }

func (s *single) Accept() (network.Conn, error) {
	if !s.given {
		s.given = true
		return s.stream, nil
	}
	<-s.closed
	return nil, net.ErrClosed
}

func (s *single) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// scripted is the accepting end of a pipe.
type scripted struct{ net.Conn }

func (*scripted) Handshake(context.Context) error { return nil }
func (*scripted) Remote() chain.Hash              { return transport }

func TestFarewellsFitAndAreReadable(t *testing.T) {
	long := &farewell{codeProtocol, string(bytes.Repeat([]byte("é"), 200)) + "\xff"}
	got := decodeFarewell(long.encode())
	if got.code != codeProtocol || len(got.text) > maxText || got.text[:2] != "é" {
		t.Errorf("%d bytes: %q", len(got.text), got.text)
	}
	if text := decodeFarewell([]byte("\x02a\x1b[31m\nb")).text; text != "a?[31m?b" {
		t.Errorf("%q", text)
	}
}

func TestCreditIsReturnedBeforeTheLargestMessageCannotBeSent(t *testing.T) {
	for _, c := range []struct{ window, message int }{{1000, 936}, {1000, 10}, {64 << 20, 32 << 20}} {
		held := returnAfter(c.window, c.message) - 1 // the most that is kept back
		if rest := int64(c.window) - held; rest < int64(c.message)+overhead {
			t.Errorf("%+v: %d bytes are left", c, rest)
		}
	}
}

func TestPausesGrowToTheirBoundAndDifferBetweenNodes(t *testing.T) {
	a := newMesh(network.Options{Self: chain.NodeID{1}, Clock: systemClock{}, Limits: network.DefaultLimits()})
	b := newMesh(network.Options{Self: chain.NodeID{2}, Clock: systemClock{}, Limits: network.DefaultLimits()})
	l := a.newPeer(network.Peer{ID: chain.NodeID{3}}, nil).lanes[0]
	differ := false
	for attempt := range 70 {
		most := min(a.Limits.BackoffMin<<min(attempt, 20), a.Limits.BackoffMax)
		d := a.backoff(l, attempt)
		if d < most/2 || d > most || d < time.Millisecond {
			t.Errorf("attempt %d: %s of %s", attempt, d, most)
		}
		differ = differ || d != b.backoff(l, attempt)
	}
	if !differ {
		t.Error("two nodes dial in step")
	}
}
