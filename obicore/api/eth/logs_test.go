package eth_test

import (
	"encoding/json"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestALogFilterTakesNullForAnything(t *testing.T) {
	s := serve(t, development.Options{}, eth.Settings{}, jsonrpc.Options{})
	topic := chain.Hash{1}
	for _, filter := range []map[string]any{
		{"address": nil}, {"topics": nil}, {"address": nil, "topics": []any{nil}, "fromBlock": nil, "toBlock": nil, "blockHash": nil},
		{"address": []any{}, "topics": []any{[]any{}, []any{nil, topic}, topic, nil}},
	} {
		if a := s.call("eth_getLogs", filter); a.Error.Message != "" || string(a.Result) != "[]" {
			given, _ := json.Marshal(filter) // for the message only
			t.Errorf("%s: %s %+v", given, a.Result, a.Error)
		}
	}
	if a := s.call("eth_getLogs", map[string]any{"address": []any{nil}}); a.Error.Code != jsonrpc.InvalidParams {
		t.Errorf("null in a list of addresses: %s %+v", a.Result, a.Error)
	}
}
