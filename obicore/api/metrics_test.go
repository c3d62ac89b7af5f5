package api_test

import (
	"net/http"
	"testing"

	"github.com/credibleledger/credibleledger/tools/development"
)

func TestMetricsAreKeptFromPagesThatRebindTheirName(t *testing.T) {
	g := newTarget(t, development.Options{})
	for host, want := range map[string]int{"localhost": http.StatusOK, "127.0.0.1:8545": http.StatusOK, "rebound.example": http.StatusForbidden} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.url+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if response.Body.Close(); response.StatusCode != want {
			t.Errorf("host %s: status %d, want %d", host, response.StatusCode, want)
		}
	}
}

func TestErrorsNameTypesAsClientsKnowThem(t *testing.T) {
	g := newTarget(t, development.Options{})
	for _, attempt := range []struct {
		method string
		params []any
		want   string
	}{
		{"eth_getTransactionByHash", []any{"0x12"}, "invalid argument 0: json: cannot unmarshal hex string has length 2, want 64 for common.Hash into Go value of type common.Hash"},
		{"eth_getBalance", []any{1}, "invalid argument 0: json: cannot unmarshal non-string into Go value of type common.Address"},
		{"eth_call", []any{"x"}, "invalid argument 0: json: cannot unmarshal string into Go value of type object"},
		{"eth_call", []any{map[string]any{"gas": 1}}, "invalid argument 0: json: cannot unmarshal non-string into field gas of type hexutil.Uint64"},
		{"eth_getBlockByNumber", []any{"latest", 1}, "invalid argument 1: json: cannot unmarshal number into Go value of type bool"},
		{"eth_sendRawTransaction", []any{"0x7fc0"}, "transaction type not supported: 0x7f"},
	} {
		if a := g.call(attempt.method, attempt.params...); a.Error == nil || a.Error.Message != attempt.want {
			t.Errorf("%s %v: %+v", attempt.method, attempt.params, a.Error)
		}
	}
}
