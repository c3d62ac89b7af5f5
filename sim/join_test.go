package sim_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
	"github.com/credibleledger/credibleledger/sim"
)

// every is the distance of the snapshots that nodes of these tests take.
const every = 8

// loaded makes four validators that have run, and a node that joins them.
func loaded(t *testing.T, prepare func(c *sim.Cluster)) (c *sim.Cluster, joiner *sim.Node, paid uint64) {
	t.Helper()
	s := settings("standard")
	s.Observers, s.Snapshots = 1, node.Snapshots{Interval: every, Keep: 2}
	c = sim.New(t, s)
	if prepare != nil {
		prepare(c)
	}
	for _, n := range c.Nodes[:4] {
		n.Start()
	}
	joiner = c.Nodes[4]
	joiner.Join = true
	for c.Nodes[0].Chain.Head().Header.Height < 3*every {
		paid += pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == paid })
	}
	return c, joiner, paid
}

// joins starts a node and compares it with the others while they go on.
func joins(t *testing.T, c *sim.Cluster, joiner *sim.Node, paid uint64) {
	t.Helper()
	paid += pay(t, c, 3) // under way while it joins
	joiner.Start()
	paid += pay(t, c, 3) // now it takes transactions itself
	c.Settle(time.Minute, func() bool { return balanceOf(t, joiner, recipient) == paid })
	status := joiner.Chain.Ledger().Status()
	if status.OldestBody == 0 || status.OldestBody%every != 0 || status.OldestState != status.OldestBody {
		t.Fatalf("it has fetched blocks instead: %+v", status)
	}
	if _, err := os.Stat(filepath.Join(joiner.Directory(), "data", "joining")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the download is still there: %v", err)
	}
	if err := joiner.Chain.Replay(t.Context(), func(float64) {}); err != nil {
		t.Fatal(err)
	}
}

func TestANodeJoinsALoadedNetworkByASnapshotAndGoesOnLikeTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, joiner, paid := loaded(t, nil)
		joins(t, c, joiner, paid)
		for _, n := range c.Nodes {
			folders, err := os.ReadDir(filepath.Join(n.Directory(), "data", "snapshots"))
			if err != nil || len(folders) < 1 || len(folders) > 2 {
				t.Errorf("%s keeps %d snapshots: %v", n.Name, len(folders), err)
			}
		}
		joiner.Stop()
		joiner.Start() // there is a ledger now
		c.Settle(time.Minute, func() bool { return true })
	})
}

// forged is what a peer lies: it offers a snapshot from far ahead beside the true one, and
// alters the last byte of every part.
func forged(t *testing.T) sim.Lie {
	return func(_ chain.NodeID, class network.Class, message []byte) []byte {
		m, err := statesync.Decode(message)
		if class != network.Sync || err != nil {
			return message
		}
		switch m := m.(type) {
		case *statesync.Offers:
			if len(m.Manifests) == 0 {
				return message
			}
			manifest, err := snapshot.DecodeManifest(m.Manifests[0])
			if err != nil {
				t.Error(err)
				return nil
			}
			manifest.Height += 1000 * every
			return (&statesync.Offers{Manifests: append([][]byte{manifest.Encode()}, m.Manifests...)}).Encode()
		case *statesync.Answer:
			if content := bytes.Clone(m.Content); len(content) > 0 {
				content[len(content)-1] ^= 1
				return (&statesync.Answer{Request: m.Request, Content: content}).Encode()
			}
		}
		return message
	}
}

func TestAPeerThatForgesSnapshotsDoesNotKeepANodeFromJoining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, joiner, paid := loaded(t, func(c *sim.Cluster) { c.Nodes[3].Lie = forged(t) })
		joins(t, c, joiner, paid)
	})
}

func TestANodeBelievesNoManifestThatOnlyChangesTheHeight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, joiner, paid := loaded(t, func(c *sim.Cluster) {
			c.Nodes[1].Snapshots, c.Nodes[2].Snapshots = node.Snapshots{}, node.Snapshots{}
			c.Nodes[3].Lie = func(to chain.NodeID, class network.Class, message []byte) []byte {
				if m, err := statesync.Decode(message); err == nil {
					if _, offers := m.(*statesync.Offers); !offers {
						return message // it has what it gives: the manifest alone is false
					}
				}
				return forged(t)(to, class, message)
			}
		})
		joins(t, c, joiner, paid)
	})
}

func TestANodeBeginsAtGenesisWhenNobodyOffersASnapshotThatHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, joiner, paid := loaded(t, func(c *sim.Cluster) {
			for _, n := range c.Nodes[:3] {
				n.Snapshots = node.Snapshots{}
			}
			c.Nodes[3].Lie = forged(t)
		})
		joiner.Start()
		c.Settle(time.Minute, func() bool { return balanceOf(t, joiner, recipient) == paid })
		if status := joiner.Chain.Ledger().Status(); status.OldestBody != 0 {
			t.Fatalf("%+v", status)
		}
	})
}

func TestANodeJoinsByAHeaderThatItTrustsAndByNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, joiner, paid := loaded(t, nil)
		for _, right := range []bool{false, true} {
			header, err := c.Nodes[0].Chain.Ledger().Header(16)
			if err != nil {
				t.Fatal(err)
			}
			joiner.Trusted = &snapshot.Checkpoint{Height: 16, Hash: header.Hash(c.Nodes[0].Chain.Suite())}
			if !right {
				joiner.Trusted.Hash[0] ^= 1
			}
			if right {
				joins(t, c, joiner, paid)
				continue
			}
			joiner.Start()
			c.Settle(time.Minute, func() bool { return balanceOf(t, joiner, recipient) == paid })
			if status := joiner.Chain.Ledger().Status(); status.OldestBody != 0 {
				t.Fatalf("it trusts another header: %+v", status)
			}
			joiner.Stop()
			if err := os.RemoveAll(joiner.Directory()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// answers counts what nodes give, and holds parts of the state back while it is told to.
type answers struct {
	mutex sync.Mutex
	given map[snapshot.Place]int
	hold  bool
	held  chan struct{} // closed when a part of the state is held back
	once  sync.Once
}

func (a *answers) lie(_ chain.NodeID, _ network.Class, message []byte) []byte {
	m, err := statesync.Decode(message)
	answer, is := m.(*statesync.Answer)
	if err != nil || !is {
		return message
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.hold && answer.Place.OfState() {
		a.once.Do(func() { close(a.held) })
		return nil
	}
	a.given[answer.Place]++
	return message
}

func TestADownloadThatIsInterruptedGoesOnWithWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &answers{given: map[snapshot.Place]int{}, hold: true, held: make(chan struct{})}
		c, joiner, paid := loaded(t, func(c *sim.Cluster) {
			for _, n := range c.Nodes[:4] {
				n.Lie = a.lie
			}
		})
		ctx, interrupt := context.WithCancel(t.Context())
		go func() { <-a.held; interrupt() }()
		if err := joiner.StartWithin(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		a.mutex.Lock()
		a.hold = false
		a.mutex.Unlock()
		joins(t, c, joiner, paid)
		if len(a.given) < 6 {
			t.Errorf("only %d places were given", len(a.given))
		}
		for place, count := range a.given {
			if count > 1 {
				t.Errorf("%+v was given %d times", place, count)
			}
		}
	})
}
