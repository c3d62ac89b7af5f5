package node_test

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// withRulesTwo gives a fixture a fake version 2 of the rules, under which a
// transaction may take at most 100,000 gas.
func withRulesTwo(f *fixture) {
	table := execution.DefaultRules()
	two := table[1]
	two.Version, two.GasCap = 2, 100_000
	table[2] = two
	f.options.Rules = table
	f.registry.Contracts = func(crypto.Suite) ([]contract.VM, error) {
		modules, err := native.New(native.Parameters{})
		return []contract.VM{modules, evm.New(evm.WithFork(2, evm.Osaka))}, err
	}
}

// invoke calls a function of the parameters module with words as arguments.
func (w *wallet) invoke(t testing.TB, signature string, arguments ...uint64) []byte {
	t.Helper()
	selector := native.Selector(signature)
	data := selector[:]
	for _, argument := range arguments {
		word := chain.WordFromUint64(argument)
		data = append(data, word[:]...)
	}
	address := chain.ParametersAddress
	raw := w.sign(t, &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: testChainID, Nonce: w.nonce, Gas: 90_000, To: &address, Data: data,
	})
	w.nonce++
	return raw
}

func administered(t *testing.T) *fixture {
	f := newFixture(t, "standard", nil)
	f.options.Genesis.Admin = []chain.Address{f.wallets[0].address}
	return f
}

func TestRulesVersionTwoActivatesAtItsHeightByTransaction(t *testing.T) {
	f := administered(t)
	withRulesTwo(f)
	c := f.open()
	const activation = 5
	block, index := await(t, c, f.wallets[0].invoke(t, "scheduleRules(uint64,uint64)", 2, activation))
	if block.Results.Transactions[index].Receipt.Status != chain.StatusSucceeded {
		t.Fatal("the schedule was refused")
	}
	thirsty := func(w *wallet) []byte {
		raw := w.sign(t, &ethereum.Transaction{Type: 2, ChainID: testChainID, Nonce: w.nonce, Gas: 200_000, To: &chain.Address{1}})
		w.nonce++
		return raw
	}
	for c.Head().Header.Height < activation-1 {
		block, _ = await(t, c, thirsty(f.wallets[1]))
		if block.Header.Rules != 1 {
			t.Fatalf("block %d has rules %d", block.Header.Height, block.Header.Rules)
		}
	}
	if _, err := c.Submit(t.Context(), thirsty(f.wallets[2])); !errors.Is(err, execution.ErrGasCap) {
		t.Fatalf("version 2 admitted 200,000 gas: %v", err)
	}
	block, _ = await(t, c, f.wallets[3].transfer(t, chain.Address{1}, 1))
	if block.Header.Height != activation || block.Header.Rules != 2 {
		t.Fatalf("block %d has rules %d, want %d with 2", block.Header.Height, block.Header.Rules, activation)
	}
}

func TestABinaryWithoutTheRulesStopsBeforeTheirHeightAndLosesNothing(t *testing.T) {
	f := administered(t)
	f.options.Directory = t.TempDir()
	c := f.open()
	await(t, c, f.wallets[0].invoke(t, "scheduleRules(uint64,uint64)", 2, 3))
	await(t, c, f.wallets[1].transfer(t, chain.Address{1}, 1))
	if _, err := c.Submit(t.Context(), f.wallets[1].transfer(t, chain.Address{1}, 1)); err == nil {
		select {
		case <-c.Halted():
		case <-time.After(10 * time.Second):
			t.Fatal("the chain went on without the rules")
		}
	}
	if height := c.Head().Header.Height; height != 2 {
		t.Fatalf("height %d, want 2", height)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	withRulesTwo(f) // the newer binary
	c = f.open()
	block, _ := await(t, c, f.wallets[2].transfer(t, chain.Address{1}, 1))
	if block.Header.Height != 3 || block.Header.Rules != 2 {
		t.Fatalf("block %d with rules %d", block.Header.Height, block.Header.Rules)
	}
}

func TestOnlyAdministratorsChangeParameters(t *testing.T) {
	f := administered(t)
	c := f.open()
	block, index := await(t, c, f.wallets[1].invoke(t, "setBaseFee(uint256)", 7))
	if block.Results.Transactions[index].Receipt.Status != chain.StatusFailed || !c.Head().Parameters.Fees.BaseFee.IsZero() {
		t.Fatal("a stranger changed the base fee")
	}
	block, index = await(t, c, f.wallets[0].invoke(t, "setBaseFee(uint256)", 7))
	if block.Results.Transactions[index].Receipt.Status != chain.StatusSucceeded || c.Head().Parameters.Fees.BaseFee != chain.WordFromUint64(7) {
		t.Fatal("the administrator could not change the base fee")
	}
	if _, err := c.Submit(t.Context(), f.wallets[2].transfer(t, chain.Address{1}, 1)); !errors.Is(err, execution.ErrFeeCapTooLow) {
		t.Fatalf("a transaction without a fee was admitted: %v", err)
	}
}

func TestContractsReadNativeModulesThroughStaticCalls(t *testing.T) {
	f := administered(t)
	f.options.Genesis.GasLimit = 30_000_000
	// A contract that staticcalls gasLimit() of the parameters module and returns
	// the answer.
	selector := native.Selector("gasLimit()")
	code, err := hex.DecodeString("63" + hex.EncodeToString(selector[:]) + "60e01b600052" + // mstore(0, selector)
		"6020600060046000" + "73" + hex.EncodeToString(chain.ParametersAddress[:]) + "5afa" + "50" + "60206000f3")
	if err != nil {
		t.Fatal(err)
	}
	reader := chain.Address{0xee}
	f.options.Genesis.Allocation[reader] = chain.AllocatedAccount{Nonce: 1, Code: code}
	c := f.open()
	view, err := c.View(0)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	block := c.NextContext(view)
	rules, err := c.Executor().Rules(1)
	if err != nil {
		t.Fatal(err)
	}
	run, err := c.Executor().Call(t.Context(), rules, &block, view, chain.Address{1}, reader, nil, 1_000_000)
	if err != nil || run.Fault != nil {
		t.Fatalf("%v %v", err, run)
	}
	if want := chain.WordFromUint64(30_000_000); chain.Word(run.Output) != want {
		t.Fatalf("output %x", run.Output)
	}
}
