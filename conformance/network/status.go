package network

import (
	"bytes"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) statusRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "status-lists-peers", Statement: "Status has every listed peer as it is listed, in ascending order of id.", Check: b.statusListsPeers},
		{Name: "status-counts", Statement: "Status counts messages and bytes of every class at both ends.", Check: b.statusCounts},
		{Name: "status-says-why", Statement: "Status says why a peer is not connected, and nothing once all its classes are.", Check: b.statusSaysWhy},
		{Name: "round-trip-is-measured", Statement: "Status has the time of a round trip soon after a connection is made.", Check: b.roundTripIsMeasured},
	}
}

func (b bench) statusListsPeers(t conformance.T) {
	n := b.node(t, 5)
	var list []network.Peer
	for _, id := range []byte{9, 1, 200, 4} {
		other := b.node(t, id)
		list = append(list, other.record)
	}
	n.SetPeers(list)
	status := n.Status()
	if len(status) != len(list) {
		t.Fatalf("%d peers were listed, the status has %d", len(list), len(status))
	}
	for i, s := range status {
		if i > 0 && bytes.Compare(status[i-1].ID[:], s.ID[:]) >= 0 {
			t.Errorf("the status has %s behind %s", s.ID, status[i-1].ID)
		}
		found := false
		for _, p := range list {
			found = found || p == s.Peer
		}
		if !found {
			t.Errorf("the status has the peer %+v, which was not listed so", s.Peer)
		}
	}
}

func (b bench) statusCounts(t conformance.T) {
	nodes := b.group(t, 2)
	for class := range network.Classes {
		for range int(class) + 2 {
			nodes[0].tell(nodes[1], class, "12345")
		}
	}
	for class := range network.Classes {
		want := uint64(class) + 2
		nodes[0].reach("both ends have counted", func() bool {
			sent, received := nodes[0].about(nodes[1]).Classes[class], nodes[1].about(nodes[0]).Classes[class]
			return sent.MessagesSent == want && received.MessagesReceived == want && sent.BytesSent >= 5*want && received.BytesReceived >= 5*want
		})
	}
}

func (b bench) statusSaysWhy(t conformance.T) {
	n, gone := b.node(t, 1), b.node(t, 2)
	gone.stop()
	n.SetPeers(records(gone))
	n.reach("the status says why a peer cannot be reached", func() bool {
		s := n.about(gone)
		return !s.Connected() && s.Failure != "" && len(n.tap.attempts()) > 0
	})
	again := b.nodeWith(t, 2, gone.secret)
	introduce(n, again)
	n.reach("the peer is connected and the status says nothing more", func() bool {
		s := n.about(again)
		return s.Connected() && s.Failure == ""
	})
}

func (b bench) roundTripIsMeasured(t conformance.T) {
	nodes := b.group(t, 2)
	for i, n := range nodes {
		n.reach("a round trip is measured", func() bool { return n.about(nodes[1-i]).RoundTrip > 0 })
	}
}
