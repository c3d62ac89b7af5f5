package debug_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// call is a trace of callTracer.
type call struct {
	Type, From, To, Gas, GasUsed, Input, Output, Error, RevertReason, Value string
	Calls                                                                   []call
	Logs                                                                    []struct{ Address, Index, Position string }
}

// steps is a trace of struct logs.
type steps struct {
	Gas         uint64
	Failed      bool
	ReturnValue string
	StructLogs  []struct {
		Op      string
		Stack   []string
		Memory  []string
		Storage map[string]string
		Error   string
	}
	VoidReason string
}

var (
	callTracer = map[string]any{"tracer": "callTracer", "tracerConfig": map[string]any{"withLog": true}}
	diff       = map[string]any{"tracer": "prestateTracer", "tracerConfig": map[string]any{"diffMode": true}}
)

// manyKinds fills a chain with many kinds of transactions and returns the blocks
// that hold them.
func (f *fixture) manyKinds() (first, last uint64) {
	f.t.Helper()
	first = f.Head().Header.Height + 1
	store, refuse, forward, remove, spin := f.deploy(recorder), f.deploy(refuser), f.deploy(caller), f.deploy(remover), f.deploy(spinner)
	value, to := chain.WordFromUint64(5), f.Accounts[3].Address
	dynamic := func(t ethereum.Transaction) *ethereum.Transaction {
		t.Type, t.FeeCap, t.TipCap = ethereum.TypeDynamicFee, chain.WordFromUint64(2e9), chain.WordFromUint64(1e9)
		return &t
	}
	f.send(0, &ethereum.Transaction{To: &to, Value: value, GasPrice: chain.WordFromUint64(1e9)})
	f.send(0, dynamic(ethereum.Transaction{To: &store, Data: word(chain.Address{7})}))
	f.send(0, dynamic(ethereum.Transaction{To: &store, Data: word(chain.Address{})})) // clears the slot: a refund
	f.send(0, dynamic(ethereum.Transaction{To: &refuse}))
	f.send(1, dynamic(ethereum.Transaction{To: &forward, Data: word(store)}))
	f.send(1, dynamic(ethereum.Transaction{To: &forward, Data: word(refuse)}))
	f.send(1, dynamic(ethereum.Transaction{To: &spin, Gas: 100_000}))
	f.send(1, dynamic(ethereum.Transaction{To: &remove, Value: value}))
	f.send(1, dynamic(ethereum.Transaction{Data: code(f.t, "60015f55"+"33ff"), Value: value})) // destroyed where it was created
	f.send(2, &ethereum.Transaction{
		Type: ethereum.TypeAccessList, To: &store, Data: word(chain.Address{9}), GasPrice: chain.WordFromUint64(1e9),
		AccessList: []chain.Access{{Address: store, Slots: []chain.Word{{}}}},
	})
	f.mine()
	authorization, err := (&ethereum.Authorization{ChainID: chain.WordFromUint64(development.ChainID), Address: store}).Sign(keccak.Keccak256, f.signer(3))
	if err != nil {
		f.t.Fatal(err)
	}
	f.send(2, &ethereum.Transaction{
		Type: ethereum.TypeSetCode, To: &to, Data: word(chain.Address{1}), Authorizations: []ethereum.Authorization{authorization},
	})
	parameters := chain.ParametersAddress
	selector := native.Selector("setBaseFee(uint256)")
	f.send(0, dynamic(ethereum.Transaction{To: &parameters, Data: append(selector[:], make([]byte, 32)...)}))
	f.send(1, dynamic(ethereum.Transaction{To: &parameters, Data: append(selector[:], make([]byte, 32)...)})) // not an administrator
	read := native.Selector("baseFee()")
	f.send(1, dynamic(ethereum.Transaction{To: &forward, Data: word(parameters)}))
	f.send(1, dynamic(ethereum.Transaction{To: &parameters, Data: read[:]}))
	deployer := development.DeployerAddress
	f.send(1, dynamic(ethereum.Transaction{To: &deployer, Data: append(make([]byte, 32), initcode(f.t, recorder)...)}))
	f.edit(chain.Address{0xed}, 77)
	f.mine()
	f.mine() // empty
	return first, f.Head().Header.Height
}

