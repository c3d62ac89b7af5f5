package node_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
)

// voter is an idle engine for several validators that believes every proof.
type voter struct{ idle }

func (m *voter) New(consensus.Options) (consensus.Engine, error) { return m, nil }
func (m *voter) Capabilities() consensus.Capabilities {
	return consensus.Capabilities{Fault: consensus.BFT}
}
func (m *voter) Verifier(consensus.VerifySignature) consensus.ProofVerifier { return believer{} }

type believer struct{}

func (believer) Kind() string { return "" }
func (believer) Verify(chain.Hash, *chain.ValidatorSet, *chain.Header, chain.Hash, chain.Proof) error {
	return nil
}

// wire is one end of a mesh of two nodes; pass says what goes through.
type wire struct {
	self, other chain.NodeID
	far         *wire
	pass        func(class network.Class, message []byte) bool
	inbox       chan func()
	handlers    network.Handlers
	closed      chan struct{}
	done        chan struct{}
}

func (w *wire) Start(_ context.Context, handlers network.Handlers) error {
	w.handlers = handlers
	go func() {
		defer close(w.done)
		for {
			select {
			case deliver := <-w.inbox:
				deliver()
			case <-w.closed:
				return
			}
		}
	}()
	return nil
}

func (w *wire) Close() error {
	close(w.closed)
	<-w.done
	return nil
}

func (w *wire) Address() string         { return "" }
func (w *wire) SetPeers([]network.Peer) {}

func (w *wire) Send(to chain.NodeID, class network.Class, message []byte) error {
	if to != w.other || !w.pass(class, message) {
		return network.ErrNotConnected
	}
	message = slices.Clone(message)
	select {
	case w.far.inbox <- func() { w.far.handlers.Receive(w.self, class, message) }:
	case <-w.far.closed:
	}
	return nil
}

func (w *wire) Status() []network.PeerStatus {
	return []network.PeerStatus{{Peer: network.Peer{ID: w.other}}}
}

// pair is two validators of one chain whose engines do what the test says.
type pair struct {
	*fixture
	nodes   [2]*node.Chain
	engines [2]*voter
	logs    [2]string
	keys    [2]node.Keys
	ids     [2]chain.NodeID
}

func newPair(t *testing.T, pass func(class network.Class, message []byte) bool) *pair {
	t.Helper()
	p := &pair{fixture: newFixture(t, "standard", func(g *chain.Genesis) {
		g.RootDelay, g.Time = 2, uint64(time.Now().UnixMilli()) // of the test's own clock
	})}
	suite := mustSuite(t, p.fixture)
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	p.keys[0], p.ids[0] = p.options.Keys, p.options.Self
	if p.keys[1].Signer, err = scheme.Generate(rand.Reader); err != nil {
		t.Fatal(err)
	}
	p.ids[1] = suite.Sum(p.keys[1].Signer.Public().Bytes)
	members := &p.options.Genesis.Validators
	second := (*members)[0]
	second.ID, second.ConsensusKey.Key, second.Transport = p.ids[1], p.keys[1].Signer.Public().Bytes, chain.Hash{1}
	*members = append(*members, second)
	slices.SortFunc(*members, func(a, b chain.GenesisMember) int { return slices.Compare(a.ID[:], b.ID[:]) })
	var ends [2]*wire
	for i := range ends {
		ends[i] = &wire{
			self: p.ids[i], other: p.ids[1-i], pass: pass, inbox: make(chan func(), 1024), closed: make(chan struct{}), done: make(chan struct{}),
		}
	}
	ends[0].far, ends[1].far = ends[1], ends[0]
	for i := range p.nodes {
		p.logs[i] = t.TempDir()
		p.start(i, &node.Network{Mesh: ends[i]})
	}
	return p
}

// start opens one of the two with its logs.
func (p *pair) start(i int, mesh *node.Network) {
	p.t.Helper()
	p.engines[i] = &voter{}
	p.registry = obicore.Registry()
	p.registry.Consensus[solo.Name] = p.engines[i]
	votes, err := journal.Open(filepath.Join(p.logs[i], "votes.log"))
	if err != nil {
		p.t.Fatal(err)
	}
	if p.options.Votes, err = node.NewGuard(votes); err != nil {
		p.t.Fatal(err)
	}
	if p.options.Bodies, err = journal.Open(filepath.Join(p.logs[i], "bodies.log")); err != nil {
		p.t.Fatal(err)
	}
	p.options.Self, p.options.Keys, p.options.Network = p.ids[i], p.keys[i], mesh
	p.options.Ordering, p.options.WholeUpTo, p.options.Patience = node.Digest, -1, time.Second
	p.nodes[i] = p.open()
}

