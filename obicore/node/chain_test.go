package node_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

const testChainID = 31337

// wallet is a funded account of a test chain.
type wallet struct {
	signer  crypto.Signer
	address chain.Address
	nonce   uint64
}

// fixture is a chain with its validator key and some funded wallets.
type fixture struct {
	t        testing.TB
	registry *kernel.Registry
	options  node.Options
	wallets  []*wallet
}

func newFixture(t testing.TB, suiteName string, change func(*chain.Genesis)) *fixture {
	t.Helper()
	return newFixtureOf(t, rand.Reader, suiteName, change)
}

// newFixtureOf is newFixture with keys that are drawn from random.
func newFixtureOf(t testing.TB, random io.Reader, suiteName string, change func(*chain.Genesis)) *fixture {
	t.Helper()
	registry := obicore.Registry()
	suite, err := registry.CryptoSuite(suiteName)
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	validator, err := scheme.Generate(random)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, registry: registry}
	self := suite.Sum(validator.Public().Bytes)
	allocation := chain.Allocation{}
	ethereumScheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		signer, err := ethereumScheme.Generate(random)
		if err != nil {
			t.Fatal(err)
		}
		address, err := suite.Address(signer.Public())
		if err != nil {
			t.Fatal(err)
		}
		f.wallets = append(f.wallets, &wallet{signer: signer, address: address})
		allocation[address] = chain.AllocatedAccount{Balance: chain.WordFromUint64(1 << 62)}
	}
	genesis := &chain.Genesis{
		Format: chain.GenesisFormat, Name: "test-" + suiteName, EVMChainID: testChainID, Time: 1_700_000_000_000,
		Crypto: suiteName, Consensus: "solo", Commitment: obicore.BinaryTree, Window: 1024, GasLimit: 30_000_000,
		Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}}, Allocation: allocation,
		Validators: []chain.GenesisMember{{
			ID: self, ConsensusKey: chain.GenesisKey{Scheme: suite.Default().String(), Key: validator.Public().Bytes},
			ExportKey: chain.GenesisKey{Scheme: "none"}, Weight: 1, Payout: chain.Address{0xc0},
		}},
	}
	if change != nil {
		change(genesis)
	}
	f.options = node.Options{Genesis: genesis, Self: self, Keys: node.Keys{Signer: validator}}
	return f
}

func mustSuite(t *testing.T, f *fixture) crypto.Suite {
	t.Helper()
	suite, err := f.registry.CryptoSuite(f.options.Genesis.Crypto)
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

func (f *fixture) open() *node.Chain {
	f.t.Helper()
	c, err := node.Open(f.t.Context(), f.registry, f.options)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := c.Start(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			f.t.Error(err)
		}
	})
	return c
}

func (w *wallet) sign(t testing.TB, transaction *ethereum.Transaction) []byte {
	t.Helper()
	signed, err := transaction.Sign(keccak.Keccak256, ethereum.SignWith(w.signer))
	if err != nil {
		t.Fatal(err)
	}
	return signed.Encode()
}

func (w *wallet) transfer(t testing.TB, to chain.Address, value uint64) []byte {
	t.Helper()
	raw := w.sign(t, &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: w.nonce, Gas: 21_000, To: &to, Value: chain.WordFromUint64(value),
	})
	w.nonce++
	return raw
}

// await submits and waits for the block that includes the transaction.
func await(t testing.TB, c *node.Chain, raw []byte) (*node.Block, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	events := c.Subscribe(64)
	defer events.Close()
	id, err := c.Submit(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case event := <-events.Events:
			if event.Block == nil {
				continue
			}
			for i, included := range event.Block.Transactions {
				if included.ID == id {
					return event.Block, i
				}
			}
		case <-ctx.Done():
			t.Fatalf("transaction %s was not included: %v; engine: %+v; halted: %v", id, ctx.Err(), c.Engine(), c.HaltReason())
		}
	}
}

func balance(t testing.TB, c *node.Chain, height uint64, owner chain.Address) uint64 {
	t.Helper()
	view, err := c.View(height)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	value, err := view.Get(chain.AccountKey(owner))
	if err != nil {
		t.Fatal(err)
	}
	if value == nil {
		return 0
	}
	account, err := chain.DecodeAccount(value)
	if err != nil {
		t.Fatal(err)
	}
	amount, _ := account.Balance.Uint64()
	return amount
}

func TestATransferIsIncludedExecutedAndProvedOnBothSuites(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		for _, commitment := range []string{obicore.BinaryTree, obicore.MerklePatricia} {
			t.Run(suite+" "+commitment, func(t *testing.T) { transferAndProve(t, suite, commitment) })
		}
	}
}

