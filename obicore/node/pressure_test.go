package node_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// watched counts what is checked of a family, and how much of it at a time.
type watched struct {
	chain.Family
	checks, now, most *atomic.Int64
}

func (w watched) Verify(t *chain.Transaction) (chain.Verified, error) {
	w.checks.Add(1)
	now := w.now.Add(1)
	defer w.now.Add(-1)
	for most := w.most.Load(); now > most && !w.most.CompareAndSwap(most, now); most = w.most.Load() {
	}
	return w.Family.Verify(t)
}

// overloaded is a chain on which nothing is ordered.
type overloaded struct {
	*fixture
	clock             *handClock
	engine            *idle
	chain             *node.Chain
	checks, now, most atomic.Int64
}

func newOverloaded(t *testing.T, limits pool.Limits) *overloaded {
	t.Helper()
	o := &overloaded{fixture: newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay = 2 }), clock: &handClock{}, engine: &idle{}}
	o.registry.Consensus[solo.Name] = o.engine
	families := o.registry.Families
	o.registry.Families = func(suite crypto.Suite, identity chain.Hash, chainID uint64) ([]chain.Family, error) {
		list, err := families(suite, identity, chainID)
		for i, family := range list {
			if family.Name() == "ethereum" {
				list[i] = watched{family, &o.checks, &o.now, &o.most}
			}
		}
		return list, err
	}
	o.options.Pool, o.options.Clock = limits, o.clock
	o.chain = o.open()
	return o
}

func (o *overloaded) submit(raws ...[]byte) (errs []error) {
	_, errs = o.chain.SubmitAll(o.t.Context(), raws)
	return errs
}

func TestAFullPoolTurnsAwayMostBeforeItChecksThem(t *testing.T) {
	limits := pool.DefaultLimits()
	limits.Transactions = 10
	o := newOverloaded(t, limits)
	w := o.wallets[0]
	for range 10 {
		if err := errors.Join(o.submit(w.transfer(t, chain.Address{1}, 1))...); err != nil {
			t.Fatal(err)
		}
	}
	o.clock.ahead.Add(int64(time.Second))
	before := o.checks.Load()
	replacing := w.sign(t, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: 3, Gas: 21_000, To: &chain.Address{2}})
	if err := o.submit(replacing)[0]; err != nil {
		t.Errorf("what replaces a pending transaction is refused: %v", err)
	}
	known := o.wallets[0].sign(t, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: 3, Gas: 21_000, To: &chain.Address{2}})
	for range 500 { // as peers do
		if err := o.submit(known)[0]; !errors.Is(err, pool.ErrKnown) {
			t.Fatal(err)
		}
	}
	third := w.sign(t, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: 5, Gas: 21_000, To: &chain.Address{2}})
	if err := o.submit(third)[0]; err != nil {
		t.Errorf("after 500 that are known what replaces a pending transaction is refused: %v", err)
	}
	var flood [][]byte
	for range 1000 {
		flood = append(flood, o.wallets[1].transfer(t, chain.Address{1}, 1))
	}
	for i, err := range o.submit(flood...) {
		if !errors.Is(err, pool.ErrFull) {
			t.Fatalf("transaction %d: %v, want %v", i, err, pool.ErrFull)
		}
	}
	if checks := o.checks.Load() - before; checks > 300 {
		t.Errorf("%d signatures are checked of a thousand for which there is no room", checks)
	}
	o.clock.ahead.Add(int64(time.Second))
	again := w.sign(t, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: 4, Gas: 21_000, To: &chain.Address{2}})
	if err := o.submit(again)[0]; err != nil {
		t.Errorf("a second later what replaces a pending transaction is refused: %v", err)
	}
}

func TestWhileTransactionsWaitTooLongForTheirBlockAdmissionsTakeTurns(t *testing.T) {
	o := newOverloaded(t, pool.DefaultLimits())
	decideAfter := func(wait time.Duration) {
		if err := o.submit(o.wallets[0].transfer(t, chain.Address{1}, 1))[0]; err != nil {
			t.Fatal(err)
		}
		o.clock.ahead.Add(int64(wait))
		proposal, err := o.engine.host.Propose(t.Context(), o.engine.tip, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.engine.host.Commit(t.Context(), consensus.Decision{Proposal: proposal}); err != nil {
			t.Fatal(err)
		}
		o.engine.tip = consensus.Decision{Proposal: proposal}
		if err := o.chain.AwaitHeight(t.Context(), proposal.Height); err != nil {
			t.Fatal(err)
		}
	}
	decideAfter(3 * time.Second)
	if !node.UnderPressure(o.chain) {
		t.Error("there is no pressure though a transaction has waited 3 s for its block")
	}
	o.most.Store(0)
	var clients sync.WaitGroup
	for range 100 {
		raw := o.wallets[1].transfer(t, chain.Address{1}, 1)
		clients.Go(func() {
			if err := o.submit(raw)[0]; err != nil {
				t.Error(err)
			}
		})
	}
	clients.Wait()
	if most := o.most.Load(); most != 1 {
		t.Errorf("%d transactions are checked at a time", most)
	}
	o.clock.ahead.Add(int64(10 * time.Second))
	if node.UnderPressure(o.chain) {
		t.Error("there is pressure long after the last block")
	}
}

// What is pending and cannot be ordered is no reason to admit less.
func TestTransactionsThatAreNeverOrderedMakeNoPressure(t *testing.T) {
	o := newOverloaded(t, pool.DefaultLimits())
	var dead [][]byte
	for range 1000 {
		dead = append(dead, o.wallets[0].transfer(t, chain.Address{1}, 1<<61))
	}
	if err := errors.Join(o.submit(dead...)...); err != nil {
		t.Fatal(err)
	}
	o.clock.ahead.Add(int64(time.Minute))
	if node.UnderPressure(o.chain) {
		t.Error("there is pressure before anything is ordered")
	}
}

func TestAJudgementThatIsCancelledChecksNoMoreSignatures(t *testing.T) {
	o := newOverloaded(t, pool.DefaultLimits())
	proposal := o.craft(o.chain, o.engine, o.wallets[0].transfer(t, chain.Address{1}, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.engine.host.Validate(ctx, proposal); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if o.checks.Load() != 0 {
		t.Error("a signature is checked")
	}
	if err := o.engine.host.Validate(t.Context(), proposal); err != nil || o.checks.Load() != 1 {
		t.Errorf("not cancelled: %v after %d checks", err, o.checks.Load())
	}
}
