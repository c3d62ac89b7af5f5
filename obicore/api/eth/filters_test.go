package eth_test

import (
	"encoding/json"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestAFilterThatWasLongNotAskedGivesItsBlocksInPartsOfTheRange(t *testing.T) {
	limits := eth.DefaultLimits()
	limits.LogRange = 2
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	filter := s.call("eth_newBlockFilter").Result
	if err := s.Mine(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, want := range []int{2, 2, 1, 0} {
		var hashes []string
		if err := json.Unmarshal(s.call("eth_getFilterChanges", filter).Result, &hashes); err != nil || len(hashes) != want {
			t.Fatalf("%d hashes, want %d: %v", len(hashes), want, err)
		}
		seen = append(seen, hashes...)
	}
	for i, hash := range seen {
		if block, err := s.BlockAt(uint64(i + 1)); err != nil || block.Hash.String() != hash {
			t.Errorf("hash %d is %s, error %v", i, hash, err)
		}
	}
}

func TestALogFilterThatWasLongNotAskedReadsNoMoreThanTheRangeAtOnce(t *testing.T) {
	limits := eth.DefaultLimits()
	limits.LogRange = 2
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	logger, code := chain.Address{0xaa}, []byte{0x60, 0, 0x60, 0, 0xa0} // LOG0
	err := s.Edit(func(ledger.View) ([]chain.Write, error) {
		account := chain.Account{CodeHash: s.Executor().CodeHash(code)}
		return []chain.Write{{Key: chain.AccountKey(logger), Value: account.Encode()}, {Key: chain.CodeKey(logger), Value: code}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	filter := s.call("eth_newFilter", map[string]any{}).Result
	if err := s.Mine(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	raw, _ := s.transaction(0, 50_000, logger)
	if a := s.call("eth_sendRawTransactionSync", raw); a.Error.Code != 0 {
		t.Fatalf("%+v", a.Error)
	}
	for _, want := range []int{0, 0, 1, 0} { // it stands in block 5
		var logs []json.RawMessage
		if err := json.Unmarshal(s.call("eth_getFilterChanges", filter).Result, &logs); err != nil || len(logs) != want {
			t.Fatalf("%d logs, want %d: %v", len(logs), want, err)
		}
	}
}
