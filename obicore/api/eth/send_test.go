package eth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestSendingSyncBehindANonceGapFailsAtOnceAndKeepsTheTransaction(t *testing.T) {
	limits := eth.DefaultLimits()
	limits.SyncTime = 24 * time.Hour // whoever waits for this has failed
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	raw, id := s.transaction(1, 21_000, chain.Address{1})
	a := s.call("eth_sendRawTransactionSync", raw)
	if a.Error.Code != 5 || a.Error.Data != id || !strings.Contains(a.Error.Message, "waits for nonce 0") {
		t.Fatalf("answer %s %+v", a.Result, a.Error)
	}
	first, _ := s.transaction(0, 21_000, chain.Address{1})
	if a := s.call("eth_sendRawTransactionSync", first); a.Error.Code != 0 {
		t.Fatalf("%+v", a.Error)
	}
	events := s.Subscribe(16)
	defer events.Close()
	for string(s.call("eth_getTransactionReceipt", id).Result) == "null" {
		<-events.Events
	}
}

func TestCallsThatWaitForReceiptsAreBounded(t *testing.T) {
	limits := eth.DefaultLimits()
	limits.SyncCalls = 1
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	if err := s.SetManual(true); err != nil {
		t.Fatal(err)
	}
	events := s.Subscribe(16)
	defer events.Close()
	first, _ := s.transaction(0, 21_000, chain.Address{1})
	waiting := make(chan answer)
	go func() { waiting <- s.call("eth_sendRawTransactionSync", first) }()
	<-events.Events // it is pending, so its call waits
	second, id := s.transaction(1, 21_000, chain.Address{1})
	if a := s.call("eth_sendRawTransactionSync", second); a.Error.Code != jsonrpc.LimitExceeded || !strings.Contains(a.Error.Message, "nothing was sent") {
		t.Fatalf("answer %s %+v", a.Result, a.Error)
	}
	if a := s.call("eth_getTransactionByHash", id); string(a.Result) != "null" {
		t.Fatalf("it was sent all the same: %s", a.Result)
	}
	if err := s.SetManual(false); err != nil {
		t.Fatal(err)
	}
	if a := <-waiting; a.Error.Code != 0 {
		t.Fatalf("%+v", a.Error)
	}
	if a := s.call("eth_sendRawTransactionSync", second); a.Error.Code != 0 {
		t.Fatalf("the place is not given back: %+v", a.Error)
	}
}

func TestSendingSyncEndsWhenAnotherTransactionTakesTheNonce(t *testing.T) {
	limits := eth.DefaultLimits()
	limits.SyncTime = 24 * time.Hour // whoever waits for this has failed
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	if err := s.SetManual(true); err != nil {
		t.Fatal(err)
	}
	events := s.Subscribe(16)
	defer events.Close()
	first, id := s.transaction(0, 21_000, chain.Address{1})
	waiting := make(chan answer)
	go func() { waiting <- s.call("eth_sendRawTransactionSync", first) }()
	<-events.Events // it is pending, so its call waits
	second, _ := s.transaction(0, 21_000, chain.Address{2})
	if a := s.call("eth_sendRawTransaction", second); a.Error.Code != 0 {
		t.Fatalf("%+v", a.Error)
	}
	if err := s.SetManual(false); err != nil {
		t.Fatal(err)
	}
	if a := <-waiting; a.Error.Code != 5 || a.Error.Data != id || !strings.Contains(a.Error.Message, "nonce was used by another") {
		t.Fatalf("answer %s %+v", a.Result, a.Error)
	}
}
