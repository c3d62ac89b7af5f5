package network

import (
	"errors"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) pressureRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "slow-class-is-alone", Statement: "A class whose messages are not taken delays no other class of the same peer.", Check: b.slowClassIsAlone},
		{Name: "slow-peer-is-alone", Statement: "A peer whose messages are not taken delays no other peer.", Check: b.slowPeerIsAlone},
		{Name: "send-never-waits", Statement: "Send returns at once: while nothing is taken, it says ErrCongested.", Check: b.sendNeverWaits},
		{Name: "accepted-is-kept", Statement: "What Send has accepted arrives once the receiver goes on, although other messages were dropped.", Check: b.acceptedIsKept},
		{Name: "consensus-congestion-cuts", Statement: "Congestion of the Consensus class cuts the connection, and a new one is made.", Check: b.consensusCongestionCuts},
		{Name: "held-bytes-are-bounded", Statement: "What both ends hold of a class that is not taken is bounded by QueueBytes and Window.", Check: b.heldBytesAreBounded},
		{Name: "small-messages-are-bounded", Statement: "Small messages that are not taken are bounded too, by QueueCount at least at the sender.", Check: b.smallMessagesAreBounded},
		{Name: "oversize-refused", Statement: "Send refuses a message beyond Limits.Message with ErrTooLarge, and takes one of just that size.", Check: b.oversizeRefused},
		{Name: "oversize-not-delivered", Statement: "A message beyond the receiver's Limits.Message is never delivered, whatever the sender's limits.", Check: b.oversizeNotDelivered},
	}
}

func (b bench) slowClassIsAlone(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	for slow := range network.Classes {
		to.block(func(d delivery) bool { return d.class == slow })
		if slow == network.Consensus {
			from.tell(to, slow, "stuck") // more of it would cut the connection
		} else {
			from.fill(t, to, slow)
		}
		for other := range network.Classes {
			if other != slow {
				from.arrive(to, other, "beside a slow "+slow.String())
			}
		}
		to.letGo()
		from.arrive(to, slow, "after the release")
	}
}

// fill sends until the class is congested.
func (n *node) fill(t conformance.T, to *node, class network.Class) (accepted int) {
	t.Helper()
	message := strings.Repeat("x", 64<<10)
	n.reach("Send says ErrCongested", func() bool {
		for range 100 {
			err := n.sendInTime(to, class, message)
			if errors.Is(err, network.ErrCongested) {
				return true
			}
			if err != nil {
				t.Fatalf("send: %v", err)
			}
			accepted++
		}
		return false
	})
	return accepted
}

// sendInTime fails the rule when Send does not return.
func (n *node) sendInTime(to *node, class network.Class, message string) error {
	n.t.Helper()
	sent := make(chan error, 1)
	go func() { sent <- n.Send(to.record.ID, class, []byte(message)) }()
	select {
	case err := <-sent:
		return err
	case <-time.After(n.bench.Patience):
		n.t.Fatalf("Send has not returned after %s", n.bench.Patience)
		return nil
	}
}

func (b bench) slowPeerIsAlone(t conformance.T) {
	nodes := b.group(t, 3)
	to, slow, quick := nodes[0], nodes[1], nodes[2]
	to.block(func(d delivery) bool { return d.from == slow.record.ID })
	slow.fill(t, to, network.Bulk)
	for class := range network.Classes {
		quick.arrive(to, class, "beside a slow peer")
		to.arrive(quick, class, "beside a slow peer")
	}
}

func (b bench) sendNeverWaits(t conformance.T) {
	nodes := b.group(t, 2)
	nodes[0].block(func(delivery) bool { return true })
	nodes[1].fill(t, nodes[0], network.Bulk)
	if dropped := nodes[1].about(nodes[0]).Classes[network.Bulk].Dropped; dropped == 0 {
		t.Errorf("the status counts no dropped message")
	}
}

