package api_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestACallThatARevertOvertakesAnswersFromTheNewHead(t *testing.T) {
	registry, ledger := haunt()
	g := newTarget(t, development.Options{Registry: registry})
	g.value("evm_setAutomine", false)
	g.value("evm_mine")
	from := g.chain.Accounts[0].Address
	call := map[string]any{"from": from, "to": from}
	contractCall := map[string]any{"from": from, "to": from, "data": "0x00"}
	for method, params := range map[string][]any{
		"eth_getBalance": {from, "latest"}, "eth_getTransactionCount": {from, "pending"}, "eth_getCode": {from, "latest"},
		"eth_getStorageAt": {from, "0x0", "latest"}, "eth_call": {call, "latest"}, "eth_estimateGas": {call},
		"eth_createAccessList": {call, "latest"}, "eth_fillTransaction": {contractCall}, "eth_sendTransaction": {call},
		"eth_simulateV1":  {map[string]any{"blockStateCalls": []any{map[string]any{"calls": []any{call}}}}, "latest"},
		"debug_traceCall": {call, "latest", map[string]any{"tracer": "callTracer"}}, "cl_getProof": {from, nil, "latest"},
	} {
		before := g.value("evm_snapshot")
		for g.chain.Head().Header.Height < 50 {
			g.value("evm_mine")
		}
		reverted := false
		place := "before View 50"
		if method == "cl_getProof" {
			place = "after Results 50"
		}
		ledger.once(place, func() { reverted = g.value("evm_revert", before) == "true" })
		if a := g.call(method, params...); a.Error != nil {
			t.Errorf("%s: %s", method, a.Error.Message)
		}
		if !reverted {
			t.Errorf("%s: nothing came between", method)
		}
	}
}

func TestABlockThatWasReadBeforeARevertIsNotShownAfterIt(t *testing.T) {
	registry, ledger := haunt()
	g := newTarget(t, development.Options{Registry: registry})
	start := g.value("evm_snapshot")
	g.value("evm_mine")
	second := g.value("evm_snapshot")
	g.value("evm_mine")
	g.value("evm_revert", second) // nothing is in memory any more
	ledger.once("after Results 1", func() {
		g.value("evm_revert", start)
		g.value("evm_increaseTime", 1000)
		g.value("evm_mine")
	})
	var block struct{ Hash string }
	if err := json.Unmarshal(g.call("eth_getBlockByNumber", "0x1", false).Result, &block); err != nil {
		t.Fatal(err)
	}
	if want := g.chain.Head().Hash.String(); g.chain.Head().Header.Height != 1 || block.Hash != want {
		t.Errorf("block 1 is %s, want %s", block.Hash, want)
	}
}

func TestARulingThatWasReadBeforeARevertHoldsForNoBlockAfterIt(t *testing.T) {
	registry, ledger := haunt()
	g := newTarget(t, development.Options{Registry: registry})
	start := g.value("evm_snapshot")
	g.value("hardhat_setNextBlockBaseFeePerGas", "0x10")
	g.value("hardhat_mine", "0x2")
	second := g.value("evm_snapshot")
	g.value("evm_mine")
	g.value("evm_revert", second) // only what holds after block 2 is in memory
	ledger.once("after View 1", func() {
		g.value("evm_revert", start)
		g.value("hardhat_setNextBlockBaseFeePerGas", "0x20")
		g.value("hardhat_mine", "0x2")
	})
	if _, err := g.chain.Ruling(2); err != nil {
		t.Fatal(err)
	}
	ruling, err := g.chain.Ruling(2)
	if want := chain.WordFromUint64(0x20); err != nil || ruling.Parameters.Fees.BaseFee != want {
		t.Errorf("base fee %s, error %v", ruling.Parameters.Fees.BaseFee, err)
	}
}

func TestReadsAndSendsBesideRevertsNeverMeetABlockThatIsGone(t *testing.T) {
	g := newTarget(t, development.Options{})
	raw := g.sign(1, &ethereum.Transaction{Type: 2, ChainID: development.ChainID, Gas: 21_000, To: &chain.Address{1}})
	from, done := g.chain.Accounts[0].Address, make(chan struct{})
	var clients sync.WaitGroup
	for method, params := range map[string][]any{
		"eth_getBalance": {from, "latest"}, "eth_sendRawTransaction": {raw}, "eth_getBlockByNumber": {"latest", true}, "eth_getLogs": {map[string]any{}},
	} {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if a := g.call(method, params...); a.Error != nil && strings.Contains(a.Error.Message, "ledger:") {
					t.Errorf("%s: %s", method, a.Error.Message)
					return
				}
			}
		})
	}
	for range 60 {
		before := g.value("evm_snapshot")
		g.value("hardhat_mine", "0x3")
		g.value("evm_revert", before)
	}
	close(done)
	clients.Wait()
}