// edit sets the balance of an account as a development method does.
func (f *fixture) edit(owner chain.Address, balance uint64) {
	f.t.Helper()
	account := chain.Account{Balance: chain.WordFromUint64(balance)}
	err := f.Edit(func(ledger.View) ([]chain.Write, error) {
		return []chain.Write{{Key: chain.AccountKey(owner), Value: account.Encode()}}, nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestTracesOfAWholeChainAgreeWithItsReceipts(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	first, last := f.manyKinds()
	traced := 0
	for height := first; height <= last; height++ {
		block, err := f.BlockAt(height)
		if err != nil {
			t.Fatal(err)
		}
		number := fmt.Sprintf("0x%x", height)
		var calls []struct {
			TxHash string
			Result call
		}
		var logs []struct{ Result steps }
		f.get(&calls, "debug_traceBlockByNumber", number, callTracer)
		f.get(&logs, "debug_traceBlockByHash", block.Hash, map[string]any{})
		if len(calls) != len(block.Transactions) || len(logs) != len(calls) {
			t.Fatalf("block %d: %d and %d traces of %d transactions", height, len(calls), len(logs), len(block.Transactions))
		}
		for i := range calls {
			receipt, id := &block.Results.Transactions[i].Receipt, block.Transactions[i].ID
			gas, failed := receipt.GasUsed, receipt.Status == chain.StatusFailed
			if calls[i].TxHash != id.String() || calls[i].Result.GasUsed != fmt.Sprintf("0x%x", gas) || (calls[i].Result.Error != "") != failed {
				t.Errorf("block %d, transaction %d: %+v, receipt %+v", height, i, calls[i], receipt)
			}
			if logs[i].Result.Gas != gas || logs[i].Result.Failed != failed {
				t.Errorf("block %d, transaction %d: gas %d, failed %t, receipt %+v", height, i, logs[i].Result.Gas, logs[i].Result.Failed, receipt)
			}
			if n := countLogs(&calls[i].Result); n != len(receipt.Logs) {
				t.Errorf("block %d, transaction %d: %d events, receipt has %d", height, i, n, len(receipt.Logs))
			}
			var alone steps
			f.get(&alone, "debug_traceTransaction", id)
			if alone.Gas != gas || len(alone.StructLogs) != len(logs[i].Result.StructLogs) {
				t.Errorf("block %d, transaction %d: traced alone it has gas %d and %d steps", height, i, alone.Gas, len(alone.StructLogs))
			}
			traced++
		}
	}
	if traced < 21 {
		t.Errorf("%d transactions were traced, want at least 21", traced)
	}
}

func countLogs(c *call) int {
	n := len(c.Logs)
	for i := range c.Calls {
		n += countLogs(&c.Calls[i])
	}
	return n
}

// A diff must account for exactly what the ledger says that a transaction wrote
// to accounts and slots.
func TestDiffsAgreeWithTheWriteSets(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	first, last := f.manyKinds()
	for height := first; height <= last; height++ {
		block, err := f.BlockAt(height)
		if err != nil {
			t.Fatal(err)
		}
		for i := range block.Transactions {
			var trace struct{ Pre, Post map[string]json.RawMessage }
			f.get(&trace, "debug_traceTransaction", block.Transactions[i].ID, diff)
			written := make(map[string]bool)
			for _, write := range block.Results.Transactions[i].Writes {
				if write.Key.Space != chain.SpaceModule && !block.Transactions[i].System {
					written[write.Key.Owner.String()] = true
				}
			}
			for owner := range trace.Post {
				if !written[owner] {
					t.Errorf("block %d, transaction %d: the diff has %s, the write set has not", height, i, owner)
				}
				delete(written, owner)
			}
			for owner := range written {
				t.Errorf("block %d, transaction %d: the write set has %s, the diff has not", height, i, owner)
			}
		}
	}
}

func TestCallTraceShowsInnerCallsAcrossVirtualMachines(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	forward := f.deploy(caller)
	parameters := chain.ParametersAddress
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &forward, Data: word(parameters)})
	f.mine()
	var trace call
	f.get(&trace, "debug_traceTransaction", id, callTracer)
	var kinds []string
	for _, inner := range trace.Calls {
		kinds = append(kinds, inner.Type)
	}
	if got := strings.Join(kinds, " "); got != "CALL DELEGATECALL STATICCALL CREATE" {
		t.Errorf("inner calls are %s", got)
	}
	if trace.Calls[0].To != parameters.String() || trace.Calls[0].Error == "" || len(trace.Calls[0].Calls) != 0 {
		t.Errorf("the call of the native module is %+v", trace.Calls[0])
	}
	if refused := trace.Calls[1]; !strings.Contains(refused.Error, "runs as itself only") || refused.GasUsed != "0xffff" {
		t.Errorf("the DELEGATECALL into the native module is %+v", refused)
	}
	if trace.Calls[2].Value != "" || trace.Calls[0].Value != "0x0" {
		t.Errorf("values are %q and %q", trace.Calls[2].Value, trace.Calls[0].Value)
	}
	var top call
	f.get(&top, "debug_traceTransaction", id, map[string]any{"tracer": "callTracer", "tracerConfig": map[string]any{"onlyTopCall": true}})
	if len(top.Calls) != 0 || top.GasUsed != trace.GasUsed {
		t.Errorf("the top call alone is %+v", top)
	}
}

func TestStructLogsShowWhatTheOptionsAskFor(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	store := f.deploy(recorder)
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &store, Data: word(chain.Address{7})})
	f.mine()
	var full, bare steps
	f.get(&full, "debug_traceTransaction", id, map[string]any{"enableMemory": true, "enableReturnData": true})
	f.get(&bare, "debug_traceTransaction", id, map[string]any{"disableStack": true, "disableStorage": true, "timeout": "3s"})
	if len(full.StructLogs) != 9 || len(bare.StructLogs) != 9 {
		t.Fatalf("%d and %d steps, want 9", len(full.StructLogs), len(bare.StructLogs))
	}
	write := full.StructLogs[3]
	slot := "0x" + strings.Repeat("0", 64)
	if write.Op != "SSTORE" || len(write.Stack) != 2 || write.Storage[slot] != "0x"+strings.Repeat("0", 24)+"07"+strings.Repeat("0", 38) {
		t.Errorf("the step is %+v", write)
	}
	if bare.StructLogs[3].Stack != nil || bare.StructLogs[3].Storage != nil {
		t.Errorf("the bare step is %+v", bare.StructLogs[3])
	}
	var limited steps
	f.get(&limited, "debug_traceTransaction", id, map[string]any{"limit": 1})
	if len(limited.StructLogs) != 1 {
		t.Errorf("%d steps under a limit, want 1", len(limited.StructLogs))
	}
}

