package api_test

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/development"
)

// value calls a method that must succeed and returns its result as text.
func (g *target) value(method string, params ...any) string {
	g.t.Helper()
	a := g.call(method, params...)
	if a.Error != nil {
		g.t.Fatalf("%s: %d %s", method, a.Error.Code, a.Error.Message)
	}
	return strings.Trim(string(a.Result), `"`)
}

// await returns the receipt of a transaction that an account of the node sends.
func (g *target) await(fields map[string]any) map[string]any {
	g.t.Helper()
	events := g.chain.Subscribe(64)
	defer events.Close()
	id := g.value("eth_sendTransaction", fields)
	for {
		a := g.call("eth_getTransactionReceipt", id)
		var receipt map[string]any
		if err := json.Unmarshal(a.Result, &receipt); err != nil {
			g.t.Fatal(err)
		}
		if receipt != nil {
			return receipt
		}
		<-events.Events
	}
}

func (g *target) latest() map[string]any {
	g.t.Helper()
	var block map[string]any
	if err := json.Unmarshal(g.call("eth_getBlockByNumber", "latest", true).Result, &block); err != nil {
		g.t.Fatal(err)
	}
	return block
}

func TestSteeringMethodsEditAChainInMemory(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) { steer(t, newTarget(t, development.Options{Crypto: suite})) })
	}
}

func steer(t *testing.T, g *target) {
	someone, other := chain.Address{0xaa}, g.chain.Accounts[1].Address
	g.await(map[string]any{"from": g.chain.Accounts[0].Address, "to": other, "value": "0x1"})

	before := g.value("evm_snapshot")
	g.value("hardhat_setBalance", someone, "0xde0b6b3a7640000")
	if have := g.value("eth_getBalance", someone, "latest"); have != "0xde0b6b3a7640000" {
		t.Fatalf("an edited balance shows as %s", have)
	}
	g.value("hardhat_impersonateAccount", someone)
	receipt := g.await(map[string]any{"from": someone, "to": other, "value": "0x5"})
	if receipt["status"] != "0x1" || receipt["from"] != someone.String() {
		t.Fatalf("impersonated transaction: %v", receipt)
	}
	if transactions := g.latest()["transactions"].([]any); len(transactions) != 2 || transactions[0].(map[string]any)["envelopeType"] != "0x7e" {
		t.Fatalf("the edit is not recorded: %v", transactions)
	}

	g.value("hardhat_setCode", someone, "0x602a60005260206000f3")
	if have := g.value("eth_call", map[string]any{"to": someone}, "latest"); !strings.HasSuffix(have, "2a") {
		t.Fatalf("edited code returns %s", have)
	}
	g.value("hardhat_setStorageAt", someone, "0x0", "0x"+strings.Repeat("0", 63)+"7")
	if have := g.value("eth_getStorageAt", someone, "0x0", "latest"); !strings.HasSuffix(have, "07") {
		t.Fatalf("edited storage shows as %s", have)
	}
	g.value("evm_mine")
	if have := g.value("eth_getStorageAt", someone, "0x0", "latest"); !strings.HasSuffix(have, "07") {
		t.Fatalf("edited storage is %s after the block", have)
	}
	g.value("hardhat_setNonce", someone, "0x20")
	if have := g.value("eth_getTransactionCount", someone, "latest"); have != "0x20" {
		t.Fatalf("edited nonce shows as %s", have)
	}

	g.value("evm_setNextBlockTimestamp", 2_000_000_000)
	g.value("evm_mine")
	if have := g.latest()["timestamp"]; have != "0x77359400" {
		t.Fatalf("timestamp %s", have)
	}
	height := g.chain.Head().Header.Height
	g.value("hardhat_mine", "0x10", "0xa")
	if have := g.chain.Head().Header; have.Height != height+16 || have.Time/1000 < 2_000_000_000+150 {
		t.Fatalf("height %d, time %d after 16 blocks of 10 s", have.Height, have.Time)
	}
	g.value("hardhat_setNextBlockBaseFeePerGas", "0x10")
	g.value("hardhat_setCoinbase", someone)
	g.value("evm_mine")
	if block := g.latest(); block["baseFeePerGas"] != "0x10" || block["miner"] != someone.String() {
		t.Fatalf("base fee %s, miner %s", block["baseFeePerGas"], block["miner"])
	}

	if g.value("evm_revert", before) != "true" {
		t.Fatal("the snapshot was not found")
	}
	if have := g.value("eth_blockNumber"); have != "0x1" {
		t.Fatalf("block %s after the revert", have)
	}
	if have := g.value("eth_getBalance", someone, "latest"); have != "0x0" {
		t.Fatalf("balance %s after the revert", have)
	}
	if g.value("evm_revert", before) != "false" {
		t.Fatal("a snapshot was used twice")
	}
	g.await(map[string]any{"from": g.chain.Accounts[0].Address, "to": other, "value": "0x1"})
}

