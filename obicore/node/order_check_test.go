package node_test

import (
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// ordering is a chain whose blocks the test decides.
type ordering struct {
	*fixture
	engine *idle
	chain  *node.Chain
}

func newOrdering(t *testing.T) *ordering {
	t.Helper()
	o := &ordering{fixture: newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay = 2 }), engine: &idle{}}
	o.registry.Consensus[solo.Name] = o.engine
	o.options.Directory = t.TempDir()
	o.chain = o.open()
	return o
}

// pay signs a transfer of some value with a nonce.
func (o *ordering) pay(nonce, value uint64) []byte {
	return o.wallets[0].sign(o.t, &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: nonce, Gas: 21_000, To: &chain.Address{1}, Value: chain.WordFromUint64(value),
	})
}

// decide makes the next block of a transaction, whatever this node says of it as a proposal.
func (o *ordering) decide(raw []byte) {
	o.t.Helper()
	proposal := o.craft(o.chain, o.engine, raw)
	if _, err := o.engine.host.Commit(o.t.Context(), consensus.Decision{Proposal: proposal}); err != nil {
		o.t.Fatalf("a decided block: %v", err)
	}
	o.engine.tip = consensus.Decision{Proposal: proposal}
}

func (o *ordering) executed() {
	o.t.Helper()
	if err := o.chain.AwaitHeight(o.t.Context(), o.engine.tip.Proposal.Height); err != nil {
		o.t.Fatal(err)
	}
}

// refuses reports what this node says of a proposal for the next block.
func (o *ordering) refuses(raw []byte) bool {
	o.t.Helper()
	err := o.engine.host.Validate(o.t.Context(), o.craft(o.chain, o.engine, raw))
	if err != nil && !errors.Is(err, consensus.ErrProposal) {
		o.t.Fatal(err)
	}
	return err != nil
}

func TestAVerdictOnABlockDoesNotDependOnHowFarANodeHasExecuted(t *testing.T) {
	o := newOrdering(t)
	o.decide(o.pay(0, 1))
	for _, moment := range []string{"at once", "after execution", "after execution, again"} {
		if o.refuses(o.pay(0, 2)) {
			t.Errorf("%s: a nonce is refused that the carried state has not spent", moment)
		}
		if !o.refuses(o.pay(0, 1)) {
			t.Errorf("%s: what the block below holds is ordered twice", moment)
		}
		o.executed()
	}
	o.decide(o.pay(0, 2)) // the others have judged it before they executed
	o.executed()
	if block, err := o.chain.BlockAt(2); err != nil || !block.Results.Transactions[0].Receipt.Void() {
		t.Fatalf("block 2: %+v, %v", block, err)
	}
	if o.decide(o.pay(1, 1)); !o.refuses(o.pay(0, 3)) {
		t.Error("a nonce that the carried state has spent is not refused")
	}
}

func TestAVerdictOutlastsARestart(t *testing.T) {
	o := newOrdering(t)
	early := o.pay(7, 1) // void, so that no nonce tells that it was there
	o.decide(early)
	o.executed()
	if !o.refuses(early) {
		t.Error("what the block below holds is ordered twice")
	}
	tip := o.engine.tip
	if err := o.chain.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.chain = o.open()
	if o.engine.tip.Proposal.Height != tip.Proposal.Height {
		t.Fatalf("opened again at height %d", o.engine.tip.Proposal.Height)
	}
	if !o.refuses(early) {
		t.Error("after a restart what the block below holds is ordered twice")
	}
	o.decide(o.pay(0, 1))
	if o.refuses(early) {
		t.Error("what was void two blocks below cannot come again")
	}
}

func TestWhatWasOrderedBeforeItsTurnIsStillThere(t *testing.T) {
	o := newOrdering(t)
	first, second := o.pay(0, 1), o.pay(1, 1)
	id, err := o.chain.Submit(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	o.decide(second) // by a proposer who leaves out the first
	o.executed()
	if _, kept := o.chain.Pool().Get(id); !kept {
		t.Fatal("a transaction that was void for its early nonce is gone")
	}
	o.decide(first)
	o.executed()
	o.decide(second)
	o.executed()
	if _, kept := o.chain.Pool().Get(id); kept {
		t.Error("an executed transaction is still in the pool")
	}
	if block, index, err := o.chain.Transaction(id); err != nil || block.Header.Height != 3 || block.Results.Transactions[index].Receipt.Void() {
		t.Errorf("the transaction is in %+v, %v", block, err)
	}
}
