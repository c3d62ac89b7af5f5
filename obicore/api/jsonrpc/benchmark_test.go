package jsonrpc_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

const typicalCall = `{"jsonrpc":"2.0","id":%d,"method":"echo","params":[{"to":"0x00000000000000000000000000000000000000aa","data":"0x12345678"},"latest"]}`

// benchmark posts body over one kept connection; the figures include Go's HTTP client.
func benchmark(b *testing.B, body string) {
	e := open(b, basics(b), jsonrpc.Options{}, jsonrpc.PortLimits{})
	address := "http://" + e.address
	var received bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		response, err := e.client.Post(address, "application/json", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		received.Reset()
		if _, err := io.Copy(&received, response.Body); err != nil || response.StatusCode != http.StatusOK {
			b.Fatal(response.StatusCode, err)
		}
		response.Body.Close()
	}
}

func BenchmarkHTTPCall(b *testing.B) { benchmark(b, fmt.Sprintf(typicalCall, 1)) }

func BenchmarkHTTPBatchOf100(b *testing.B) {
	calls := make([]string, 100)
	for i := range calls {
		calls[i] = fmt.Sprintf(typicalCall, i)
	}
	benchmark(b, "["+strings.Join(calls, ",")+"]")
}

func BenchmarkWebSocketCall(b *testing.B) {
	p := open(b, basics(b), jsonrpc.Options{}, jsonrpc.PortLimits{}).dial()
	body := fmt.Sprintf(typicalCall, 1)
	b.ReportAllocs()
	for b.Loop() {
		p.call(body)
	}
}
