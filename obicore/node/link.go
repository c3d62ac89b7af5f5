package node

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// Network connects a chain to its other nodes.
type Network struct {
	Mesh network.Mesh // not started; the chain starts and closes it
	// Peers are the nodes that this one knows: for a validator only the address
	// counts, its transport identity is the chain's; any other is an observer, who
	// may follow the chain.
	Peers []network.Peer
	// Cut are nodes that this one does not talk to whatever the chain says: a
	// partition made on purpose.
	Cut []chain.NodeID
}

// link is the chain's side of its mesh: what comes in goes to engine, pool and
// block sync, and what these decide to send goes out.
type link struct {
	*Chain
	mesh network.Mesh

	listing  sync.Mutex // before mutex: the mesh gets lists of peers in the order in which they were made
	mutex    sync.Mutex
	book     map[chain.NodeID]network.Peer
	cut      map[chain.NodeID]bool
	outbox   *dissemination.Outbox
	sync     *blocksync.Synchronizer
	shunned  map[chain.NodeID]time.Time // until when a peer's transactions are not looked at
	fetches  int                        // under way, see fetching
	untold   untold
	heard    map[chain.NodeID]int // answers to the question for heights, by question
	question int
	level    time.Time // since when a node that has joined is as far as the others; zero while it is not
	batches  batches
	ration   *dissemination.Ration // of snapshots
	given    *dissemination.Ration // of blocks

	certificates *dissemination.Certificates
	reached      map[chain.NodeID]bool // whose statements would come: connected for block sync

	news                 chan struct{} // closed and made anew when heard or the tip changes
	wakeSync, wakeOutbox chan struct{}
	wakeCertificates     chan struct{}
	answers              chan answer
	loops                sync.WaitGroup
	stop                 context.CancelFunc
}

type answer struct {
	from   chain.NodeID
	answer *blocksync.Answer
}

func newLink(c *Chain, options *Network) *link {
	limits := dissemination.DefaultLimits()
	if c.options.Checks == ChecksCertified {
		limits.Linger = certifiedLinger
	}
	l := &link{
		Chain: c, mesh: options.Mesh, batches: newBatches(), ration: dissemination.NewRation(snapshotPortion()), given: dissemination.NewRation(blocksPortion()),
		certificates: dissemination.NewCertificates(dissemination.DefaultCertificateLimits()), reached: make(map[chain.NodeID]bool), wakeCertificates: make(chan struct{}, 1),
		outbox: dissemination.New(limits), shunned: make(map[chain.NodeID]time.Time),
		sync: blocksync.New(blocksync.DefaultLimits(), c.Tip().Header.Height), heard: make(map[chain.NodeID]int),
		news: make(chan struct{}), wakeSync: make(chan struct{}, 1), wakeOutbox: make(chan struct{}, 1), answers: make(chan answer, 1),
	}
	l.know(options.Peers, options.Cut)
	return l
}

func (l *link) start(ctx context.Context) error {
	if err := l.setPeers(); err != nil {
		return err
	}
	if err := l.mesh.Start(ctx, network.Handlers{Receive: l.receive, Changed: l.connectionChanged}); err != nil {
		return fmt.Errorf("node: starting the mesh: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	l.loops.Go(func() { l.runSync(running) })
	l.loops.Go(func() { l.runOutbox(running) })
	l.loops.Go(func() { l.runCertificates(running) })
	return nil
}

func (l *link) close() error {
	if l.stop == nil {
		return nil
	}
	l.stop()
	err := l.mesh.Close()
	l.loops.Wait()
	return err
}

// receive takes what the mesh delivers, one goroutine per peer and class.
func (l *link) receive(from chain.NodeID, class network.Class, message []byte) {
	switch class {
	case network.Consensus:
		if engine := l.participation.engine.Load(); engine != nil {
			if err := (*engine).Receive(from, message); err != nil {
				l.log.Debug("consensus message refused", "from", from, "reason", err)
			}
		}
	case network.Bulk:
		select {
		case <-l.closing: // the mesh waits until all that has come is looked at
		default:
			l.receiveTransactions(from, message)
		}
	case network.Sync:
		l.receiveSync(from, message)
	}
}

func (l *link) connectionChanged(peer chain.NodeID, class network.Class, connected bool) {
	if class != network.Sync {
		return
	}
	l.mutex.Lock()
	if l.reached[peer] = connected; !connected {
		delete(l.reached, peer)
	}
	l.mutex.Unlock()
	if connected {
		l.sendStatus(peer)
		return
	}
	l.mutex.Lock()
	l.sync.Gone(peer, l.options.Clock.Now())
	l.mutex.Unlock()
	wake(l.wakeSync)
}

// tell wakes who waits for news; the mutex is held.
func (l *link) tell() {
	close(l.news)
	l.news = make(chan struct{})
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // a wake-up is already waiting
	}
}

// moved is called after every decision: the tip is told to everybody.
func (l *link) moved(ids []chain.Hash) {
	tip := l.Tip()
	l.mutex.Lock()
	l.sync.Tip(tip.Header.Height)
	l.outbox.Done(ids)
	l.batches.shelf.Drop(tip.Hash)
	l.tell()
	l.mutex.Unlock()
	for _, peer := range l.mesh.Status() {
		l.sendStatus(peer.ID)
	}
	wake(l.wakeSync)
}

func (l *link) sendStatus(to chain.NodeID) {
	tip := l.Tip()
	status := blocksync.Status{Height: tip.Header.Height, Hash: tip.Hash}
	l.send(to, network.Sync, status.Encode())
}

// send drops what cannot be sent: every protocol here asks or sends again.
func (l *link) send(to chain.NodeID, class network.Class, message []byte) {
	if err := l.mesh.Send(to, class, message); err != nil {
		l.log.Debug("message dropped", "to", to, "class", class, "reason", err)
	}
}

// timer returns a channel that gets a value when clock reaches at, and what
// releases it; a zero time never comes.
func (c *Chain) timer(at time.Time) (due <-chan struct{}, release func()) {
	if at.IsZero() {
		return nil, func() {}
	}
	fired := make(chan struct{}, 1)
	stop := c.options.Clock.AfterFunc(at.Sub(c.options.Clock.Now()), func() { fired <- struct{}{} })
	return fired, func() { stop() }
}
