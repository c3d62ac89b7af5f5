package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// hide serves the node of $CREDIBLE_RPC without one method.
func hide(t *testing.T, method string) (url string) {
	t.Helper()
	node := os.Getenv("CREDIBLE_RPC")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var call struct {
			ID     json.RawMessage
			Method string
		}
		if err == nil {
			err = json.Unmarshal(body, &call)
		}
		if err != nil {
			t.Error(err)
			return
		}
		if call.Method == method {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, call.ID)
			return
		}
		response, err := http.Post(node, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		io.Copy(w, response.Body) //nolint:errcheck // the client sees it
	}))
	t.Cleanup(server.Close)
	return server.URL
}