// propose has the first node propose what only it has been given.
func (p *pair) propose() consensus.Proposal {
	p.t.Helper()
	for _, w := range p.wallets {
		if _, err := p.nodes[0].Submit(p.t.Context(), w.transfer(p.t, chain.Address{0xbe}, 1)); err != nil {
			p.t.Fatal(err)
		}
	}
	proposal, err := p.engines[0].host.Propose(p.t.Context(), p.engines[0].tip, nil, false)
	if err != nil {
		p.t.Fatal(err)
	}
	if len(proposal.Body) != 1 {
		p.t.Fatalf("the proposal carries a body of %d bytes", len(proposal.Body))
	}
	return proposal
}

func (p *pair) commit(i int, proposal consensus.Proposal) {
	p.t.Helper()
	if _, err := p.engines[i].host.Commit(p.t.Context(), consensus.Decision{Proposal: proposal}); err != nil {
		p.t.Fatal(err)
	}
	body, err := p.nodes[i].Ledger().Body(proposal.Height)
	if err != nil {
		p.t.Fatal(err)
	}
	if count := len(body.Entries()); count != len(p.wallets) || len(body.Batches) != 2 || len(body.Batches[0]) != 0 {
		p.t.Fatalf("%d transactions in %d batches", count, len(body.Batches))
	}
}

// concerns reports whether a message is about a batch.
func concerns(class network.Class, message []byte) bool {
	_, err := dissemination.DecodeBatch(message)
	return class == network.Sync && err == nil
}

func TestAVoterPutsTogetherWhatItHasNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, concerns)
		proposal := p.propose()
		if err := p.engines[1].host.Validate(t.Context(), proposal); err != nil {
			t.Fatal(err)
		}
		p.commit(1, proposal)
	})
}

func TestADecidedBodyComesFromWhoHoldsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asking atomic.Bool
		p := newPair(t, func(class network.Class, message []byte) bool { return asking.Load() && concerns(class, message) })
		proposal := p.propose()
		asking.Store(true) // what was told is lost; what is asked for is not
		p.commit(1, proposal)
	})
}

func TestADecidedBodyComesByBlockSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, func(class network.Class, message []byte) bool {
			return class == network.Sync && !concerns(class, message)
		})
		proposal := p.propose()
		committed := make(chan error)
		go func() {
			_, err := p.engines[1].host.Commit(t.Context(), consensus.Decision{Proposal: proposal})
			committed <- err
		}()
		p.commit(0, proposal)
		if err := <-committed; err != nil || p.nodes[1].Tip().Hash != p.nodes[0].Tip().Hash {
			t.Errorf("%v; the tip is %s", err, p.nodes[1].Tip().Hash)
		}
	})
}

func TestABodyThatNeverComesStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, func(network.Class, []byte) bool { return false })
		proposal := p.propose()
		if err := p.engines[1].host.Validate(t.Context(), proposal); !errors.Is(err, consensus.ErrProposal) {
			t.Errorf("a vote for what is not there: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, stop) // as an engine that is stopped
		if _, err := p.engines[1].host.Commit(ctx, consensus.Decision{Proposal: proposal}); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if reason := p.nodes[1].HaltReason(); reason != nil {
			t.Errorf("the node has stopped: %v", reason)
		}
	})
}

func TestAHeaderIsOrderedInOneFormOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, concerns)
		proposal := p.propose()
		p.commit(0, proposal)
		body, err := p.nodes[0].Ledger().Body(proposal.Height)
		if err != nil {
			t.Fatal(err)
		}
		whole := proposal
		whole.Body = body.Encode()
		if err := p.engines[1].host.Validate(t.Context(), whole); !errors.Is(err, consensus.ErrProposal) {
			t.Errorf("a digest that carries its body: %v", err)
		}
	})
}

func TestAProposerHoldsItsBodyAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t, func(network.Class, []byte) bool { return false })
		proposal := p.propose()
		if err := p.nodes[0].Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		end := &wire{self: p.ids[0], pass: func(network.Class, []byte) bool { return false }, closed: make(chan struct{}), done: make(chan struct{})}
		p.start(0, &node.Network{Mesh: end}) // with an empty pool
		if err := p.engines[0].host.Validate(t.Context(), proposal); err != nil {
			t.Fatal(err)
		}
		p.commit(0, proposal)
	})
}