func (b bench) acceptedIsKept(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	to.block(func(delivery) bool { return true })
	accepted, refused := 0, 0
	padding := strings.Repeat("x", 32<<10)
	from.reach("Send says ErrCongested", func() bool {
		if err := from.Send(to.record.ID, network.Bulk, []byte(numbered(accepted)+padding)); err == nil {
			accepted++
		} else {
			refused++
		}
		return refused > 10 || accepted > 10_000
	})
	to.letGo()
	to.reach("all accepted messages arrived", func() bool { return to.count() >= accepted })
	for n, d := range to.all()[:accepted] {
		if number(strings.TrimSuffix(d.message, padding)) != n {
			t.Fatalf("message %d is not the one that was accepted", n)
		}
	}
}

func (b bench) consensusCongestionCuts(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	to.block(func(d delivery) bool { return d.class == network.Consensus })
	from.fill(t, to, network.Consensus)
	to.letGo()
	from.reach("the connection is made anew", func() bool {
		return from.about(to).Classes[network.Consensus].Connections >= 2
	})
	from.arrive(to, network.Consensus, "after congestion")
}

func (b bench) heldBytesAreBounded(t conformance.T) {
	nodes := b.group(t, 2)
	nodes[0].block(func(delivery) bool { return true })
	held := nodes[1].fill(t, nodes[0], network.Bulk) * (64 << 10)
	if l := limits(); held > l.QueueBytes+l.Window+l.Message {
		t.Errorf("%d bytes were accepted while nothing was taken; QueueBytes is %d and Window %d", held, l.QueueBytes, l.Window)
	}
}

func (b bench) smallMessagesAreBounded(t conformance.T) {
	const window, queue = 64 << 10, 64
	nodes := b.group(t, 2, func(o *network.Options) {
		o.Limits.Message, o.Limits.Window, o.Limits.QueueCount = 1024, window, queue
	})
	nodes[0].block(func(delivery) bool { return true })
	accepted := 0
	nodes[1].reach("Send says ErrCongested for good", func() bool {
		for accepted <= 2*window {
			if nodes[1].Send(nodes[0].record.ID, network.Bulk, []byte{1}) != nil {
				return nodes[1].about(nodes[0]).Classes[network.Bulk].Queued >= queue
			}
			accepted++
		}
		return true
	})
	if accepted > window {
		t.Errorf("%d messages of one byte were accepted; a window is %d bytes and a queue %d messages", accepted, window, queue)
	}
}

func (b bench) oversizeRefused(t conformance.T) {
	nodes := b.group(t, 2)
	most := limits().Message
	if err := nodes[0].Send(nodes[1].record.ID, network.Sync, make([]byte, most+1)); !errors.Is(err, network.ErrTooLarge) {
		t.Errorf("a message of one byte too many: %v", err)
	}
	nodes[0].tell(nodes[1], network.Sync, strings.Repeat("x", most))
	nodes[1].reach("the largest message arrived", func() bool { return nodes[1].count() == 1 })
	if got := nodes[1].all()[0].message; len(got) != most {
		t.Errorf("%d of %d bytes arrived", len(got), most)
	}
}

func (b bench) oversizeNotDelivered(t conformance.T) {
	small := b.node(t, 1)
	large := b.node(t, 2, func(o *network.Options) {
		o.Limits.Message, o.Limits.Window, o.Limits.QueueBytes = 8<<20, 16<<20, 16<<20
	})
	introduce(small, large)
	large.reach("connected", func() bool { return large.connected(1) && small.connected(1) })
	for range 3 {
		_ = large.Send(small.record.ID, network.Bulk, make([]byte, 2<<20))
	}
	large.arrive(small, network.Bulk, "after large ones")
	for _, d := range small.all() {
		if len(d.message) > limits().Message {
			t.Fatalf("a message of %d bytes was delivered; the limit is %d", len(d.message), limits().Message)
		}
	}
}