func TestAReadOfABlockHashDuringARevertDoesNotStopTheChain(t *testing.T) {
	g := newTarget(t, development.Options{})
	hasher := chain.Address{0xbb}
	g.value("hardhat_setCode", hasher, "0x60014060005260206000f3") // returns blockhash(1)
	before := g.value("evm_snapshot")
	g.value("hardhat_mine", "0x20")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			g.call("eth_call", map[string]any{"to": hasher}, "pending")
		}
	}()
	if g.value("evm_revert", before) != "true" {
		t.Fatal("not reverted")
	}
	<-done
	g.await(map[string]any{"from": g.chain.Accounts[0].Address, "to": hasher})
}

func TestParallelSendsOfOneAccountAllArrive(t *testing.T) {
	g := newTarget(t, development.Options{})
	const sends = 40
	ids := make(chan string, sends)
	for range sends {
		go func() {
			a := g.call("eth_sendTransaction", map[string]any{"from": g.chain.Accounts[0].Address, "to": g.chain.Accounts[1].Address})
			if a.Error != nil {
				t.Errorf("%d %s", a.Error.Code, a.Error.Message)
			}
			ids <- strings.Trim(string(a.Result), `"`)
		}()
	}
	different := make(map[string]bool)
	for range sends {
		different[<-ids] = true
	}
	if t.Failed() || len(different) != sends {
		t.Fatalf("%d of %d transactions are different", len(different), sends)
	}
	events := g.chain.Subscribe(1024)
	defer events.Close()
	for g.value("eth_getTransactionCount", g.chain.Accounts[0].Address, "latest") != "0x28" {
		select {
		case <-events.Events:
		case <-time.After(time.Minute):
			t.Fatalf("%s: not all are in a block: %s", g.value("eth_getTransactionCount", g.chain.Accounts[0].Address, "latest"), g.call("txpool_content").Result)
		}
	}
}

func TestWithoutAutomineTransactionsWaitForABlockOnDemand(t *testing.T) {
	g := newTarget(t, development.Options{})
	g.value("evm_setAutomine", false)
	var ids []string
	for range 3 {
		ids = append(ids, g.value("eth_sendTransaction", map[string]any{"from": g.chain.Accounts[0].Address, "to": g.chain.Accounts[1].Address}))
	}
	if have := g.value("eth_blockNumber"); have != "0x0" {
		t.Fatalf("block %s without a demand", have)
	}
	if have := g.value("eth_getTransactionCount", g.chain.Accounts[0].Address, "pending"); have != "0x3" {
		t.Fatalf("pending nonce %s", have)
	}
	if g.value("hardhat_dropTransaction", ids[2]) != "true" {
		t.Fatal("the transaction was not dropped")
	}
	g.value("evm_mine")
	if transactions := g.latest()["transactions"].([]any); len(transactions) != 2 {
		t.Fatalf("%d transactions", len(transactions))
	}
}

func TestASetCoinbaseIsThatOfItsBlocksForEver(t *testing.T) {
	g := newTarget(t, development.Options{})
	first, second := chain.Address{0xaa}, chain.Address{0xbb}
	g.value("hardhat_setNextBlockBaseFeePerGas", "0x10")
	g.value("hardhat_setCoinbase", first)
	if have := g.value("eth_coinbase"); have != first.String() {
		t.Errorf("eth_coinbase is %s, want %s", have, first)
	}
	g.value("evm_mine")
	g.value("evm_mine")
	before := g.value("evm_snapshot")
	g.value("hardhat_setCoinbase", second)
	g.value("evm_mine")
	g.value("hardhat_mine", "0x200") // more than stay in memory
	miner := func(block string) string {
		var header struct{ Miner string }
		if err := json.Unmarshal(g.call("eth_getBlockByNumber", block, false).Result, &header); err != nil {
			t.Fatal(err)
		}
		return header.Miner
	}
	for block, want := range map[string]string{"0x1": first.String(), "0x2": first.String(), "0x3": second.String(), "latest": second.String()} {
		if have := miner(block); have != want {
			t.Errorf("block %s has the miner %s, want %s", block, have, want)
		}
	}
	if err := g.chain.Replay(t.Context(), func(float64) {}); err != nil {
		t.Errorf("the chain does not replay: %v", err)
	}
	if g.value("evm_revert", before) != "true" {
		t.Fatal("not reverted")
	}
	g.value("evm_mine")
	if have := miner("latest"); have != first.String() {
		t.Errorf("after the revert the miner is %s, want %s", have, first)
	}
}

