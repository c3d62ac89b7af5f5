package network

import (
	"fmt"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) peerRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "removed-peer-is-cut", Statement: "A peer that SetPeers leaves out is cut before it returns; no handler begins for it afterwards.", Check: b.removedPeerIsCut},
		{Name: "changed-identity-is-cut", Statement: "A peer that SetPeers lists with another transport identity is cut in the same way.", Check: b.changedIdentityIsCut},
		{Name: "kept-peer-stays", Statement: "SetPeers does not touch the connections of peers that stay.", Check: b.keptPeerStays},
		{Name: "listed-again-connects", Statement: "A peer that is listed again connects again.", Check: b.listedAgainConnects},
		{Name: "accepting-alone-connects", Statement: "A peer without an address connects by dialling.", Check: b.acceptingAloneConnects},
	}
}

// cutBy floods a node, changes its list and counts what begins afterwards. A handler that
// was under way is allowed for each class, since it cannot be called back.
func (b bench) cutBy(t conformance.T, change func(a, peer *node)) {
	t.Helper()
	nodes := b.group(t, 2)
	a, peer := nodes[0], nodes[1]
	for n := range 2000 {
		for class := range network.Classes {
			_ = peer.Send(a.record.ID, class, []byte(numbered(n%50)))
		}
	}
	a.reach("messages arrive", func() bool { return a.count() > 20 })
	change(a, peer)
	before := a.count()
	if a.connected(1) {
		t.Errorf("the status has a connection after SetPeers")
	}
	peer.reach("the peer sees the end of all connections", func() bool {
		s := peer.about(a)
		gone := true
		for _, c := range s.Classes {
			gone = gone && !c.Connected
		}
		return gone
	})
	for n := range 3 { // it dials again and is refused
		tries := len(peer.tap.attempts())
		peer.reach(fmt.Sprintf("dial %d after the cut", n), func() bool { return len(peer.tap.attempts()) > tries })
	}
	if began := a.count() - before; began > int(network.Classes) {
		t.Errorf("%d messages were delivered after SetPeers", began)
	}
}

func (b bench) removedPeerIsCut(t conformance.T) {
	b.cutBy(t, func(a, _ *node) { a.SetPeers(nil) })
}

func (b bench) changedIdentityIsCut(t conformance.T) {
	b.cutBy(t, func(a, peer *node) {
		other := peer.record
		other.Transport = b.open(t, b.secret(t)).Self()
		a.SetPeers([]network.Peer{other})
	})
}

func (b bench) keptPeerStays(t conformance.T) {
	nodes := b.group(t, 3)
	a, kept := nodes[0], nodes[1]
	before := a.about(kept)
	a.SetPeers(records(kept))
	a.SetPeers(records(nodes...))
	a.tell(kept, network.Bulk, "still")
	kept.reach("a message arrived", func() bool { return len(kept.received(a, network.Bulk)) == 1 })
	after := a.about(kept)
	for class := range before.Classes {
		if before.Classes[class].Connections != after.Classes[class].Connections {
			t.Errorf("class %s was connected anew", network.Class(class))
		}
	}
}

func (b bench) listedAgainConnects(t conformance.T) {
	nodes := b.group(t, 2)
	a, peer := nodes[0], nodes[1]
	a.SetPeers(nil)
	peer.reach("the peer is cut", func() bool { return !peer.connected(1) })
	a.SetPeers(records(peer))
	peer.arrive(a, network.Consensus, "after the return")
	a.arrive(peer, network.Sync, "after the return")
}

func (b bench) acceptingAloneConnects(t conformance.T) {
	a := b.node(t, 1)
	dialler := b.node(t, 2, func(o *network.Options) { o.Listen = "" })
	dialler.record.Address = ""
	introduce(a, dialler)
	a.reach("connected", func() bool { return a.connected(1) && dialler.connected(1) })
	a.tell(dialler, network.Bulk, "there")
	dialler.tell(a, network.Bulk, "and back")
	a.reach("messages arrived", func() bool { return a.count() == 1 && dialler.count() == 1 })
}
