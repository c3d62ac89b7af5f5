package node

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// SetPeers replaces the nodes that this one knows, and those that it does not talk
// to.
func (c *Chain) SetPeers(peers []network.Peer, cut []chain.NodeID) error {
	if c.link == nil {
		return errors.New("node: this chain has no network")
	}
	c.link.know(peers, cut)
	return c.link.setPeers()
}

// Peers describes the connections to other nodes; nil without a network.
func (c *Chain) Peers() []network.PeerStatus {
	if c.link == nil {
		return nil
	}
	return c.link.mesh.Status()
}

func (l *link) know(peers []network.Peer, cut []chain.NodeID) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.book, l.cut = make(map[chain.NodeID]network.Peer, len(peers)), make(map[chain.NodeID]bool, len(cut))
	for _, peer := range peers {
		l.book[peer.ID] = peer
	}
	for _, id := range cut {
		l.cut[id] = true
	}
}

// setPeers tells the mesh whom the chain's state and this node's book name. The mesh waits
// for those that it cuts to hear why; the handlers of all others must not wait with it, so
// that the link's mutex is not held meanwhile.
func (l *link) setPeers() error {
	l.listing.Lock()
	defer l.listing.Unlock()
	ruling, err := l.Ruling(l.Tip().Header.Height + 1)
	if err != nil {
		return err
	}
	l.mesh.SetPeers(l.listPeers(ruling.Validators))
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.certificates.Forget(ruling.Validators) // now that nothing comes any more of who was cut
	return nil
}

// listPeers lists the validators of a set and the observers in the book.
func (l *link) listPeers(set *chain.ValidatorSet) (peers []network.Peer) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for i := range set.Members {
		member := &set.Members[i]
		if member.ID != l.options.Self && !l.cut[member.ID] {
			peers = append(peers, network.Peer{ID: member.ID, Transport: member.Transport, Address: l.book[member.ID].Address})
		}
	}
	for id, peer := range l.book {
		if _, validator := set.Member(id); !validator && !l.cut[id] && id != l.options.Self && !peer.Transport.IsZero() {
			peers = append(peers, peer)
		}
	}
	return peers
}
