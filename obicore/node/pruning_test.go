package node_test

import (
	"context"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
)

func TestAChainThatRetainsSomeBlocksDropsTheOthersWhileItRuns(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.Window = 64 })
	f.registry.Ledger[segment.Name] = segment.New(segment.WithCommitment(obicore.BinaryTree, binarytree.New), segment.WithSegmentSize(20_000))
	f.options.Directory, f.options.RetainBlocks = t.TempDir(), 100
	c := f.open()
	for c.Ledger().Status().OldestBody < 200 {
		if c.Head().Header.Height > 4000 {
			t.Fatalf("nothing is dropped: %+v", c.Ledger().Status())
		}
		await(t, c, f.wallets[0].transfer(t, chain.Address{1}, 1))
	}
	status := c.Ledger().Status()
	if head := c.Head().Header.Height; status.OldestBody > head-100 || status.OldestState > head-100 {
		t.Fatalf("at height %d the ledger keeps too little: %+v", head, status)
	}
	for _, look := range []func() error{
		func() error { _, err := c.BlockAt(1); return err },
		func() error { _, err := c.View(1); return err },
	} {
		if err := look(); !errors.Is(err, ledger.ErrPruned) {
			t.Errorf("history that is dropped: %v", err)
		}
	}
	if _, err := c.BlockAt(status.OldestBody); err != nil {
		t.Error(err)
	}
	head := c.Head().Hash
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	c = f.open()
	if c.Head().Hash != head {
		t.Fatal("the head is another one after opening again")
	}
	await(t, c, f.wallets[1].transfer(t, chain.Address{1}, 1))
}

// hasty is a ledger that drops a state just before it is read, as pruning beside a
// reader may.
type hasty struct{ ledger.Module }

func (h hasty) Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
	opened, err := h.Module.Open(ctx, options)
	return hastyLedger{opened}, err
}

type hastyLedger struct{ ledger.Ledger }

func (l hastyLedger) View(height uint64) (ledger.View, error) {
	if status := l.Status(); height == status.OldestState && height < status.Executed {
		if err := l.Ledger.(ledger.Pruner).Prune(context.Background(), height+1); err != nil {
			return nil, err
		}
	}
	return l.Ledger.View(height)
}

func TestABlockIsServedWhileTheStateBelowItIsDropped(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.registry.Ledger[segment.Name] = hasty{f.registry.Ledger[segment.Name]}
	f.options.Directory, f.options.RetainState = t.TempDir(), 8
	c := f.open()
	for range 20 {
		await(t, c, f.wallets[0].transfer(t, chain.Address{1}, 1))
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	c = f.open() // with no block in memory
	oldest := c.Ledger().Status().OldestState
	if block, err := c.BlockAt(2); err != nil || len(block.Transactions) == 0 {
		t.Fatalf("block 2: %+v, %v", block, err)
	}
	if c.Ledger().Status().OldestState == oldest {
		t.Error("no state was dropped under the reader")
	}
}
