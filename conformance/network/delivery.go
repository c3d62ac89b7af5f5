package network

import (
	"fmt"
	"strconv"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) deliveryRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "order-without-gap", Statement: "Messages of one class from one peer arrive in the order of sending, whole, each once and without a gap while the connection lasts.", Check: b.orderWithoutGap},
		{Name: "at-most-once", Statement: "However often connections are lost, no message arrives twice or behind a later one.", Check: b.atMostOnce},
		{Name: "sender-is-named", Statement: "Every message is attributed to the node that sent it and to its class.", Check: b.senderIsNamed},
		{Name: "change-frames-delivery", Statement: "Changed tells of a connection before its first message, and of its loss after its last.", Check: b.changeFramesDelivery},
	}
}

// numbered is message number n of a length that varies with it.
func numbered(n int) string {
	return fmt.Sprintf("%d %0*d", n, n*n*7%20_000, 0)
}

// number is the inverse, or -1.
func number(message string) int {
	for i := range len(message) {
		if message[i] == ' ' {
			n, err := strconv.Atoi(message[:i])
			if err == nil && message == numbered(n) {
				return n
			}
			break
		}
	}
	return -1
}

func (b bench) orderWithoutGap(t conformance.T) {
	const messages = 400
	nodes := b.group(t, 2)
	for n := range messages {
		for class := range network.Classes {
			nodes[0].flow(nodes[1], class, numbered(n))
			nodes[1].flow(nodes[0], class, numbered(n))
		}
	}
	for i, to := range nodes {
		for class := range network.Classes {
			from := nodes[1-i]
			to.reach("all messages arrived", func() bool { return len(to.received(from, class)) >= messages })
			for n, message := range to.received(from, class) {
				if number(message) != n {
					t.Fatalf("class %s: message %d arrived where %d was due", class, number(message), n)
				}
			}
		}
	}
}

// flow sends as fast as the queue takes it, and ahead of congestion waits.
func (n *node) flow(to *node, class network.Class, message string) {
	n.t.Helper()
	n.reach("the queue moves", func() bool { return n.about(to).Classes[class].Queued < 100 })
	n.tell(to, class, message)
}

func (b bench) atMostOnce(t conformance.T) {
	nodes := b.mutual(t)
	from, to := nodes[0], nodes[1]
	next := 0
	for range 8 {
		before := to.count()
		from.reach("messages arrive between losses", func() bool {
			for range 20 {
				_ = from.Send(to.record.ID, network.Bulk, []byte(numbered(next)))
				next++
			}
			return to.count() > before
		})
		from.tap.sever()
	}
	last := -1
	for _, message := range to.received(from, network.Bulk) {
		n := number(message)
		if n <= last {
			t.Fatalf("message %d arrived behind %d", n, last)
		}
		last = n
	}
}

func (b bench) senderIsNamed(t conformance.T) {
	nodes := b.group(t, 3)
	for _, from := range nodes {
		for _, to := range nodes {
			for class := range network.Classes {
				if from != to {
					from.tell(to, class, fmt.Sprintf("%d %s", from.record.ID[0], class))
				}
			}
		}
	}
	for _, to := range nodes {
		to.reach("all messages arrived", func() bool { return to.count() >= 2*int(network.Classes) })
		for _, d := range to.all() {
			if want := fmt.Sprintf("%d %s", d.from[0], d.class); d.message != want {
				t.Errorf("the message %q is attributed as %q", d.message, want)
			}
		}
	}
}

func (b bench) changeFramesDelivery(t conformance.T) {
	nodes := b.group(t, 2)
	to, from := nodes[0], nodes[1]
	from.tell(to, network.Sync, "first")
	to.reach("the message arrived", func() bool { return to.count() == 1 })
	if changes := to.history(); len(changes) == 0 || !changes[0].connected {
		t.Fatalf("a message arrived before Changed told of its connection: %v", changes)
	}
	from.stop()
	to.reach("Changed tells of the loss of every class", func() bool {
		state := make(map[network.Class]bool)
		for _, c := range to.history() {
			if state[c.class] == c.connected {
				t.Fatalf("class %s: Changed tells twice that connected is %t", c.class, c.connected)
			}
			state[c.class] = c.connected
		}
		return !state[network.Consensus] && !state[network.Bulk] && !state[network.Sync]
	})
}
