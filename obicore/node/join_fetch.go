package node

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

// fetching drives a joiner: it connects to the peers, and writes what they send.
type fetching struct {
	*joining
	mesh     network.Mesh
	joiner   *statesync.Joiner
	download *snapshot.Download // of the chosen offer; nil without
	checked  bool               // its headers
	told     time.Time          // when progress was last told
	ended    chan struct{}

	arrivals chan arrival
	changed  chan struct{} // has a value when changes has some
	mutex    sync.Mutex
	changes  []change
}

// arrival is a message of a peer.
type arrival struct {
	from    chain.NodeID
	message []byte
}

// change is a connection that has come or gone.
type change struct {
	peer      chain.NodeID
	connected bool
}

// progressEvery is how often the log tells how far a download has come.
const progressEvery = 10 * time.Second

// folderOf is where the download of a height lies.
func (j *joining) folderOf(height uint64) string {
	return snapshot.FolderOf(j.folder(), height)
}

// begun returns the height of which an earlier life has fetched something, 0 for none.
func (j *joining) begun() (height uint64, err error) {
	heights, err := snapshot.HeightsIn(j.folder())
	return slices.Max(append(heights, 0)), err
}

func newFetching(j *joining, begun uint64) *fetching {
	f := &fetching{
		joining: j, mesh: j.options.Join.Mesh, ended: make(chan struct{}),
		arrivals: make(chan arrival), changed: make(chan struct{}, 1),
	}
	peers := f.peers()
	f.mesh.SetPeers(peers)
	f.joiner = statesync.New(statesync.DefaultLimits(), len(peers), begun, f.options.Clock.Now())
	return f
}

// peers are the nodes that this one knows. No state says yet who the validators are and
// which transport identities they have: the configuration does, or else genesis.
func (f *fetching) peers() (peers []network.Peer) {
	cut := make(map[chain.NodeID]bool)
	for _, id := range append(f.options.Network.Cut, f.options.Self) {
		cut[id] = true
	}
	members := make(map[chain.NodeID]chain.Hash)
	for i := range f.genesis.Validators {
		members[f.genesis.Validators[i].ID] = f.genesis.Validators[i].Transport
	}
	for _, peer := range f.options.Network.Peers {
		if peer.Transport.IsZero() {
			peer.Transport = members[peer.ID]
		}
		if !cut[peer.ID] && !peer.Transport.IsZero() {
			peers, cut[peer.ID] = append(peers, peer), true
		}
	}
	return peers
}

func (f *fetching) start(ctx context.Context) error {
	f.log.Info("this node has no ledger: it asks its peers for snapshots")
	f.tell("it has no ledger and asks its peers for snapshots")
	return f.mesh.Start(ctx, network.Handlers{Receive: f.receive, Changed: f.connectionChanged})
}

// stop ends the connections, and whoever waits to deliver.
func (f *fetching) stop() {
	close(f.ended)
	if err := f.mesh.Close(); err != nil {
		f.log.Debug("closing the mesh of joining", "reason", err)
	}
	f.drop()
}

// drop closes the files of a download, which stay.
func (f *fetching) drop() {
	if f.download == nil {
		return
	}
	if err := f.download.Close(); err != nil {
		f.log.Debug("closing a download", "reason", err)
	}
	f.download, f.checked = nil, false
}

// receive hands a message over when its turn comes: a peer that sends faster than this
// node writes gets no credit meanwhile.
func (f *fetching) receive(from chain.NodeID, class network.Class, message []byte) {
	if class != network.Sync {
		return
	}
	select {
	case f.arrivals <- arrival{from, message}:
	case <-f.ended:
	}
}

func (f *fetching) connectionChanged(peer chain.NodeID, class network.Class, connected bool) {
	if class != network.Sync {
		return
	}
	f.mutex.Lock()
	f.changes = append(f.changes, change{peer, connected})
	f.mutex.Unlock()
	wake(f.changed)
}

// run goes on until a snapshot is restored or none is left to try.
func (f *fetching) run(ctx context.Context) (joined bool, err error) {
	for {
		if joined, over, err := f.advance(ctx); over || err != nil {
			return joined, err
		}
		effects, at := f.joiner.Step(f.options.Clock.Now())
		for _, e := range effects {
			if err := f.mesh.Send(e.Peer, network.Sync, e.Message.Encode()); err != nil {
				f.log.Debug("message dropped", "to", e.Peer, "reason", err)
			}
		}
		if stage := f.joiner.Stage(); stage == statesync.Chosen || stage == statesync.Over {
			continue
		}
		if err := f.await(ctx, at); err != nil {
			return false, err
		}
	}
}

