package node_test

import (
	"crypto/rand"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

func TestANodeWithAnotherValidatorsKeyDoesNotStart(t *testing.T) {
	f := newFixture(t, "standard", nil)
	scheme, err := mustSuite(t, f).Scheme(mustSuite(t, f).Default())
	if err != nil {
		t.Fatal(err)
	}
	if f.options.Signer, err = scheme.Generate(rand.Reader); err != nil {
		t.Fatal(err)
	}
	c, err := node.Open(t.Context(), f.registry, f.options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := c.Start(t.Context()); !errors.Is(err, node.ErrKeys) {
		t.Fatalf("error %v", err)
	}
}

func TestAGenesisWithAnUnusableConsensusKeyDoesNotOpen(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.Validators[0].ConsensusKey.Key = []byte{1} })
	if _, err := node.Open(t.Context(), f.registry, f.options); !errors.Is(err, chain.ErrGenesis) {
		t.Fatalf("error %v", err)
	}
}

func TestTheChainsOwnGasLimitOfATransactionIsKept(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.Limits.TransactionGas = 30_000 })
	c := f.open()
	raw := f.wallets[0].sign(t, &ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 30_001, To: &chain.Address{1}})
	if _, err := c.Submit(t.Context(), raw); !errors.Is(err, execution.ErrGasCap) {
		t.Fatalf("error %v", err)
	}
	await(t, c, f.wallets[0].transfer(t, chain.Address{1}, 1))
}

func TestATransactionThatItsSenderCanNoLongerPayLeavesThePool(t *testing.T) {
	f := newFixture(t, "standard", nil)
	c := f.open()
	w := f.wallets[0]
	fund := uint64(1) << 62
	raws := [][]byte{w.transfer(t, chain.Address{1}, fund-1), w.transfer(t, chain.Address{1}, 5)}
	for _, raw := range raws[1:] { // the second waits for the first
		if _, err := c.Submit(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
	}
	await(t, c, raws[0])
	await(t, c, f.wallets[1].transfer(t, chain.Address{2}, 1)) // one more block has passed it over
	if pending, queued := c.Pool().Count(); pending+queued != 0 {
		t.Fatalf("%d pending, %d queued", pending, queued)
	}
}
