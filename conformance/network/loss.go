package network

import (
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) lossRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "lost-connection-comes-back", Statement: "A connection that is lost is made again, and carries messages of every class in both directions.", Check: b.lostConnectionComesBack},
		{Name: "pauses-grow", Statement: "The pauses between attempts to reach a peer grow from BackoffMin.", Check: b.pausesGrow},
		{Name: "dead-connection-is-found", Statement: "A connection on which nothing is heard for Limits.Silence is given up.", Check: b.deadConnectionIsFound},
		{Name: "quiet-connection-stays", Statement: "A connection without messages stays beyond Limits.Silence.", Check: b.quietConnectionStays},
		{Name: "restarted-peer-is-let-in", Statement: "A peer that has started anew is connected at once, although its old connections still seem to live.", Check: b.restartedPeerIsLetIn},
		{Name: "one-connection-per-class", Statement: "When both ends dial at the same time, one connection per class is left.", Check: b.oneConnectionPerClass},
	}
}

func (b bench) lostConnectionComesBack(t conformance.T) {
	nodes := b.mutual(t)
	for range 3 {
		before := nodes[0].about(nodes[1]).Classes[network.Sync].Connections
		nodes[0].tap.sever()
		nodes[0].reach("the loss is noticed and repaired", func() bool {
			s := nodes[0].about(nodes[1])
			return s.Connected() && s.Classes[network.Sync].Connections > before
		})
		for class := range network.Classes {
			nodes[0].arrive(nodes[1], class, "after a loss")
			nodes[1].arrive(nodes[0], class, "after a loss")
		}
	}
}

// pausesGrow holds pauses to a least sum: were they all BackoffMin, it would be missed.
func (b bench) pausesGrow(t conformance.T) {
	const least, attempts = 10 * time.Millisecond, 7
	n := b.node(t, 1, func(o *network.Options) { o.Limits.BackoffMin, o.Limits.BackoffMax = least, time.Second })
	gone := b.node(t, 2)
	gone.stop()
	n.SetPeers(records(gone))
	classes := int(network.Classes)
	n.reach("several attempts of every class", func() bool { return len(n.tap.attempts()) >= attempts*classes })
	all := n.tap.attempts()
	// The pauses of one class are 10, 20, 40 … 320 ms, at least half of each.
	if took := all[attempts*classes-1].Sub(all[0]); took < 2*attempts*least {
		t.Errorf("%d attempts took %s; pauses that grow from %s take more than %s", attempts, took, least, 2*attempts*least)
	}
}

func (b bench) deadConnectionIsFound(t conformance.T) {
	nodes := b.group(t, 2, func(o *network.Options) { o.Limits.Silence = 300 * time.Millisecond })
	nodes[1].tap.freeze()
	nodes[0].reach("the silence is noticed", func() bool {
		s := nodes[0].about(nodes[1])
		return !s.Classes[network.Consensus].Connected && !s.Classes[network.Sync].Connected && s.Failure != ""
	})
	nodes[1].tap.thaw()
	nodes[0].arrive(nodes[1], network.Bulk, "after silence")
}

func (b bench) quietConnectionStays(t conformance.T) {
	const silence = 2 * time.Second
	nodes := b.group(t, 2, func(o *network.Options) { o.Limits.Silence = silence })
	start := time.Now()
	nodes[0].reach("one and a half times that are over", func() bool { return time.Since(start) > silence*3/2 })
	for class, s := range nodes[0].about(nodes[1]).Classes {
		if !s.Connected || s.Connections != 1 {
			t.Errorf("class %s was connected %d times without a message or a loss", network.Class(class), s.Connections)
		}
	}
}

func (b bench) restartedPeerIsLetIn(t conformance.T) {
	for _, id := range []byte{1, 3} { // below and above the other's id
		stays, old := b.node(t, 2), b.node(t, id)
		introduce(stays, old)
		stays.reach("connected", func() bool { return stays.connected(1) && old.connected(1) })
		old.tap.freeze() // its machine is gone without a word
		again := b.nodeWith(t, id, old.secret)
		again.SetPeers(records(stays))
		for class := range network.Classes {
			again.arrive(stays, class, "after the restart")
			stays.arrive(again, class, "after the restart")
		}
		stays.stop()
	}
}

// connections counts how often each class of two nodes was connected, at both ends.
func connections(nodes []*node) (counts []uint64) {
	for i, n := range nodes {
		for _, s := range n.about(nodes[1-i]).Classes {
			counts = append(counts, s.Connections)
		}
	}
	return counts
}

func (b bench) oneConnectionPerClass(t conformance.T) {
	nodes := b.mutual(t)
	for range 10 {
		before := connections(nodes)
		nodes[0].tap.sever()
		nodes[1].tap.sever()
		b.reach(t, "every class is connected anew", func() bool {
			now := connections(nodes)
			for i := range now {
				if now[i] <= before[i] {
					return false
				}
			}
			return nodes[0].connected(1) && nodes[1].connected(1)
		})
		for _, n := range nodes {
			n.reach("one stream per class is left", func() bool { return len(n.tap.open()) == int(network.Classes) })
		}
	}
	for class := range network.Classes {
		nodes[0].arrive(nodes[1], class, "over what is left")
		nodes[1].arrive(nodes[0], class, "over what is left")
	}
}