func TestACallIsTracedWithOverridesAndWithinABlock(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	store := f.deploy(recorder)
	f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &store, Data: word(chain.Address{1})})
	f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &store, Data: word(chain.Address{2})})
	f.mine()
	request := map[string]any{"to": store, "data": "0x"}
	before := func(options map[string]any) string {
		t.Helper()
		var trace map[string]struct{ Storage map[string]string }
		options["tracer"] = "prestateTracer"
		f.get(&trace, "debug_traceCall", request, "latest", options)
		for _, value := range trace[store.String()].Storage {
			return value[26:28]
		}
		return "none"
	}
	for want, options := range map[string]map[string]any{
		"02": {},
		"00": {"txIndex": "0x0"},
		"01": {"txIndex": "0x1"},
		"aa": {"txIndex": "0x1", "stateOverrides": map[string]any{store.String(): map[string]any{
			"stateDiff": map[string]any{"0x" + strings.Repeat("0", 64): "0x" + strings.Repeat("0", 24) + "aa" + strings.Repeat("0", 38)},
		}}},
	} {
		if got := before(options); got != want {
			t.Errorf("with %v the slot is %s, want %s", options, got, want)
		}
	}
	var parent steps
	head := f.Head()
	blockhash := map[string]any{"data": fmt.Sprintf("0x60%02x405f5260205ff3", head.Header.Height)}
	next := map[string]any{"blockOverrides": map[string]any{"number": fmt.Sprintf("0x%x", head.Header.Height+1)}}
	f.get(&parent, "debug_traceCall", blockhash, "latest", next)
	if parent.ReturnValue != head.Hash.String() {
		t.Errorf("BLOCKHASH of the latest block is %s, want %s", parent.ReturnValue, head.Hash)
	}
	var byNumber steps
	f.get(&byNumber, "debug_traceCall", map[string]any{"data": "0x435f5260205ff3"}, "latest", map[string]any{"blockOverrides": map[string]any{"number": "0x1234"}})
	if !strings.HasSuffix(byNumber.ReturnValue, "1234") {
		t.Errorf("the block number is %s", byNumber.ReturnValue)
	}
}

func TestSelectorsAreCountedAndNothingIsNothing(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	forward := f.deploy(caller)
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &forward, Data: word(chain.Address{0xaa})})
	f.mine()
	var selectors map[string]int
	f.get(&selectors, "debug_traceTransaction", id, map[string]any{"tracer": "4byteTracer"})
	if len(selectors) != 1 || selectors["0x00000000-28"] != 1 {
		t.Errorf("selectors are %v", selectors)
	}
	if a := f.ask("debug_traceTransaction", id, map[string]any{"tracer": "noopTracer"}); string(a.Result) != "{}" {
		t.Errorf("noopTracer gives %s", a.Result)
	}
}