func transferAndProve(t *testing.T, suite, commitment string) {
	f := newFixture(t, suite, func(g *chain.Genesis) { g.Commitment = commitment })
	c := f.open()
	to := chain.Address{0xbe, 0xef}
	block, index := await(t, c, f.wallets[0].transfer(t, to, 1000))
	if receipt := block.Results.Transactions[index].Receipt; receipt.Status != chain.StatusSucceeded || receipt.GasUsed != 21_000 {
		t.Fatalf("receipt %+v", receipt)
	}
	if have := balance(t, c, block.Header.Height, to); have != 1000 {
		t.Fatalf("balance %d", have)
	}
	if have := balance(t, c, block.Header.Height-1, to); have != 0 {
		t.Fatalf("balance before the block %d", have)
	}
	tree, err := obicore.Registry().Commitment(commitment)
	if err != nil {
		t.Fatal(err)
	}
	// The marker code of a native module proves that code and account go together.
	for _, key := range []chain.StateKey{chain.AccountKey(to), chain.CodeKey(chain.ParametersKey.Owner), chain.ParametersKey} {
		proof, err := c.Ledger().Prove(block.Header.Height, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree(c.Suite()).Verify(block.Header.StateRoot, proof); err != nil || len(proof.Value) == 0 {
			t.Fatalf("%x: %x, %v", key.Encode(), proof.Value, err)
		}
	}
}

func TestAChainContinuesAfterACleanRestart(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Directory = t.TempDir()
	c := f.open()
	to := chain.Address{0xbe, 0xef}
	await(t, c, f.wallets[0].transfer(t, to, 1))
	f.wallets[1].nonce = 1 // a gap: this one stays queued
	queued := f.wallets[1].transfer(t, to, 10)
	if _, err := c.Submit(t.Context(), queued); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	c = f.open()
	if height := c.Head().Header.Height; height != 1 {
		t.Fatalf("height %d after restart", height)
	}
	f.wallets[1].nonce = 0
	await(t, c, f.wallets[1].transfer(t, to, 100))
	events := c.Subscribe(16)
	defer events.Close()
	for c.Head().Header.Height < 3 && balance(t, c, c.Head().Header.Height, to) != 111 {
		<-events.Events
	}
	if have := balance(t, c, c.Head().Header.Height, to); have != 111 {
		t.Fatalf("balance %d, want 111: the queued transaction was kept", have)
	}
}

func TestHeadersOfADelayedChainCarryTheRootsOfEarlierBlocks(t *testing.T) {
	f := newFixture(t, "standard", func(g *chain.Genesis) { g.RootDelay, g.Commitment = 2, obicore.MerklePatricia })
	c := f.open()
	for range 5 {
		await(t, c, f.wallets[0].transfer(t, chain.Address{0xbe}, 1))
	}
	for height := uint64(2); height <= c.Head().Header.Height; height++ {
		block, err := c.BlockAt(height)
		if err != nil {
			t.Fatal(err)
		}
		earlier, err := c.BlockAt(height - 2)
		if err != nil {
			t.Fatal(err)
		}
		if block.Header.StateRoot != earlier.Results.StateRoot || block.Header.ResultRoot != earlier.Results.Root(c.Suite()) {
			t.Fatalf("header %d does not carry the roots of %d", height, height-2)
		}
	}
}

func TestAdmissionRefusesWhatCannotStart(t *testing.T) {
	f := newFixture(t, "standard", nil)
	c := f.open()
	w := f.wallets[0]
	to := chain.Address{1}
	poor := &wallet{signer: w.signer}
	for name, refusal := range map[string]struct {
		transaction *ethereum.Transaction
		want        error
	}{
		"wrong chain":       {&ethereum.Transaction{Type: 2, ChainID: 1, Gas: 21_000, To: &to}, node.ErrSender},
		"too little gas":    {&ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 20_000, To: &to}, nil},
		"unprotected":       {&ethereum.Transaction{Type: 0, Gas: 21_000, To: &to}, node.ErrUnprotected},
		"more than it owns": {&ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 21_000, To: &to, Value: chain.Word{0: 1}}, nil},
		"nonce far ahead":   {&ethereum.Transaction{Type: 2, ChainID: testChainID, Gas: 21_000, To: &to, Nonce: 1 << 40}, pool.ErrGap},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Submit(t.Context(), poor.sign(t, refusal.transaction))
			if err == nil || refusal.want != nil && !errors.Is(err, refusal.want) {
				t.Fatalf("error %v, want %v", err, refusal.want)
			}
		})
	}
	if c.Head().Header.Height != 0 {
		t.Fatal("a refused transaction made a block")
	}
}
