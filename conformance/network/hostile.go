package network

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) hostileRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "garbage-ends-one-connection", Statement: "A peer that sends garbage loses its connection; others notice nothing, nothing of it is delivered, and it can come back.", Check: b.garbageEndsOneConnection},
		{Name: "garbage-first-is-closed", Statement: "A stream that begins with garbage is closed, and honest nodes connect as before.", Check: b.garbageFirstIsClosed},
		{Name: "silent-streams-are-closed", Statement: "Streams that stay silent are closed by the end of Limits.Handshake, however many, and do not keep honest nodes out.", Check: b.silentStreamsAreClosed},
		{Name: "claims-cost-nothing", Statement: "Bytes that announce a lot cost memory only as far as it has arrived.", Check: b.claimsCostNothing},
		{Name: "reconnecting-holds-no-more", Statement: "A peer that fills its window, reconnects and fills it again, while nothing is taken, makes the node hold no more than a few windows.", Check: b.reconnectingHoldsNoMore},
	}
}

// garbage returns beginnings that no node should write.
func garbage() [][]byte {
	random := rand.NewChaCha8([32]byte{2})
	noise := make([]byte, 4096)
	_, _ = random.Read(noise)
	return [][]byte{
		noise, make([]byte, 64), bytes.Repeat([]byte{0xff}, 64), bytes.Repeat([]byte{0x7f}, 4096),
		[]byte("GET / HTTP/1.1\r\nHost: node\r\n\r\n"), {0, 0, 0, 0, 0}, {0, 0, 0, 1, 1, 0xc0},
	}
}

// raw dials a node with a secret and returns the stream after the channel's handshake.
func (b bench) raw(t conformance.T, secret []byte, to *node) network.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), b.Patience)
	defer cancel()
	c, err := b.open(t, secret).Dial(ctx, to.Address())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Handshake(ctx); err != nil {
		t.Fatalf("handshake: %v", err)
	}
	return c
}

func (b bench) garbageEndsOneConnection(t conformance.T) {
	nodes := b.group(t, 3)
	to, bad, good := nodes[0], nodes[1], nodes[2]
	for _, noise := range garbage() {
		before := to.about(bad).Classes[network.Bulk].Connections
		bad.tap.change(func(data []byte) []byte { return append(bytes.Clone(noise), data...) })
		bad.reach("the connection with garbage ends", func() bool {
			_ = bad.Send(to.record.ID, network.Bulk, []byte("between garbage"))
			return !to.about(bad).Classes[network.Bulk].Connected || to.about(bad).Classes[network.Bulk].Connections > before
		})
		good.tell(to, network.Bulk, "undisturbed")
		bad.tap.change(nil)
		to.reach("the peer came back", func() bool { s := to.about(bad); return s.Connected() })
	}
	to.reach("all honest messages arrived", func() bool { return len(to.received(good, network.Bulk)) == len(garbage()) })
	if n := to.about(good).Classes[network.Bulk].Connections; n != 1 {
		t.Errorf("an honest peer was connected %d times", n)
	}
	for _, message := range to.received(bad, network.Bulk) {
		if message != "between garbage" {
			t.Errorf("%q was delivered, which was never sent", message)
		}
	}
}

func (b bench) garbageFirstIsClosed(t conformance.T) {
	to, listed := b.node(t, 1), b.node(t, 2)
	introduce(to, listed)
	for _, noise := range garbage() {
		for _, secret := range [][]byte{listed.secret, b.secret(t)} {
			c := b.raw(t, secret, to)
			_, _ = c.Write(noise)
			_ = c.SetReadDeadline(time.Now().Add(b.Patience))
			if _, err := io.Copy(io.Discard, c); isTimeout(err) {
				t.Fatalf("a stream that began with %x… is open after %s", noise[:4], b.Patience)
			}
		}
	}
	listed.arrive(to, network.Consensus, "after garbage")
	for _, d := range to.all() {
		if d.from != listed.record.ID || d.class != network.Consensus {
			t.Errorf("%q was delivered, which was never sent", d.message)
		}
	}
}

// isTimeout reports whether a read ended by its deadline.
func isTimeout(err error) bool {
	timeout, ok := err.(interface{ Timeout() bool }) //nolint:errorlint // streams return it as it is
	return ok && timeout.Timeout()
}

func (b bench) silentStreamsAreClosed(t conformance.T) {
	to := b.node(t, 1, func(o *network.Options) { o.Limits.Handshake, o.Limits.Handshakes = 2*time.Second, 4 })
	var closed atomic.Int32
	const silent = 24
	for range silent {
		c := b.raw(t, b.secret(t), to)
		go func() {
			_ = c.SetReadDeadline(time.Now().Add(b.Patience))
			if _, err := io.Copy(io.Discard, c); !isTimeout(err) {
				closed.Add(1)
			}
		}()
	}
	honest := b.node(t, 2)
	to.record.Address, honest.record.Address = to.Address(), ""
	introduce(to, honest)
	honest.arrive(to, network.Consensus, "among silent streams")
	b.reach(t, "all silent streams are closed", func() bool { return closed.Load() == silent })
}

func (b bench) claimsCostNothing(t conformance.T) {
	const streams, bound = 16, 128 << 20
	to, listed := b.node(t, 1), b.node(t, 2, func(o *network.Options) { o.Listen = "" })
	listed.record.Address = ""
	to.SetPeers(records(listed))
	before := allocated()
	for i := range streams {
		noise := garbage()[i%3]
		noise[0], noise[1] = 0x7f, 0xff // a length, if there is one in front
		_, _ = b.raw(t, listed.secret, to).Write(noise)
	}
	listed.SetPeers(records(to))
	listed.arrive(to, network.Bulk, "after claims")
	if grown := allocated() - before; grown > bound {
		t.Errorf("%d streams with a few bytes each made the process allocate %d bytes", streams, grown)
	}
}

func (b bench) reconnectingHoldsNoMore(t conformance.T) {
	const rounds, windows = 16, 8
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	to.block(func(delivery) bool { return true })
	before := live()
	for range rounds {
		was := from.about(to).Classes[network.Bulk]
		from.fill(t, to, network.Bulk)
		from.reach("most of the window is used", func() bool {
			return from.about(to).Classes[network.Bulk].BytesSent-was.BytesSent > uint64(limits().Window*3/4)
		})
		from.tap.sever()
		from.reach("the peer is connected anew", func() bool {
			s := from.about(to).Classes[network.Bulk]
			return s.Connected && s.Connections > was.Connections
		})
	}
	if grown := live() - before; grown > int64(windows*limits().Window) {
		t.Errorf("after %d connections of which nothing was taken, %d bytes more are held; a window is %d", rounds, grown, limits().Window)
	}
}

// live returns the bytes that the process holds.
func live() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// allocated returns the bytes that the process has ever allocated.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}
