package node_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// handClock stands still until it is moved.
type handClock struct{ ahead atomic.Int64 }

func (c *handClock) Now() time.Time { return time.Unix(1_700_000_000, c.ahead.Load()) }

func (c *handClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

// sized is a chain with more to order than its blocks of at most 64 transactions hold.
type sized struct {
	*ordering
	clock *handClock
}

func newSized(t *testing.T) *sized {
	t.Helper()
	s := &sized{clock: &handClock{}}
	s.ordering = &ordering{engine: &idle{}, fixture: newFixture(t, "standard", func(g *chain.Genesis) {
		g.RootDelay, g.Limits.BlockCount = 2, 64
	})}
	s.registry.Consensus[solo.Name] = s.engine
	s.options.Directory, s.options.Clock = t.TempDir(), s.clock
	s.chain = s.open()
	for _, w := range s.wallets {
		for range 400 {
			if _, err := s.chain.Submit(t.Context(), w.transfer(t, chain.Address{1}, 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
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
	s.clock.ahead.Add(int64(took))
	if _, err := s.engine.host.Commit(s.t.Context(), consensus.Decision{Proposal: proposal}); err != nil {
		s.t.Fatal(err)
	}
	s.engine.tip = consensus.Decision{Proposal: proposal}
	s.executed()
	return count
}

func TestAProposalThatIsNotDecidedIsFollowedBySmallerOnes(t *testing.T) {
	s := newSized(t)
	for _, at := range []struct {
		view string
		most uint64
	}{{"first", 64}, {"first", 64}, {"second", 32}, {"second", 32}, {"third", 16}, {"fourth", 8}, {"fifth", 4}} {
		if _, count := s.propose(at.view); count > at.most || count < at.most*7/8 {
			t.Errorf("in the %s view %d transactions are proposed, want about %d", at.view, count, at.most)
		}
	}
	for n := range 20 {
		s.propose(string(rune('a' + n)))
	}
	if _, count := s.propose("last"); count != 1 {
		t.Errorf("after twenty views more %d transactions are proposed, want one", count)
	}
	if s.decideAfter(0); s.decideAfter(0) != 64 {
		t.Error("after a quick decision blocks are not whole again")
	}
}

func TestAProposalOfAnotherNodeCountsLikeOnesOwn(t *testing.T) {
	s := newSized(t)
	other, _ := s.propose("first")
	s = newSized(t)
	s.engine.host.Validate(t.Context(), other) //nolint:errcheck // of another chain: only that it came counts
	if _, count := s.propose("second"); count != 32 {
		t.Errorf("%d transactions are proposed", count)
	}
}

func TestBlocksThatTakeLongBecomeSmallerAndGrowAgain(t *testing.T) {
	s := newSized(t)
	var counts []uint64
	for range 6 {
		counts = append(counts, s.decideAfter(2*time.Second))
	}
	if counts[0] != 64 || counts[1] != 32 || counts[2] != 16 || counts[5] != 6 {
		t.Errorf("blocks that take 2 s hold %d, want halves down to a tenth", counts)
	}
	before := counts[5]
	for range 15 {
		count := s.decideAfter(100 * time.Millisecond)
		if count < before {
			t.Errorf("after a block of %d, which took 100 ms, one of %d", before, count)
		}
		before = count
	}
	if before != 64 {
		t.Errorf("after fifteen quick blocks one holds %d", before)
	}
}
