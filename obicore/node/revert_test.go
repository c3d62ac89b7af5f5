package node_test

import (
	"context"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
)

func TestADecisionThatARevertHasOvertakenIsRefusedAndTheChainGoesOn(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Development = &node.Development{}
	engine := &idle{}
	f.registry.Consensus[solo.Name] = engine
	c := f.open()
	snapshot, err := c.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	genesis, overtaken := engine.tip, consensus.Decision{}
	for range 3 { // the third is decided after the revert
		if overtaken.Proposal, err = engine.host.Propose(t.Context(), engine.tip, nil, true); err != nil {
			t.Fatal(err)
		}
		if overtaken.Proposal.Height == 3 {
			break
		}
		if _, err := engine.host.Commit(t.Context(), overtaken); err != nil {
			t.Fatal(err)
		}
		engine.tip = overtaken
	}
	if reverted, err := c.RevertTo(snapshot); !reverted || err != nil {
		t.Fatal(reverted, err)
	}
	if _, err := engine.host.Commit(t.Context(), overtaken); !errors.Is(err, consensus.ErrProposal) || c.HaltReason() != nil {
		t.Fatalf("error %v, halted %v", err, c.HaltReason())
	}
	next := consensus.Decision{}
	if next.Proposal, err = engine.host.Propose(t.Context(), genesis, nil, true); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.host.Commit(t.Context(), next); err != nil || c.Head().Header.Height != 1 {
		t.Fatalf("error %v, height %d", err, c.Head().Header.Height)
	}
}

// follower is an idle engine that notes where it was told that the head is.
type follower struct {
	idle
	told []uint64
}

func (f *follower) New(consensus.Options) (consensus.Engine, error) { return f, nil }
func (f *follower) SyncedTo(_ context.Context, tip consensus.Decision) error {
	f.told = append(f.told, tip.Proposal.Height)
	return nil
}

func TestAnEngineThatStandsOnAnotherTipThanTheHeadIsToldAgain(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Development = &node.Development{}
	engine := &follower{}
	f.registry.Consensus[solo.Name] = engine
	f.open()
	first, err := engine.host.Propose(t.Context(), engine.tip, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.host.Commit(t.Context(), consensus.Decision{Proposal: first}); err != nil {
		t.Fatal(err)
	}
	// It has missed its own decision, as after a revert to the block before.
	if _, err := engine.host.Propose(t.Context(), engine.tip, nil, true); !errors.Is(err, consensus.ErrProposal) {
		t.Fatalf("error %v", err)
	}
	if len(engine.told) != 1 || engine.told[0] != 1 {
		t.Fatalf("told %v", engine.told)
	}
}
