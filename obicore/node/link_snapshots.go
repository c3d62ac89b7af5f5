package node

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

// snapshotPortion is what one peer may have of this node's snapshots. Who asks for more is
// told to ask again.
func snapshotPortion() dissemination.Portion {
	return dissemination.Portion{Answers: 128, Bytes: 32 << 20, Window: time.Second}
}

// receiveSnapshots takes a message about snapshots; the answer goes out in the goroutine
// of the peer that asks, and waits for nothing but the disk.
func (l *link) receiveSnapshots(from chain.NodeID, m any) {
	switch m := m.(type) {
	case *statesync.Inquiry:
		if l.snapshotBytes(from) > 0 {
			l.sendOffers(from)
		}
	case *statesync.Request:
		l.sendPart(from, m)
	}
}

// snapshotBytes is what a peer may still have, of one answer more.
func (l *link) snapshotBytes(peer chain.NodeID) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.ration.Left(peer, l.options.Clock.Now())
}

func (l *link) answerSnapshots(to chain.NodeID, message []byte) {
	l.mutex.Lock()
	l.ration.Spend(to, len(message))
	l.mutex.Unlock()
	l.send(to, network.Sync, message)
}

// sendOffers tells of the newest snapshots that fit in one message.
func (l *link) sendOffers(to chain.NodeID) {
	offers, size := &statesync.Offers{}, 0
	if s := l.snapshots.Load(); s != nil {
		manifests := s.library.Manifests()
		for i := len(manifests) - 1; i >= 0 && len(offers.Manifests) < statesync.MaxOffers; i-- {
			manifest := manifests[i].Encode()
			if size += len(manifest); size > statesync.MaxOffersBytes {
				break
			}
			offers.Manifests = append(offers.Manifests, manifest)
		}
	}
	l.answerSnapshots(to, offers.Encode())
}

// sendPart gives what stands at a place, or says that this node does not give it now.
func (l *link) sendPart(to chain.NodeID, request *statesync.Request) {
	answer := &statesync.Answer{Request: *request}
	if s := l.snapshots.Load(); s != nil && l.snapshotBytes(to) > 0 {
		var err error
		if answer.Content, err = s.library.Read(request.Height, request.Place); err != nil {
			l.log.Debug("a part of a snapshot is not given", "to", to, "reason", err)
			answer.Content = nil
		}
	}
	l.answerSnapshots(to, answer.Encode())
}
