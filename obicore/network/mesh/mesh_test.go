package mesh_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
	"github.com/credibleledger/credibleledger/obicore/network/mesh"
)

// node is a mesh with what it has received.
type node struct {
	network.Mesh
	channel  network.SecureChannel
	record   network.Peer
	received chan string
	changes  chan bool
}

func newNode(t *testing.T, channels network.ChannelModule, id byte, alter func(o *network.Options)) *node {
	t.Helper()
	secret, err := channels.Generate()
	if err != nil {
		t.Fatal(err)
	}
	channel, err := channels.Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{channel: channel, received: make(chan string, 10_000), changes: make(chan bool, 10_000)}
	options := network.Options{Self: chain.NodeID{id}, Identity: chain.Hash{7}, Channel: channel, Listen: "127.0.0.1:0"}
	if alter != nil {
		alter(&options)
	}
	if n.Mesh, err = (mesh.Module{}).New(options); err != nil {
		t.Fatal(err)
	}
	if err := n.Start(t.Context(), network.Handlers{
		Receive: func(_ chain.NodeID, _ network.Class, message []byte) { n.received <- string(message) },
		Changed: func(_ chain.NodeID, _ network.Class, connected bool) { n.changes <- connected },
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	n.record = network.Peer{ID: options.Self, Transport: channel.Self(), Address: n.Address()}
	return n
}

// introduce gives every node the list of all.
func introduce(nodes ...*node) {
	var list []network.Peer
	for _, n := range nodes {
		list = append(list, n.record)
	}
	for _, n := range nodes {
		n.SetPeers(list)
	}
}

func (n *node) connected() bool {
	for _, s := range n.Status() {
		if !s.Connected() {
			return false
		}
	}
	return true
}

func TestSilenceIsFoundInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a, b := newNode(t, s, 1, nil), newNode(t, s, 2, nil)
		introduce(a, b)
		synctest.Wait()
		time.Sleep(time.Second)
		if !a.connected() || !b.connected() {
			t.Fatalf("not connected: %+v", a.Status())
		}
		s.Stall(a.channel.Self(), b.channel.Self())
		time.Sleep(10 * time.Second)
		if a.connected() || a.Status()[0].Failure == "" {
			t.Errorf("a silent peer still counts as connected: %+v", a.Status())
		}
		s.Heal(a.channel.Self(), b.channel.Self())
		time.Sleep(10 * time.Second)
		if !a.connected() || !b.connected() {
			t.Errorf("not connected again: %+v", a.Status())
		}
	})
}

func TestTheRoundTripIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a, b := newNode(t, s, 1, nil), newNode(t, s, 2, nil)
		s.Latency(a.channel.Self(), b.channel.Self(), 25*time.Millisecond)
		introduce(a, b)
		time.Sleep(time.Minute)
		if got := a.Status()[0].RoundTrip; got != 50*time.Millisecond {
			t.Errorf("round trip %s", got)
		}
	})
}

func TestCorruptBytesEndTheConnectionWithWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		a, b := newNode(t, s, 1, nil), newNode(t, s, 2, nil)
		introduce(a, b)
		time.Sleep(time.Second)
		s.Tamper(a.channel.Self(), b.channel.Self(), func(data []byte) []byte { return append(data, 0, 0, 0, 0, 99) })
		time.Sleep(3 * time.Second) // the next ping
		if got := b.Status()[0].Failure; got == "" {
			t.Error("the status says nothing")
		}
		s.Tamper(a.channel.Self(), b.channel.Self(), nil)
		time.Sleep(10 * time.Second)
		if !a.connected() || !b.connected() {
			t.Errorf("not connected again: %+v", a.Status())
		}
	})
}

func TestImpossibleOptionsAreRefused(t *testing.T) {
	s := memory.New()
	secret, _ := s.Generate()
	channel, _ := s.Open(secret)
	sound := network.Options{Self: chain.NodeID{1}, Channel: channel}
	for name, alter := range map[string]func(o *network.Options){
		"no channel":      func(o *network.Options) { o.Channel = nil },
		"no id":           func(o *network.Options) { o.Self = chain.NodeID{} },
		"a small window":  func(o *network.Options) { o.Limits = network.Limits{Message: 100, Window: 100} },
		"a small queue":   func(o *network.Options) { o.Limits = network.Limits{Message: 100, QueueBytes: 99} },
		"early silence":   func(o *network.Options) { o.Limits = network.Limits{Silence: 1, Ping: 1} },
		"turned backoff":  func(o *network.Options) { o.Limits = network.Limits{BackoffMin: 2, BackoffMax: 1} },
		"negative limits": func(o *network.Options) { o.Limits = network.Limits{Handshakes: -1} },
	} {
		options := sound
		alter(&options)
		if _, err := (mesh.Module{}).New(options); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := (mesh.Module{}).New(sound); err != nil {
		t.Error(err)
	}
}
