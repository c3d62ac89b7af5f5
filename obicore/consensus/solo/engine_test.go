package solo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// overtaking is a host that moves the tip away while the first block is decided.
type overtaking struct {
	consensus.Host
	engine  consensus.Engine
	parents chan uint64
}

func (o *overtaking) Propose(_ context.Context, parent consensus.Decision, _ []byte, _ bool) (p consensus.Proposal, err error) {
	o.parents <- parent.Proposal.Height
	if parent.Proposal.Height == 0 {
		return p, consensus.ErrNothing
	}
	return p, errors.Join(consensus.ErrProposal, o.engine.SyncedTo(context.Background(), consensus.Decision{}))
}

func TestASoloEngineTriesAgainWhenItsTipHasMoved(t *testing.T) {
	engine, err := solo.Module{}.New(consensus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := &overtaking{engine: engine, parents: make(chan uint64)}
	self := chain.NodeID{1}
	boot := consensus.Boot{
		Self: self, Set: &chain.ValidatorSet{Members: []chain.Validator{{ID: self}}},
		Tip: consensus.Decision{Proposal: consensus.Proposal{Height: 5}},
	}
	if err := engine.Start(t.Context(), o, boot); err != nil {
		t.Fatal(err)
	}
	defer engine.Stop(context.Background())
	engine.Notify()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, want := range []uint64{5, 0} { // once notified, it is woken no more
		select {
		case parent := <-o.parents:
			if parent != want {
				t.Fatalf("parent %d, want %d", parent, want)
			}
		case <-ctx.Done():
			t.Fatal("no second try")
		}
	}
}
