package jsonrpc_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// FuzzServer checks that every body gets a well-formed answer, or none where none is due.
func FuzzServer(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}`, `[{"jsonrpc":"2.0","id":"\u0000","method":"fail"},{"jsonrpc":"2.0","method":"fail"}]`,
		`{"jsonrpc":"2.0","id":null,"method":"text","params":[9]}`, `[]`, `{`,
	} {
		f.Add(seed)
	}
	server := jsonrpc.New(basics(f), jsonrpc.Options{Limits: jsonrpc.Limits{MaxBatchItems: 10, MaxResponseBytes: 500, MaxResultBytes: 300}})
	f.Cleanup(func() { _ = server.Close() })
	f.Fuzz(func(t *testing.T, body string) {
		request := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, request)
		switch {
		case recorder.Code == http.StatusNoContent && recorder.Body.Len() == 0:
		case recorder.Code == http.StatusOK && json.Valid(recorder.Body.Bytes()):
		default:
			t.Fatalf("%q: %d %q", body, recorder.Code, recorder.Body)
		}
	})
}
