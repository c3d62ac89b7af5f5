package node_test

import (
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

// caller is code that enters the parameters module by one instruction, asks for
// gasLimit() and returns the success flag and the answer.
func caller(instruction byte, value byte) []byte {
	selector := native.Selector("gasLimit()")
	code := append(append([]byte{0x63}, selector[:]...), 0x60, 0xe0, 0x1b, 0x5f, 0x52) // mstore(0, selector)
	code = append(code, 0x60, 0x20, 0x60, 0x20, 0x60, 4, 0x5f)                         // answer to 32, input at 0
	if instruction == opCall || instruction == opCallCode {
		code = append(code, 0x60, value)
	}
	code = append(append(append(code, 0x73), chain.ParametersAddress[:]...), 0x62, 1, 0, 0, instruction) // with 65,536 gas
	return append(code, 0x5f, 0x52, 0x60, 0x40, 0x5f, 0xf3)
}

const (
	opCall         = 0xf1
	opCallCode     = 0xf2
	opDelegateCall = 0xf4
	opStaticCall   = 0xfa
)

func TestContractsReadNativeModulesAsThemselvesOnly(t *testing.T) {
	f := administered(t)
	for name, c := range map[string]struct {
		code []byte
		read bool
	}{
		"CALL":                    {caller(opCall, 0), true},
		"STATICCALL":              {caller(opStaticCall, 0), true},
		"DELEGATECALL":            {caller(opDelegateCall, 0), false},
		"CALLCODE":                {caller(opCallCode, 0), false},
		"CALL with value":         {caller(opCall, 1), false},
		"CALLCODE with value":     {caller(opCallCode, 1), false},
		"DELEGATECALL after CALL": {append(caller(opCall, 0)[:len(caller(opCall, 0))-6], caller(opDelegateCall, 0)...), false},
	} {
		t.Run(name, func(t *testing.T) {
			reader := chain.Address{0xee}
			f.options.Genesis.Allocation[reader] = chain.AllocatedAccount{Nonce: 1, Balance: chain.WordFromUint64(9), Code: c.code}
			opened := f.open()
			view, err := opened.View(0)
			if err != nil {
				t.Fatal(err)
			}
			defer view.Close()
			block := opened.NextContext(view)
			rules, err := opened.Executor().Rules(1)
			if err != nil {
				t.Fatal(err)
			}
			run, err := opened.Executor().Call(t.Context(), rules, &block, view, chain.Address{1}, reader, nil, 1_000_000)
			if err != nil || run.Fault != nil {
				t.Fatalf("%v %v", err, run)
			}
			answer := chain.Word(run.Output[32:])
			if read := chain.Word(run.Output[:32]) == chain.WordFromUint64(1); read != c.read || read && answer != chain.WordFromUint64(30_000_000) {
				t.Fatalf("output %x", run.Output)
			}
		})
	}
}
