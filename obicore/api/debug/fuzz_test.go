package debug_test

import (
	"encoding/json"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

func FuzzTraceCallsNeverCrash(f *testing.F) {
	f.Add(`{"data":"0x60015f5500"}`, `{"tracer":"callTracer","tracerConfig":{"withLog":true}}`)
	f.Add(`{"data":"0x5f5f5ff05f5f5f5ff5"}`, `{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}`)
	f.Add(`{"data":"0x5b5f56","gas":"0x100000"}`, `{"enableMemory":true,"limit":10,"timeout":"1s"}`)
	f.Add(`{"to":"0x0000000000000000000000000000000000000001"}`, `{"stateOverrides":{},"blockOverrides":{"number":"0x7"},"txIndex":"0x0"}`)
	chain := newFixture(f, debug.Limits{Bytes: 1 << 20})
	f.Fuzz(func(t *testing.T, transaction, options string) {
		if !json.Valid([]byte(transaction)) || !json.Valid([]byte(options)) {
			return // the transport refuses it
		}
		c := *chain
		c.t = t
		a := c.ask("debug_traceCall", json.RawMessage(transaction), "latest", json.RawMessage(options))
		if a.Error != nil && a.Error.Code == jsonrpc.InternalError {
			t.Errorf("%s", a.Error.Message)
		}
	})
}
