package eth_test

import (
	"encoding/json"
	"testing"
)

func FuzzSimulationsNeverCrash(f *testing.F) {
	f.Add(`{"blockStateCalls":[{}]}`)
	f.Add(`{"validation":true,"traceTransfers":true,"returnFullTransactions":true,"blockStateCalls":[{"blockOverrides":{"number":"0x5","time":"0xffffffff"},"calls":[{"value":"0x0","data":"0x5f5ff3"}]}]}`)
	f.Add(`{"blockStateCalls":[{"stateOverrides":{"0xc100000000000000000000000000000000000000":{"nonce":"0xffffffffffffffff","state":{}}},"calls":[{"from":"0xc100000000000000000000000000000000000000"}]}]}`)
	chain := newSimulator(f, "standard")
	f.Fuzz(func(t *testing.T, request string) {
		if !json.Valid([]byte(request)) {
			return // the transport refuses it
		}
		s := *chain
		s.t = t
		if _, _, message := s.ask(request); message == "method handler crashed" {
			t.Errorf("%s crashes", request)
		}
	})
}
