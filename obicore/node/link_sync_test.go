package node_test

import (
	"context"
	"crypto/rand"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
)

// stage is the mesh of one node whose peers do what the test says.
type stage struct {
	ids      []chain.NodeID
	handlers network.Handlers
	answer   func(to chain.NodeID, message any) (reply []byte) // to what block sync asks; nil for silence
	listed   func(peers []network.Peer)                        // is called in SetPeers, when it is there
	at       sync.WaitGroup
}

func (s *stage) Start(_ context.Context, handlers network.Handlers) error {
	s.handlers = handlers
	for _, id := range s.ids {
		handlers.Changed(id, network.Sync, true)
		handlers.Receive(id, network.Sync, s.answer(id, &blocksync.Request{})) // as peers do that connect
	}
	return nil
}

func (s *stage) Close() error {
	s.at.Wait()
	return nil
}

func (s *stage) Address() string { return "" }

func (s *stage) SetPeers(peers []network.Peer) {
	if s.listed != nil {
		s.listed(peers)
	}
}

func (s *stage) Status() (list []network.PeerStatus) {
	for _, id := range s.ids {
		list = append(list, network.PeerStatus{Peer: network.Peer{ID: id}})
	}
	return list
}

func (s *stage) Send(to chain.NodeID, class network.Class, message []byte) error {
	if m, err := blocksync.Decode(message); err == nil && class == network.Sync {
		if reply := s.answer(to, m); reply != nil {
			s.at.Go(func() { s.handlers.Receive(to, network.Sync, reply) })
		}
	}
	return nil
}

// listener is an engine that decides nothing and keeps what it is told.
type listener struct {
	voter
	synced []uint64
}

func (m *listener) New(consensus.Options) (consensus.Engine, error) { return m, nil }
func (m *listener) SyncedTo(_ context.Context, tip consensus.Decision) error {
	m.synced = append(m.synced, tip.Proposal.Height)
	return nil
}

// staged is a node among peers that the test plays: it is one of some validators, the
// other peers are observers.
type staged struct {
	*fixture
	engine     *listener
	mesh       *stage
	validators []chain.NodeID // without itself
	observers  []chain.NodeID
}

func newStaged(t *testing.T, validators, observers int) *staged {
	t.Helper()
	s := &staged{engine: &listener{}, mesh: &stage{}}
	s.fixture = newFixture(t, "standard", func(g *chain.Genesis) { g.Time = uint64(time.Now().UnixMilli()) }) // of the test's own clock
	suite := mustSuite(t, s.fixture)
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	members := &s.options.Genesis.Validators
	for i := range validators - 1 {
		signer, err := scheme.Generate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		other := (*members)[0]
		other.ConsensusKey.Key, other.Transport = signer.Public().Bytes, chain.Hash{1, byte(i)}
		other.ID = suite.Sum(other.ConsensusKey.Key)
		*members, s.validators = append(*members, other), append(s.validators, other.ID)
	}
	slices.SortFunc(*members, func(a, b chain.GenesisMember) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for i := range observers {
		s.observers = append(s.observers, chain.NodeID{0xee, byte(i)})
	}
	s.mesh.ids = slices.Concat(s.validators, s.observers)
	return s
}

// start opens the node among its peers.
func (s *staged) start() *node.Chain {
	s.t.Helper()
	s.options.Network = &node.Network{Mesh: s.mesh}
	return s.openRecording(s.engine)
}

// openRecording opens the node with an engine and records of its own.
func (s *staged) openRecording(engine consensus.Module) *node.Chain {
	s.t.Helper()
	logs := s.t.TempDir()
	votes, err := journal.Open(filepath.Join(logs, "votes.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	if s.options.Votes, err = node.NewGuard(votes); err != nil {
		s.t.Fatal(err)
	}
	if s.options.Bodies, err = journal.Open(filepath.Join(logs, "bodies.log")); err != nil {
		s.t.Fatal(err)
	}
	s.registry.Consensus[solo.Name] = engine
	c, err := node.Open(s.t.Context(), s.registry, s.options)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			s.t.Error(err)
		}
	})
	patience, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err := c.Start(patience); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// blocks are the first of the chain that the node is to follow, as they travel.
func (s *staged) blocks(count int) (list []blocksync.Block) {
	s.t.Helper()
	engine := &voter{}
	alone := s.openRecording(engine)
	decided := engine.tip
	for range count {
		proposal, err := engine.host.Propose(s.t.Context(), decided, nil, true)
		if err != nil {
			s.t.Fatal(err)
		}
		decided = consensus.Decision{Proposal: proposal}
		if _, err := engine.host.Commit(s.t.Context(), decided); err != nil {
			s.t.Fatal(err)
		}
		list = append(list, *blockOf(s.t, alone, proposal.Height))
		time.Sleep(time.Second)
	}
	return list
}

func says(height uint64) []byte { return (&blocksync.Status{Height: height}).Encode() }

func TestAValidatorStartsWhateverHeightObserversAndToleratedLiarsClaim(t *testing.T) {
	for name, world := range map[string]struct{ validators, observers, liars int }{
		"alone, one observer":              {1, 1, 0},
		"of three, one observer":           {3, 1, 0},
		"of four, two observers":           {4, 2, 0},
		"of four, a validator and another": {4, 1, 1},
		"of seven, two validators, others": {7, 5, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStaged(t, world.validators, world.observers)
				s.mesh.answer = func(to chain.NodeID, _ any) []byte {
					if slices.Contains(s.validators[world.liars:], to) {
						return says(0)
					}
					return says(math.MaxUint64)
				}
				c := s.start() // it ends when the node has caught up
				if !c.Validates() {
					t.Fatal("it takes no part")
				}
				if behind := c.Condition().Behind; behind != 0 && world.validators > 1 {
					t.Errorf("it believes to be %d blocks behind", behind)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if tip, _, err := s.engine.host.Fetch(ctx, 0); err != nil || tip.Proposal.Height != 0 {
					t.Errorf("it catches up to %d: %v", tip.Proposal.Height, err)
				}
			})
		})
	}
}

func TestAnEngineWhoseFetchFailsIsToldOfWhatWasReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStaged(t, 2, 0)
		blocks := s.blocks(2)
		high := uint64(0)
		s.mesh.answer = func(_ chain.NodeID, m any) []byte {
			request, asks := m.(*blocksync.Request)
			switch {
			case !asks:
				return nil
			case request.Blocks == 0:
				return says(high)
			case request.From <= 2:
				return (&blocksync.Answer{From: request.From, Blocks: blocks[request.From-1:][:1]}).Encode()
			}
			return nil // nobody has what it wants
		}
		c := s.start()
		high = 3
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, _, err := s.engine.host.Fetch(ctx, 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		synctest.Wait()
		if tip := c.Tip().Header.Height; tip != 2 || !slices.Equal(s.engine.synced, []uint64{2}) {
			t.Fatalf("the tip is %d, the engine was told of %v", tip, s.engine.synced)
		}
		high = 2
		if tip, _, err := s.engine.host.Fetch(t.Context(), 2); err != nil || tip.Proposal.Height != 2 {
			t.Fatalf("%d, %v", tip.Proposal.Height, err)
		}
		synctest.Wait()
		if len(s.engine.synced) != 1 {
			t.Errorf("the engine is told again: %v", s.engine.synced)
		}
	})
}