func TestAnEditThatWaitsAtASnapshotIsThereAfterTheRevert(t *testing.T) {
	g := newTarget(t, development.Options{})
	g.value("hardhat_setNextBlockBaseFeePerGas", "0x10")
	before := g.value("evm_snapshot")
	g.value("hardhat_setNextBlockBaseFeePerGas", "0x20")
	g.value("evm_mine")
	if g.value("evm_revert", before) != "true" {
		t.Fatal("not reverted")
	}
	if have := g.value("eth_baseFee"); have != "0x10" {
		t.Errorf("base fee %s after the revert", have)
	}
	g.value("evm_mine")
	if have := g.latest()["baseFeePerGas"]; have != "0x10" {
		t.Errorf("base fee %s in the next block", have)
	}
}

func TestParallelCallsOfMineGetBlocksOfTheirOwn(t *testing.T) {
	g := newTarget(t, development.Options{})
	const calls = 40
	answered := make(chan uint64, calls)
	for range calls {
		go func() {
			if a := g.call("evm_mine"); a.Error != nil {
				t.Errorf("%d %s", a.Error.Code, a.Error.Message)
			}
			answered <- g.chain.Head().Header.Height
		}()
	}
	var heights []uint64
	for range calls {
		heights = append(heights, <-answered)
	}
	slices.Sort(heights)
	for i, height := range heights {
		if height < uint64(i+1) {
			t.Fatalf("%d calls were answered at height %d", i+1, height)
		}
	}
	if height := g.chain.Head().Header.Height; height != calls {
		t.Fatalf("height %d after %d calls", height, calls)
	}
}

func TestSteeringRefusesNumbersAndTimesThatItCannotKeep(t *testing.T) {
	g := newTarget(t, development.Options{})
	for _, attempt := range []struct {
		method string
		params []any
		want   string
	}{
		{"evm_increaseTime", []any{"12abc"}, "not a number"},
		{"evm_increaseTime", []any{uint64(1) << 63}, "up to 2^33"},
		{"evm_setNextBlockTimestamp", []any{uint64(1) << 34}, "up to 2^33"},
		{"evm_setNextBlockTimestamp", []any{uint64(1) << 63}, "up to 2^33"},
		{"evm_mine", []any{1}, "lower than or equal to previous block's timestamp"},
	} {
		if a := g.call(attempt.method, attempt.params...); a.Error == nil || !strings.Contains(a.Error.Message, attempt.want) {
			t.Errorf("%s %v: %s %+v", attempt.method, attempt.params, a.Result, a.Error)
		}
	}
	g.value("evm_increaseTime", 1<<33)
	if a := g.call("evm_increaseTime", 1<<33); a.Error == nil { // it would have gone backwards
		t.Errorf("the clock stands at %s", a.Result)
	}
	before := g.chain.Head().Header.Time
	g.value("evm_mine")
	if after := g.chain.Head().Header.Time; after < before+1000<<33 {
		t.Errorf("time %d after %d", after, before)
	}
}

// intervalMiners counts the goroutines that mine at an interval.
func intervalMiners() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "created by github.com/credibleledger/credibleledger/obicore/api/development.(*Service).setInterval")
}

func TestParallelChangesOfTheIntervalLeaveOneMiner(t *testing.T) {
	g := newTarget(t, development.Options{})
	var calls sync.WaitGroup
	for range 32 {
		calls.Go(func() {
			if a := g.call("evm_setIntervalMining", 3_600_000); a.Error != nil {
				t.Error(a.Error.Message)
			}
		})
	}
	calls.Wait()
	if n := intervalMiners(); n != 1 {
		t.Errorf("%d miners run", n)
	}
	g.value("evm_setIntervalMining", 0)
	if n := intervalMiners(); n != 0 {
		t.Errorf("%d miners run after the last was stopped", n)
	}
}

func TestEditsThatNoBlockCouldRecordAreRefusedAndBlocksGoOn(t *testing.T) {
	g := newTarget(t, development.Options{})
	code, refused := "0x"+strings.Repeat("5b", 1<<20), ""
	for i := range 32 {
		if a := g.call("hardhat_setCode", chain.Address{1, byte(i)}, code); a.Error != nil {
			refused = a.Error.Message
			break
		}
	}
	if !strings.Contains(refused, "evm_mine") {
		t.Fatalf("32 MiB of edits wait: %q", refused)
	}
	g.value("evm_mine")
	g.value("hardhat_setCode", chain.Address{2}, code)
	for range 32 { // the same edit again takes no more room
		g.value("hardhat_setBalance", chain.Address{3}, "0x1")
	}
	g.value("evm_mine")
	if have := g.value("eth_getCode", chain.Address{2}, "latest"); have != code {
		t.Fatalf("%d digits of code", len(have))
	}
}

