package eth_test

import (
	"encoding/json"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestOneReceiptOfALargeBlockIsThatOfTheBlockAndCostsNoMoreThanOne(t *testing.T) {
	s := serve(t, development.Options{}, eth.Settings{}, jsonrpc.Options{})
	if err := s.SetManual(true); err != nil {
		t.Fatal(err)
	}
	const count = 1000
	var last string
	for nonce := range uint64(count) {
		var raw string
		raw, last = s.transaction(nonce, 21_000, chain.Address{0xaa})
		if a := s.call("eth_sendRawTransaction", raw); a.Error.Message != "" {
			t.Fatal(a.Error)
		}
	}
	if err := s.Mine(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	var whole []json.RawMessage
	if err := json.Unmarshal(s.call("eth_getBlockReceipts", "latest").Result, &whole); err != nil || len(whole) != count {
		t.Fatalf("%d receipts: %v", len(whole), err)
	}
	if one := s.call("eth_getTransactionReceipt", last); string(one.Result) != string(whole[count-1]) {
		t.Errorf("alone %s, in its block %s", one.Result, whole[count-1])
	}
	if allocations := testing.AllocsPerRun(10, func() { s.call("eth_getTransactionReceipt", last) }); allocations > count {
		t.Errorf("%.0f allocations for one receipt of %d", allocations, count)
	}
}
