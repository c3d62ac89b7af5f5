package network

import (
	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func (b bench) identityRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "foreign-chain-refused", Statement: "Nodes of different chains never connect, and both see why.", Check: b.foreignChainRefused},
		{Name: "foreign-identity-refused", Statement: "A node that proves another transport identity than the listed one never connects, whoever dials, and both see why.", Check: b.foreignIdentityRefused},
		{Name: "stranger-refused", Statement: "A node that is not listed never connects, and sees why.", Check: b.strangerRefused},
		{Name: "borrowed-id-refused", Statement: "A listed node cannot speak under the id of another.", Check: b.borrowedIDRefused},
	}
}

// apart checks that two nodes try and do not connect: they refuse each other in words,
// and nothing is delivered by either.
func (b bench) apart(t conformance.T, who ...*node) {
	t.Helper()
	for _, n := range who {
		n.reach("the status says why there is no connection", func() bool {
			return len(n.history()) > 0 || triedThrice(who) && n.explained()
		})
	}
	for _, n := range who {
		if len(n.history()) != 0 || n.count() != 0 {
			t.Errorf("node %d has connected: %v, and received %d messages", n.record.ID[0], n.history(), n.count())
		}
	}
}

// triedThrice reports whether one of the nodes has dialled so often that the first
// refusals are over.
func triedThrice(who []*node) bool {
	for _, n := range who {
		if len(n.tap.attempts()) >= 3*int(network.Classes) {
			return true
		}
	}
	return false
}

// explained reports whether a node's status has a failure for every peer.
func (n *node) explained() bool {
	for _, s := range n.Status() {
		if s.Failure == "" {
			return false
		}
	}
	return true
}

func (b bench) foreignChainRefused(t conformance.T) {
	home := b.node(t, 1)
	foreign := b.node(t, 2, func(o *network.Options) { o.Identity = chain.Hash{0xc0, 0x17, 2} })
	introduce(home, foreign)
	b.apart(t, home, foreign)
}

func (b bench) foreignIdentityRefused(t conformance.T) {
	for _, dials := range []string{"the one that lists", "the impostor"} {
		a, impostor := b.node(t, 1), b.node(t, 2)
		listed, own := impostor.record, a.record
		listed.Transport = b.open(t, b.secret(t)).Self()
		if dials == "the impostor" {
			listed.Address = ""
		} else {
			own.Address = ""
		}
		a.SetPeers([]network.Peer{listed})
		impostor.SetPeers([]network.Peer{own})
		b.apart(t, a, impostor)
	}
}

func (b bench) strangerRefused(t conformance.T) {
	nodes := b.group(t, 2)
	stranger := b.node(t, 3)
	stranger.SetPeers(records(nodes[0]))
	b.apart(t, stranger)
	for _, c := range nodes[0].history() {
		if c.peer == stranger.record.ID {
			t.Fatalf("a node that is not listed has connected")
		}
	}
}

func (b bench) borrowedIDRefused(t conformance.T) {
	a, victim := b.node(t, 1), b.node(t, 2)
	thief := b.node(t, 2) // calls itself like the victim
	listed := thief.record
	listed.ID = chain.NodeID{3} // and is listed as another
	listed.Address, victim.record.Address = "", ""
	a.SetPeers([]network.Peer{victim.record, listed})
	thief.SetPeers(records(a))
	b.apart(t, thief)
	if len(a.history()) != 0 {
		t.Errorf("a node has connected under the id of another: %v", a.history())
	}
}