func TestATransactionOfNothingIsNoContractCreation(t *testing.T) {
	g := newTarget(t, development.Options{})
	from := g.chain.Accounts[0].Address
	for _, method := range []string{"eth_sendTransaction", "eth_signTransaction", "eth_fillTransaction"} {
		if answer := g.call(method, map[string]any{"from": from, "value": "0x1"}); answer.Error == nil || !strings.Contains(answer.Error.Message, "without any data") {
			t.Errorf("%s: %+v", method, answer)
		}
	}
	if answer := g.call("eth_call", map[string]any{"from": from, "to": from, "blobVersionedHashes": []string{}}, "latest"); answer.Error == nil || !strings.Contains(answer.Error.Message, "missing blob hashes") {
		t.Errorf("a call with an empty list of blobs: %+v", answer)
	}
}

func TestThePendingBlockIsTheOneThatWouldComeNext(t *testing.T) {
	g := newTarget(t, development.Options{})
	from, to := g.chain.Accounts[0].Address, g.chain.Accounts[1].Address
	g.await(map[string]any{"from": from, "to": to})
	g.value("evm_setAutomine", false)
	id := g.value("eth_sendTransaction", map[string]any{"from": from, "to": to, "value": "0x5"})
	g.value("evm_setNextBlockTimestamp", 3_000_000_000)
	var pending struct{ Number, Timestamp, ParentHash, ReceiptsRoot string }
	if err := json.Unmarshal(g.call("eth_getBlockByNumber", "pending", false).Result, &pending); err != nil {
		t.Fatal(err)
	}
	if pending.Number != "0x2" || pending.Timestamp != "0xb2d05e00" || pending.ParentHash != g.chain.Head().Hash.String() || pending.ReceiptsRoot == (chain.Hash{}).String() {
		t.Errorf("pending block %+v", pending)
	}
	var waiting struct{ Hash, BlockHash string }
	if err := json.Unmarshal(g.call("eth_getTransactionByBlockNumberAndIndex", "pending", "0x0").Result, &waiting); err != nil {
		t.Fatal(err)
	}
	if waiting.Hash != id || waiting.BlockHash != "" {
		t.Errorf("transaction 0 of the pending block is %+v, want %s", waiting, id)
	}
	if a := g.call("eth_getTransactionByBlockNumberAndIndex", "pending", "0x1"); string(a.Result) != "null" {
		t.Errorf("transaction 1 is %s", a.Result)
	}
	if have := g.value("eth_getBlockTransactionCountByNumber", "pending"); have != "0x1" {
		t.Errorf("%s transactions are pending", have)
	}
}

func TestAnEstimateForWhichTheFundsBuyTooLittleGasNamesTheAllowance(t *testing.T) {
	g := newTarget(t, development.Options{})
	call := map[string]any{"from": g.chain.Accounts[0].Address, "to": g.chain.Accounts[1].Address, "gasPrice": "0x" + strings.Repeat("f", 64)}
	if a := g.call("eth_estimateGas", call); a.Error == nil || a.Error.Message != "gas required exceeds allowance (0)" {
		t.Errorf("%s %+v", a.Result, a.Error)
	}
	// No transaction can have more than 2^24 gas (EIP-7825), whatever the call asks for.
	spin := map[chain.Address]any{{0xaa}: map[string]string{"code": "0x5b600056"}}
	call = map[string]any{"to": chain.Address{0xaa}, "gas": "0x2000000"}
	if a := g.call("eth_estimateGas", call, "latest", spin); a.Error == nil || a.Error.Message != "gas required exceeds allowance (16777216)" {
		t.Errorf("%s %+v", a.Result, a.Error)
	}
}

func TestAnImpersonatedContractSendsAndDeploys(t *testing.T) {
	g := newTarget(t, development.Options{})
	contract, other := chain.Address{0xaa}, g.chain.Accounts[1].Address
	g.value("hardhat_setCode", contract, "0x00")
	g.value("hardhat_setBalance", contract, "0xde0b6b3a7640000")
	g.value("hardhat_impersonateAccount", contract)
	sent := g.await(map[string]any{"from": contract, "to": other, "value": "0x5"})
	made := g.await(map[string]any{"from": contract, "data": "0x600160005360016000f3"}) // code 01
	if sent["status"] != "0x1" || sent["from"] != contract.String() || made["status"] != "0x1" || made["contractAddress"] == nil {
		t.Fatalf("sent %v, deployed %v", sent, made)
	}
	trace := g.call("debug_traceTransaction", sent["transactionHash"], map[string]any{"tracer": "callTracer"})
	if trace.Error != nil || !strings.Contains(string(trace.Result), contract.String()) {
		t.Errorf("its trace is %s %+v", trace.Result, trace.Error)
	}
	g.value("hardhat_stopImpersonatingAccount", contract)
	if a := g.call("eth_sendTransaction", map[string]any{"from": contract, "to": other}); a.Error == nil || a.Error.Message != "unknown account" {
		t.Errorf("no longer impersonated: %s %+v", a.Result, a.Error)
	}
}
