package network

import (
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) lifeRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "address-is-dialled", Statement: "After Start, Address is where others reach the node.", Check: b.addressIsDialled},
		{Name: "not-connected-is-told", Statement: "Send to a node without a connection says ErrNotConnected.", Check: b.notConnectedIsTold},
		{Name: "changed-may-be-nil", Statement: "A mesh without a handler for changes delivers as any other.", Check: b.changedMayBeNil},
		{Name: "handlers-may-call", Statement: "A handler of messages may call Send, Status and SetPeers, also to cut the peer that it serves.", Check: b.handlersMayCall},
		{Name: "close-returns", Statement: "Close returns, also before Start, twice, and in the middle of traffic.", Check: b.closeReturns},
		{Name: "close-waits-for-handlers", Statement: "Close returns after the handlers that are under way.", Check: b.closeWaitsForHandlers},
		{Name: "silent-after-close", Statement: "After Close no handler is called.", Check: b.silentAfterClose},
	}
}

func (b bench) addressIsDialled(t conformance.T) {
	n := b.node(t, 1)
	c := b.raw(t, b.secret(t), n)
	if c.Remote() != n.tap.Self() {
		t.Errorf("at the address answers %s instead of %s", c.Remote(), n.tap.Self())
	}
}

func (b bench) notConnectedIsTold(t conformance.T) {
	nodes := b.group(t, 2)
	gone := nodes[1]
	gone.stop()
	nodes[0].reach("the loss is noticed", func() bool {
		s := nodes[0].about(gone)
		return !s.Classes[network.Bulk].Connected && !s.Classes[network.Sync].Connected
	})
	for _, to := range []chain.NodeID{gone.record.ID, {99}} {
		if err := nodes[0].Send(to, network.Sync, []byte("x")); !errors.Is(err, network.ErrNotConnected) {
			t.Errorf("send to %s: %v", to, err)
		}
	}
}

func (b bench) changedMayBeNil(t conformance.T) {
	other := b.node(t, 1)
	channel := b.open(t, b.secret(t))
	m, err := b.Mesh.New(network.Options{Self: chain.NodeID{2}, Identity: identity, Channel: channel, Limits: limits()})
	if err != nil {
		t.Fatalf("make a mesh: %v", err)
	}
	arrived := make(chan struct{}, 1)
	receive := func(chain.NodeID, network.Class, []byte) { arrived <- struct{}{} }
	if err := m.Start(t.Context(), network.Handlers{Receive: receive}); err != nil {
		t.Fatalf("start without a handler for changes: %v", err)
	}
	t.Cleanup(func() { b.closes(t, "a mesh without a handler for changes", m) })
	other.SetPeers([]network.Peer{{ID: chain.NodeID{2}, Transport: channel.Self()}})
	m.SetPeers(records(other))
	other.reach("the nodes are connected", func() bool { return other.connected(1) })
	if err := other.Send(chain.NodeID{2}, network.Bulk, []byte("x")); err != nil {
		t.Fatalf("send: %v", err)
	}
	select {
	case <-arrived:
	case <-time.After(b.Patience):
		t.Errorf("a message has not arrived after %s", b.Patience)
	}
}

func (b bench) handlersMayCall(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	returned := make(chan struct{})
	to.mutex.Lock()
	to.act = func(d delivery) {
		_ = to.Status()
		_ = to.Send(d.from, d.class, []byte("answer"))
		to.SetPeers(nil)
		close(returned)
	}
	to.mutex.Unlock()
	from.tell(to, network.Sync, "cut me")
	select {
	case <-returned:
	case <-time.After(b.Patience):
		t.Fatalf("a handler that calls the mesh has not returned after %s", b.Patience)
	}
	from.reach("the peer is cut", func() bool { return !from.about(to).Classes[network.Sync].Connected })
}

func (b bench) closeReturns(t conformance.T) {
	unstarted, err := b.Mesh.New(network.Options{Self: chain.NodeID{9}, Identity: identity, Channel: b.open(t, b.secret(t)), Limits: limits()})
	if err != nil {
		t.Fatalf("make a mesh: %v", err)
	}
	b.closes(t, "a mesh that has not started", unstarted)
	nodes := b.group(t, 2)
	for range 200 {
		_ = nodes[0].Send(nodes[1].record.ID, network.Bulk, make([]byte, 10_000))
		_ = nodes[1].Send(nodes[0].record.ID, network.Bulk, make([]byte, 10_000))
	}
	b.closes(t, "a mesh at work", nodes[0])
	b.closes(t, "a closed mesh", nodes[0])
}

func (b bench) closes(t conformance.T, what string, m network.Mesh) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		if err := m.Close(); err != nil {
			t.Errorf("close of %s: %v", what, err)
		}
	}()
	select {
	case <-closed:
	case <-time.After(b.Patience):
		t.Fatalf("Close of %s has not returned after %s", what, b.Patience)
	}
}

func (b bench) closeWaitsForHandlers(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	to.block(func(delivery) bool { return true })
	from.tell(to, network.Bulk, "taken slowly")
	to.reach("a handler is under way", func() bool { return to.count() == 1 })
	closed := make(chan int, 1)
	go func() {
		_ = to.Close()
		to.mutex.Lock()
		defer to.mutex.Unlock()
		closed <- to.inside
	}()
	from.reach("the peer sees the end", func() bool { return !from.about(to).Classes[network.Bulk].Connected })
	to.letGo()
	select {
	case inside := <-closed:
		if inside != 0 {
			t.Errorf("%d handlers are under way when Close returns", inside)
		}
	case <-time.After(b.Patience):
		t.Errorf("Close has not returned %s after the last handler", b.Patience)
	}
}

func (b bench) silentAfterClose(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	for n := range 2000 {
		_ = from.Send(to.record.ID, network.Bulk, []byte(numbered(n%50)))
	}
	to.reach("messages arrive", func() bool { return to.count() > 20 })
	b.closes(t, "a mesh that receives", to)
	to.mutex.Lock()
	to.over = true
	to.mutex.Unlock()
	from.reach("the peer sees the end", func() bool {
		_ = from.Send(to.record.ID, network.Sync, []byte("late"))
		s := from.about(to)
		return !s.Classes[network.Bulk].Connected && !s.Classes[network.Sync].Connected
	})
	to.mutex.Lock()
	defer to.mutex.Unlock()
	if to.late != 0 {
		t.Errorf("%d handlers were called after Close", to.late)
	}
}
