package node_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// handClock stands still until it is moved.
type handClock struct{ ahead atomic.Int64 }

func (c *handClock) Now() time.Time { return time.Unix(1_700_000_000, c.ahead.Load()) }

func (c *handClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

// sized is a chain with blocks of at most 64 transactions.
type sized struct {
	*ordering
	clock *handClock
}

func newSized(t *testing.T, waiting int) *sized {
	t.Helper()
	s := &sized{clock: &handClock{}}
	s.ordering = &ordering{engine: &idle{}, fixture: newFixture(t, "standard", func(g *chain.Genesis) {
		g.RootDelay, g.Limits.BlockCount = 2, 64
		g.Validators = append(g.Validators, members(t, 3)...)
		slices.SortFunc(g.Validators, func(a, b chain.GenesisMember) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	})}
	s.registry.Consensus[solo.Name] = s.engine
	s.options.Directory, s.options.Clock = t.TempDir(), s.clock
	s.chain = s.open()
	s.submit(waiting)
	return s
}

// submit gives the chain something to order.
func (s *sized) submit(count int) {
	s.t.Helper()
	for n := range count {
		if _, err := s.chain.Submit(s.t.Context(), s.wallets[n%len(s.wallets)].transfer(s.t, chain.Address{1}, 1)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// members makes validators of the standard suite.
func members(t *testing.T, count int) (list []chain.GenesisMember) {
	t.Helper()
	suite, err := obicore.Registry().CryptoSuite("standard")
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	for range count {
		signer, err := scheme.Generate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, chain.GenesisMember{
			ID: suite.Sum(signer.Public().Bytes), ConsensusKey: chain.GenesisKey{Scheme: suite.Default().String(), Key: signer.Public().Bytes},
			ExportKey: chain.GenesisKey{Scheme: "none"}, Weight: 1, Payout: chain.Address{0xc1},
		})
	}
	return list
}

// propose makes a proposal in a view and returns it with the number of its transactions.
func (s *sized) propose(view string) (consensus.Proposal, uint64) {
	s.t.Helper()
	proposal, err := s.engine.host.Propose(s.t.Context(), s.engine.tip, []byte(view), true)
	if err != nil {
		s.t.Fatal(err)
	}
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		s.t.Fatal(err)
	}
	return proposal, header.TransactionCount
}

// decideAfter makes a block for whose decision the validators need some time, and returns
// how many transactions it holds.
func (s *sized) decideAfter(took time.Duration) uint64 {
	s.t.Helper()
	proposal, count := s.propose("view")
	if err := s.engine.host.Validate(s.t.Context(), proposal); err != nil {
		s.t.Fatal(err)
	}
	s.clock.ahead.Add(int64(took))
	if _, err := s.engine.host.Commit(s.t.Context(), consensus.Decision{Proposal: proposal}); err != nil {
		s.t.Fatal(err)
	}
	s.engine.tip = consensus.Decision{Proposal: proposal}
	s.executed()
	return count
}

func TestAProposalThatIsNotDecidedIsFollowedBySmallerOnes(t *testing.T) {
	s := newSized(t, 1600)
	proposal, count := s.propose("view 0")
	if count != 64 {
		t.Fatalf("%d transactions are proposed first", count)
	}
	if _, count = s.propose("view 1"); count != 64 {
		t.Errorf("%d are proposed after one that nobody has seen", count)
	}
	header, err := chain.DecodeHeader(proposal.Header)
	if err != nil {
		t.Fatal(err)
	}
	show := func(proposer chain.NodeID, view string) {
		shown := *header
		shown.Proposer, shown.ConsensusMeta = proposer, []byte(view)
		proposal.Header = shown.Encode()
		_ = s.engine.host.Validate(t.Context(), proposal) // that it came counts, whatever it is worth
	}
	want := uint64(64)
	for i, member := range s.chain.Genesis().Validators {
		for n := range 3 { // each counts once
			show(member.ID, fmt.Sprintf("view %d", i+4*n))
		}
		want /= 2
		if _, count := s.propose("a later view"); count != want && count != want-1 {
			t.Errorf("after proposals of %d validators %d transactions are proposed, want %d", i+1, count, want)
		}
	}
	for n := range 9 {
		show(chain.NodeID{1, byte(n)}, "of nobody")
	}
	if _, count := s.propose("a later view"); count < 3 {
		t.Errorf("proposals of strangers count: %d", count)
	}
	if s.decideAfter(0); s.decideAfter(0) != 64 {
		t.Error("after a quick decision blocks are not whole again")
	}
}

func TestBlocksThatTakeLongBecomeSmallerAndGrowAgain(t *testing.T) {
	s := newSized(t, 1600)
	var counts []uint64
	for range 6 {
		counts = append(counts, s.decideAfter(2*time.Second))
	}
	if counts[0] != 64 || counts[1] != 32 || counts[2] != 16 || counts[5] > 7 || counts[5] < 5 {
		t.Errorf("blocks that take 2 s hold %d, want halves down to a tenth", counts)
	}
	before := counts[5]
	for range 25 {
		count := s.decideAfter(450 * time.Millisecond)
		if count < before {
			t.Errorf("after a block of %d, which took 450 ms, one of %d", before, count)
		}
		before = count
	}
	if before != 64 {
		t.Errorf("after 25 blocks that took no longer than they should one holds %d", before)
	}
}

// What an empty block takes, too, is no reason to make smaller ones.
func TestASlowNetworkDoesNotMakeBlocksSmaller(t *testing.T) {
	s := newSized(t, 0)
	for range 4 {
		s.submit(2)
		s.decideAfter(800 * time.Millisecond)
	}
	s.submit(400)
	for range 5 {
		if count := s.decideAfter(900 * time.Millisecond); count != 64 {
			t.Errorf("a block holds %d", count)
		}
	}
}
