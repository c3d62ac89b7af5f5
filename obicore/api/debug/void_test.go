package debug_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// withVoid returns a block of the chain in which the second of three
// transactions is void: it repeats the first.
func (f *fixture) withVoid() *node.Block {
	f.t.Helper()
	store := f.deploy(recorder)
	for i := range byte(2) {
		f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: &store, Data: word(chain.Address{i + 1})})
	}
	block := *f.mine()
	results := *block.Results
	void := chain.Result{Receipt: chain.Receipt{Status: chain.StatusFailed, Reason: chain.ReasonNonce}}
	results.Transactions = []chain.Result{results.Transactions[0], void, results.Transactions[1]}
	block.Transactions = []chain.Verified{block.Transactions[0], block.Transactions[0], block.Transactions[1]}
	block.Results = &results
	return &block
}

func TestAVoidTransactionIsShownAsVoid(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	block := f.withVoid()
	for options, want := range map[string]string{
		`{}`:                          `"gas":0,"failed":true,"returnValue":"0x","structLogs":[],"voidReason":"0x1"`,
		`{"tracer":"callTracer"}`:     `"gasUsed":"0x0"`,
		`{"tracer":"prestateTracer"}`: `{}`,
		`{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}`: `{"post":{},"pre":{}}`,
	} {
		results, err := f.service.TraceGiven(t.Context(), block, options)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(results[1])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(encoded), want) {
			t.Errorf("with %s the trace is %s, want %s", options, encoded, want)
		}
	}
	results, err := f.service.TraceGiven(t.Context(), block, `{"tracer":"callTracer"}`)
	if err != nil {
		t.Fatal(err)
	}
	if encoded, _ := json.Marshal(results[1]); !strings.Contains(string(encoded), `"error":"void transaction: nonce too low`) {
		t.Errorf("the void call is %s", encoded)
	}
}

func TestAReplayThatDiffersFromTheReceiptIsNoTrace(t *testing.T) {
	f := newFixture(t, debug.Limits{})
	block := f.withVoid()
	for name, spoil := range map[string]func(*chain.Receipt){
		"gas":    func(r *chain.Receipt) { r.GasUsed++ },
		"status": func(r *chain.Receipt) { r.Status = chain.StatusFailed },
		"void":   func(r *chain.Receipt) { r.Status, r.Reason, r.GasUsed = chain.StatusFailed, chain.ReasonBalance, 0 },
	} {
		changed, results := *block, *block.Results
		results.Transactions = append([]chain.Result(nil), results.Transactions...)
		spoil(&results.Transactions[0].Receipt)
		changed.Results = &results
		if _, err := f.service.TraceGiven(t.Context(), &changed, `{}`); !errors.Is(err, debug.ErrReplay) {
			t.Errorf("with another %s the error is %v", name, err)
		}
	}
}