func TestHistoricBlocksAreTracedOnTheirOwnState(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	store := f.deploy(recorder)
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &store, Data: word(chain.Address{1})})
	f.mine()
	for i := range byte(20) {
		f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &store, Data: word(chain.Address{i})})
		f.mine()
	}
	var trace struct {
		Pre, Post map[string]struct {
			Nonce   uint64
			Storage map[string]string
		}
	}
	f.get(&trace, "debug_traceTransaction", id, diff)
	sender := f.Accounts[0].Address.String()
	if trace.Pre[sender].Nonce != 1 || trace.Post[sender].Nonce != 2 || len(trace.Pre[store.String()].Storage) != 0 || len(trace.Post[store.String()].Storage) != 1 {
		t.Errorf("the diff is %+v", trace)
	}
}

func TestRequestsThatCannotBeTracedAreRefused(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	spin := f.deploy(spinner)
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &spin, Gas: 10_000_000})
	f.mine()
	unknown := "0x" + strings.Repeat("1", 64)
	for _, refused := range []struct {
		method  string
		params  []any
		code    int
		message string
	}{
		{"debug_traceTransaction", []any{unknown}, -32000, "transaction not found"},
		{"debug_traceTransaction", []any{id, map[string]any{"tracer": "{step: function() {}}"}}, -32602, "tracer is not supported"},
		{"debug_traceTransaction", []any{id, map[string]any{"tracer": "callTracer", "tracerConfig": map[string]any{"withLogs": true}}}, -32602, "withLogs"},
		{"debug_traceTransaction", []any{id, map[string]any{"tracer": "prestateTracer", "tracerConfig": map[string]any{"diffMode": true, "includeEmpty": true}}}, -32602, "cannot use diffMode with includeEmpty"},
		{"debug_traceTransaction", []any{id, map[string]any{"timeout": "soon"}}, -32602, "invalid timeout"},
		{"debug_traceTransaction", []any{id, map[string]any{"timeout": "1ns"}}, -32000, "execution timeout"},
		{"debug_traceBlockByNumber", []any{"0x0"}, -32000, "genesis is not traceable"},
		{"debug_traceBlockByNumber", []any{"0xffff"}, -32000, "block #65535 not found"},
		{"debug_traceBlockByNumber", []any{"pending"}, -32000, "pending is not supported"},
		{"debug_traceBlockByHash", []any{unknown}, -32000, "not found"},
		{"debug_traceCall", []any{map[string]any{"to": spin}, "pending"}, -32000, "pending is not supported"},
		{"debug_traceCall", []any{map[string]any{"to": spin}, "latest", map[string]any{"txIndex": "0x9"}}, -32000, "out of range"},
		{"debug_traceCall", []any{map[string]any{"to": spin, "gas": "0x1"}}, -32000, "intrinsic gas too low"},
		{"debug_traceCall", []any{}, -32602, "missing value for required argument 0"},
		{"debug_getRawHeader", []any{"latest"}, -32601, "does not exist"},
	} {
		a := f.ask(refused.method, refused.params...)
		if a.Error == nil || a.Error.Code != refused.code || !strings.Contains(a.Error.Message, refused.message) {
			t.Errorf("%s %v gives %+v, want %d %s", refused.method, refused.params, a.Error, refused.code, refused.message)
		}
	}
}

func TestATraceThatGrowsTooLargeIsStopped(t *testing.T) {
	f := newFixture(t, debug.Limits{Time: time.Minute, MaxTime: time.Minute, Bytes: 100_000})
	spin := f.deploy(spinner)
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &spin, Gas: 10_000_000})
	f.mine()
	if a := f.ask("debug_traceTransaction", id); a.Error == nil || !strings.Contains(a.Error.Message, "trace is too large") {
		t.Errorf("the answer is %.200s, %+v", a.Result, a.Error)
	}
}

func TestRawTransactionsAreTheWireBytes(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	to := f.Accounts[1].Address
	id := f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &to})
	var waiting, included, absent string
	f.get(&waiting, "debug_getRawTransaction", id)
	block := f.mine()
	f.get(&included, "debug_getRawTransaction", id)
	f.get(&absent, "debug_getRawTransaction", "0x"+strings.Repeat("1", 64))
	if want := fmt.Sprintf("0x%x", block.Transactions[0].Raw); waiting != want || included != want || absent != "0x" {
		t.Errorf("%s, %s and %s, want %s", waiting, included, absent, want)
	}
}
