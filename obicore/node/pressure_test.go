package node_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
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
	chain             *node.Chain
	checks, now, most atomic.Int64
}

func newOverloaded(t *testing.T, limits pool.Limits) *overloaded {
	t.Helper()
	o := &overloaded{fixture: newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay = 2 }), clock: &handClock{}}
	o.registry.Consensus[solo.Name] = &idle{}
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

func TestWhileMoreWaitsThanIsOrderedAdmissionsTakeTurns(t *testing.T) {
	o := newOverloaded(t, pool.DefaultLimits())
	var waiting, more [][]byte
	for range 5000 {
		waiting = append(waiting, o.wallets[0].transfer(t, chain.Address{1}, 1))
	}
	for range 100 {
		more = append(more, o.wallets[1].transfer(t, chain.Address{1}, 1))
	}
	if err := errors.Join(o.submit(waiting...)...); err != nil {
		t.Fatal(err)
	}
	o.most.Store(0)
	var clients sync.WaitGroup
	for _, raw := range more {
		clients.Go(func() {
			if err := o.submit(raw)[0]; err != nil && !errors.Is(err, pool.ErrFull) {
				t.Error(err)
			}
		})
	}
	clients.Wait()
	if most := o.most.Load(); most != 1 {
		t.Errorf("%d transactions are checked at a time", most)
	}
	closed := make(chan error, 1)
	go func() { closed <- o.chain.Close(context.Background()) }()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
