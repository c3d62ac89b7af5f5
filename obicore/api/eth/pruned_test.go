package eth_test

import (
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestHistoryThatIsDroppedIsSaidToBe(t *testing.T) {
	registry := obicore.Registry()
	registry.Ledger[segment.Name] = segment.New(segment.WithCommitment(obicore.BinaryTree, binarytree.New), segment.WithSegmentSize(2_000))
	s := serve(t, development.Options{Registry: registry}, eth.Settings{}, jsonrpc.Options{})
	for nonce := range uint64(20) {
		raw, _ := s.transaction(nonce, 21_000, chain.Address{1})
		if a := s.call("eth_sendRawTransactionSync", raw); a.Error.Code != 0 {
			t.Fatalf("%+v", a.Error)
		}
	}
	if err := s.Ledger().(ledger.Pruner).Prune(t.Context(), 15); err != nil {
		t.Fatal(err)
	}
	for method, params := range map[string][]any{
		"eth_getBlockByNumber": {"0x1", true},
		"eth_getBlockReceipts": {"0x1"},
		"eth_getLogs":          {map[string]string{"fromBlock": "0x1", "toBlock": "latest"}},
	} {
		if a := s.call(method, params...); a.Error.Code != 4444 || !strings.Contains(a.Error.Message, "pruned history unavailable") {
			t.Errorf("%s: %s %+v", method, a.Result, a.Error)
		}
	}
	if a := s.call("eth_getBlockByNumber", "latest", true); a.Error.Code != 0 || string(a.Result) == "null" {
		t.Errorf("the latest block: %+v", a.Error)
	}
}