// await takes the next event.
func (f *fetching) await(ctx context.Context, at time.Time) error {
	due, release := f.timer(at)
	defer release()
	select {
	case <-due:
	case <-f.changed:
		f.mutex.Lock()
		changes := f.changes
		f.changes = nil
		f.mutex.Unlock()
		for _, c := range changes {
			if c.connected {
				f.joiner.Connected(c.peer)
			} else {
				f.joiner.Gone(c.peer)
			}
		}
	case a := <-f.arrivals:
		return f.take(ctx, a)
	case <-ctx.Done():
		return f.refusal(ctx, ctx.Err())
	}
	return nil
}

// advance does what the stage asks for; over says that joining has ended.
func (f *fetching) advance(ctx context.Context) (joined, over bool, err error) {
	switch f.joiner.Stage() {
	case statesync.Over:
		return false, true, nil
	case statesync.Chosen:
		return false, false, f.begin(ctx)
	case statesync.State, statesync.Complete:
		return f.finish(ctx)
	}
	return false, false, nil
}

// finish checks the headers before the state is fetched, and restores what is complete.
func (f *fetching) finish(ctx context.Context) (joined, over bool, err error) {
	if !f.checked {
		f.checked = true
		return false, false, f.judge(ctx, f.download.Check(ctx, f.options.Join.Trusted))
	}
	if f.joiner.Stage() == statesync.Complete {
		folder := f.folderOf(f.joiner.Chosen().Height)
		if err := f.download.Finish(); err != nil {
			return false, true, f.refusal(ctx, err)
		}
		f.download, f.checked = nil, false
		joined, err := f.restore(ctx, folder)
		if !joined && err == nil {
			f.joiner.Refuse(true, f.options.Clock.Now())
		}
		return joined, joined, err
	}
	return false, false, nil
}

// begin goes on with what is here of the chosen offer, and removes what is of others.
func (f *fetching) begin(ctx context.Context) error {
	f.drop()
	manifest := f.joiner.Chosen()
	if begun, err := f.begun(); err != nil || begun != 0 && begun != manifest.Height {
		if err := errors.Join(err, os.RemoveAll(f.folder())); err != nil {
			return err
		}
	}
	var err error
	if f.download, err = snapshot.Resume(f.rules, manifest, f.folderOf(manifest.Height)); err != nil {
		return f.judge(ctx, err)
	}
	f.joiner.Begin(f.download.Holds)
	f.told = f.options.Clock.Now()
	f.log.Info("a snapshot is being fetched", "height", manifest.Height, "bytes", manifest.Bytes(), "parts", manifest.Parts())
	return nil
}

// judge refuses the chosen offer for an error, unless that is this machine's.
func (f *fetching) judge(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if err := f.refusal(ctx, err); err != nil {
		return err
	}
	f.drop()
	f.joiner.Refuse(errors.Is(err, snapshot.ErrFault), f.options.Clock.Now())
	return os.RemoveAll(f.folder())
}

// take takes a message.
func (f *fetching) take(ctx context.Context, a arrival) error {
	m, err := statesync.Decode(a.message)
	if err != nil {
		return nil // of another protocol, or of nobody's
	}
	switch m := m.(type) {
	case *statesync.Offers:
		f.takeOffers(a.from, m)
	case *statesync.Answer:
		if f.joiner.Expects(a.from, m.Request) {
			return f.takePart(ctx, a.from, m)
		}
	}
	return nil
}

func (f *fetching) takeOffers(from chain.NodeID, m *statesync.Offers) {
	if !f.joiner.ExpectsOffers(from) {
		return
	}
	limits := statesync.DefaultLimits()
	var offers []statesync.Offer
	for _, encoded := range m.Manifests {
		manifest, err := snapshot.DecodeManifest(encoded)
		if err == nil {
			err = f.rules.Admit(manifest, limits.Parts, limits.Bytes)
		}
		if err != nil {
			f.log.Warn("a peer offers a snapshot that does not fit", "peer", from, "reason", err)
			continue
		}
		offers = append(offers, statesync.Offer{Hash: f.suite.Sum(encoded), Manifest: manifest})
	}
	f.joiner.Offered(from, offers)
}

func (f *fetching) takePart(ctx context.Context, from chain.NodeID, m *statesync.Answer) error {
	verdict, now := statesync.Good, f.options.Clock.Now()
	if len(m.Content) == 0 {
		verdict = statesync.Declined
	} else if err := f.download.Put(m.Place, m.Content); errors.Is(err, snapshot.ErrPart) {
		verdict = statesync.False
		f.log.Warn("a peer sends what is not of its snapshot", "peer", from, "reason", err)
	} else if err != nil {
		return f.judge(ctx, err)
	}
	f.joiner.Answered(from, m.Place, verdict, now)
	if held, all := f.joiner.Held(); all > 0 {
		f.tell("it fetches a snapshot and holds %d of %d parts", held, all)
	}
	if now.Sub(f.told) >= progressEvery {
		f.told = now
		held, all := f.joiner.Held()
		f.log.Info("the snapshot is being fetched", "held", held, "of", all)
	}
	return nil
}
