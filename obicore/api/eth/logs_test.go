package eth_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
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

func TestASearchThatSelectsSomethingMaySpanMoreBlocksThanAreRead(t *testing.T) {
	limits := eth.DefaultLimits()
	limits.LogRange = 8
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	logger, code := chain.Address{0xaa}, []byte{0x60, 7, 0x60, 0, 0x60, 0, 0xa1} // LOG1 of topic 7
	err := s.Edit(func(ledger.View) ([]chain.Write, error) {
		account := chain.Account{CodeHash: s.Executor().CodeHash(code)}
		return []chain.Write{{Key: chain.AccountKey(logger), Value: account.Encode()}, {Key: chain.CodeKey(logger), Value: code}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for nonce := range uint64(3) {
		if err := s.Mine(t.Context(), 20); err != nil {
			t.Fatal(err)
		}
		raw, id := s.transaction(nonce, 50_000, logger)
		if a := s.call("eth_sendRawTransactionSync", raw); a.Error.Code != 0 {
			t.Fatalf("%+v", a.Error)
		}
		places = append(places, id)
	}
	if err := s.Mine(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	s.awaitIndex()
	everything := map[string]any{"fromBlock": "earliest", "toBlock": "latest"}
	if a := s.call("eth_getLogs", everything); a.Error.Code != jsonrpc.LimitExceeded {
		t.Errorf("a search for everything: %s %+v", a.Result, a.Error)
	}
	for _, narrowed := range []map[string]any{
		{"address": logger}, {"topics": []any{chain.Hash{31: 7}}}, {"address": []any{logger, chain.Address{1}}, "topics": []any{[]any{chain.Hash{31: 7}, chain.Hash{31: 8}}}},
	} {
		narrowed["fromBlock"], narrowed["toBlock"] = "earliest", "latest"
		var found []struct{ TransactionHash string }
		if a := s.call("eth_getLogs", narrowed); json.Unmarshal(a.Result, &found) != nil || len(found) != len(places) {
			t.Fatalf("%v: %s %+v", narrowed, a.Result, a.Error)
		}
		for i := range found {
			if found[i].TransactionHash != places[i] {
				t.Errorf("%v: event %d is of %s, want %s", narrowed, i, found[i].TransactionHash, places[i])
			}
		}
	}
}

// awaitIndex waits until the ledger has indexed the events of all blocks.
func (s *served) awaitIndex() {
	s.t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for head := s.Head().Header.Height; ; <-look.C {
		next, err := s.Ledger().(ledger.EventIndexer).Candidates(s.t.Context(), ledger.EventQuery{}, 0, head, func(uint64) bool { return true })
		if err != nil {
			s.t.Fatal(err)
		}
		if next > head {
			return
		}
	}
}
