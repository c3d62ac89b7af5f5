package jsonrpc_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

func TestServerAnswersMessages(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{})
	for _, c := range []struct{ name, send, want string }{
		{"a call", `{"jsonrpc":"2.0","id":1,"method":"add","params":[2,3]}`, `{"jsonrpc":"2.0","id":1,"result":{"sum":5}}`},
		{"a string id", `{"jsonrpc":"2.0","id":"\u0061-é","method":"echo"}`, `{"jsonrpc":"2.0","id":"\u0061-é","result":null}`},
		{"a null id", `{"jsonrpc":"2.0","id":null,"method":"echo","params":[true]}`, `{"jsonrpc":"2.0","id":null,"result":true}`},
		{"a number id as it was spelt", `{"jsonrpc":"2.0","id":1.50e+1,"method":"echo","params":null}`, `{"jsonrpc":"2.0","id":1.50e+1,"result":null}`},
		{"members in any order with others", ` { "params" : [ {"a":[1]} ] , "method":"echo","more":{"x":null},"id": 7,"jsonrpc":"2.0" } `, `{"jsonrpc":"2.0","id":7,"result":{"a":[1]}}`},
		{"a notification", `{"jsonrpc":"2.0","method":"echo","params":[1]}`, ``},
		{"a failing notification", `{"jsonrpc":"2.0","method":"nosuch"}`, ``},
		{"an unknown method", `{"jsonrpc":"2.0","id":1,"method":"eth_foo"}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method eth_foo does not exist/is not available"}}`},
		{"a missing argument", `{"jsonrpc":"2.0","id":1,"method":"add","params":[2]}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 1"}}`},
		{"a null argument", `{"jsonrpc":"2.0","id":1,"method":"add","params":[null,1]}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 0"}}`},
		{"a wrong argument", `{"jsonrpc":"2.0","id":1,"method":"add","params":[2,"x"]}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument 1: json: cannot unmarshal string into Go value of type int64"}}`},
		{"too many arguments", `{"jsonrpc":"2.0","id":1,"method":"echo","params":[1,2,3,4]}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"too many arguments, want at most 3"}}`},
		{"named arguments", `{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"non-array args"}}`},
		{"a plain error", `{"jsonrpc":"2.0","id":1,"method":"fail"}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"plain failure"}}`},
		{"an error with data", `{"jsonrpc":"2.0","id":1,"method":"revert"}`, `{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x08"}}`},
		{"a crash", `{"jsonrpc":"2.0","id":1,"method":"crash"}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"method handler crashed"}}`},
		{"a result that is no JSON", `{"jsonrpc":"2.0","id":1,"method":"unmarshalable"}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"json: unsupported type: chan int"}}`},
		{"a subscription over HTTP", `{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["x"]}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method eth_subscribe does not exist/is not available"}}`},
		{"a batch in order", `[{"jsonrpc":"2.0","id":2,"method":"echo","params":["a"]},{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","id":1,"method":"crash"},{"jsonrpc":"2.0","id":"b","method":"echo","params":["b"]}]`,
			`[{"jsonrpc":"2.0","id":2,"result":"a"},{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"method handler crashed"}},{"jsonrpc":"2.0","id":"b","result":"b"}]`},
		{"a batch that starts with a notification", `[{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","id":1,"method":"echo"}]`, `[{"jsonrpc":"2.0","id":1,"result":null}]`},
		{"a batch of notifications", `[{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","method":"echo"}]`, ``},
		{"an empty batch", ` [ ] `, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"empty batch"}}`},
		{"no requests in a batch", `[1,{"id":5},[]]`, `[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}},{"jsonrpc":"2.0","id":5,"error":{"code":-32600,"message":"invalid request"}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := e.send(http.MethodPost, c.send)
			want(t, got.body, c.want)
			if status := map[bool]int{true: 204, false: 200}[c.want == ""]; got.status != status {
				t.Errorf("status %d, want %d", got.status, status)
			}
			if c.want == "" {
				return
			}
			want(t, e.dial().call(c.send), c.want)
		})
	}
}

func TestServerLogsCrashesWithTheirStack(t *testing.T) {
	var log strings.Builder
	var lock sync.Mutex
	logger := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		lock.Lock()
		defer lock.Unlock()
		return log.Write(p)
	}), nil))
	e := open(t, basics(t), jsonrpc.Options{Logger: logger}, jsonrpc.PortLimits{})
	body := e.post(`{"jsonrpc":"2.0","id":1,"method":"crash"}`)
	if strings.Contains(body, "secret") {
		t.Errorf("the client saw the cause: %s", body)
	}
	lock.Lock()
	defer lock.Unlock()
	contains(t, log.String(), "secret")
	contains(t, log.String(), "helpers_test.go")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// hostileError crashes when it is asked for its code.
type hostileError struct{}

func (hostileError) Error() string  { return "x" }
func (hostileError) ErrorCode() int { panic("code") }

// codedError has a code and data without being an *Error.
type codedError struct{}

func (codedError) Error() string  { return "inner" }
func (codedError) ErrorCode() int { return -38014 }
func (codedError) ErrorData() any { return []int{1} }

func TestServerTakesCodeAndDataFromAnyError(t *testing.T) {
	registry := jsonrpc.NewRegistry()
	for name, err := range map[string]error{
		"wrapped": fmt.Errorf("outer: %w", codedError{}), "nil pointer": (*jsonrpc.Error)(nil), "hostile": hostileError{},
		"bad data": &jsonrpc.Error{Code: 3, Message: "m", Data: func() {}}, "long": errors.New(strings.Repeat("é", 1<<20)),
	} {
		register(t, registry, name, func(context.Context, jsonrpc.Params) (any, error) { return nil, err })
	}
	e := open(t, registry, jsonrpc.Options{}, jsonrpc.PortLimits{})
	for method, expected := range map[string]string{
		"wrapped": `"code":-38014,"message":"outer: inner","data":[1]`, "nil pointer": `"code":-32603,"message":"method handler crashed"`,
		"hostile": `"code":-32603,"message":"method handler crashed"`, "bad data": `"code":-32603`, "long": `"code":-32000,"message":"éé`,
	} {
		body := e.post(`{"jsonrpc":"2.0","id":1,"method":"` + method + `"}`)
		contains(t, body, expected)
		if len(body) > 17<<10 {
			t.Errorf("%s: %d bytes", method, len(body))
		}
	}
}

func TestObserverSeesEveryCallWithoutForeignNames(t *testing.T) {
	var lock sync.Mutex
	var seen []jsonrpc.Observation
	e := open(t, basics(t), jsonrpc.Options{Observe: func(_ context.Context, o jsonrpc.Observation) {
		lock.Lock()
		defer lock.Unlock()
		if o.Duration < 0 {
			t.Error("negative duration")
		}
		o.Duration = 0
		seen = append(seen, o)
	}}, jsonrpc.PortLimits{})
	e.post(`[{"jsonrpc":"2.0","id":1,"method":"echo"},{"jsonrpc":"2.0","method":"fail"},{"jsonrpc":"2.0","id":1,"method":"evil\n"},7]`)
	e.dial().call(`{"jsonrpc":"2.0","id":1,"method":"revert"}`)
	lock.Lock()
	defer lock.Unlock()
	want(t, fmt.Sprint(seen), fmt.Sprint([]jsonrpc.Observation{
		{Method: "echo"}, {Method: "fail", Code: -32000}, {Code: -32601}, {Code: -32600}, {Method: "revert", WebSocket: true, Code: 3},
	}))
}

func TestServerCutsALongCallAndTheRestOfItsBatch(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{Limits: jsonrpc.Limits{CallTimeout: 300 * time.Millisecond}}, jsonrpc.PortLimits{})
	timeout := `"error":{"code":-32002,"message":"request timed out"}}`
	want(t, e.post(`{"jsonrpc":"2.0","id":1,"method":"wait"}`), `{"jsonrpc":"2.0","id":1,`+timeout)
	want(t, e.post(`[{"jsonrpc":"2.0","id":1,"method":"echo"},{"jsonrpc":"2.0","id":2,"method":"wait"},{"jsonrpc":"2.0","id":3,"method":"echo"}]`),
		`[{"jsonrpc":"2.0","id":1,"result":null},{"jsonrpc":"2.0","id":2,`+timeout+`,{"jsonrpc":"2.0","id":3,`+timeout+`]`)
}

func TestServerRefusesCallsAboveItsQueue(t *testing.T) {
	registry := basics(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	register(t, registry, "hold", func(context.Context, jsonrpc.Params) (any, error) {
		entered <- struct{}{}
		<-leave
		return true, nil
	})
	e := open(t, registry, jsonrpc.Options{Limits: jsonrpc.Limits{MaxConcurrentCalls: 1, MaxQueuedCalls: 1}}, jsonrpc.PortLimits{})
	hold := `{"jsonrpc":"2.0","id":1,"method":"hold"}`
	first := e.dial()
	first.write(hold)
	<-entered
	// Two more: one waits, the other is refused, whichever comes first.
	second := e.dial()
	second.write(hold)
	second.write(hold)
	want(t, second.read(), `{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"server is busy, try again later"}}`)
	close(leave)
	<-entered
	want(t, first.read(), `{"jsonrpc":"2.0","id":1,"result":true}`)
	want(t, second.read(), `{"jsonrpc":"2.0","id":1,"result":true}`)
}

func TestServerStopsABatchWhoseResponsesAreTooLarge(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{Limits: jsonrpc.Limits{MaxResponseBytes: 4000, MaxResultBytes: 3000}}, jsonrpc.PortLimits{})
	call := func(id, n int) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"text","params":[%d]}`, id, n)
	}
	body := e.post("[" + call(1, 2000) + "," + call(2, 2000) + "," + call(3, 1) + "]")
	contains(t, body, `{"jsonrpc":"2.0","id":1,"result":"aaa`)
	contains(t, body, `,{"jsonrpc":"2.0","id":2,"error":{"code":-32005,"message":"response too large"}},{"jsonrpc":"2.0","id":3,"error":{"code":-32005,"message":"response too large"}}]`)
	want(t, e.post(call(1, 3000)), `{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"response too large"}}`)
	// A result that is too large by itself does not end its batch.
	contains(t, e.post("["+call(1, 3000)+","+call(2, 1)+"]"), `{"jsonrpc":"2.0","id":2,"result":"a"}]`)
}

func TestServerCompressesLargeResponsesWhenAsked(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{})
	call := `{"jsonrpc":"2.0","id":1,"method":"text","params":[5000]}`
	got := e.send(http.MethodPost, call, "Accept-Encoding", "br, GZIP;q=0.5")
	want(t, got.header.Get("Content-Encoding"), "gzip")
	reader, err := gzip.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(plain), e.send(http.MethodPost, call, "Accept-Encoding", "gzip;q=0").body)
	want(t, e.send(http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"echo"}`, "Accept-Encoding", "gzip").header.Get("Content-Encoding"), "")
}

func TestServerReadsCompressedBodies(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{})
	body := compressed(t, []byte(`{"jsonrpc":"2.0","id":1,"method":"echo","params":["z"]}`))
	want(t, e.send(http.MethodPost, body, "Content-Encoding", "gzip").body, `{"jsonrpc":"2.0","id":1,"result":"z"}`)
}

func TestServerAnswersCrossOriginRequests(t *testing.T) {
	preflight := []string{"Origin", "https://wallet.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type", "Access-Control-Request-Private-Network", "true"}
	open1 := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{})
	got := open1.send(http.MethodOptions, "", preflight...)
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST, OPTIONS",
		"Access-Control-Allow-Headers": "content-type", "Access-Control-Allow-Private-Network": "true",
	} {
		want(t, got.header.Get(name), value)
	}
	if got.status != http.StatusNoContent {
		t.Errorf("status %d", got.status)
	}
	listed := open(t, basics(t), jsonrpc.Options{AllowedOrigins: []string{"https://wallet.example"}}, jsonrpc.PortLimits{})
	call := `{"jsonrpc":"2.0","id":1,"method":"echo"}`
	allowed := listed.send(http.MethodPost, call, "Origin", "https://wallet.example")
	want(t, allowed.header.Get("Access-Control-Allow-Origin"), "https://wallet.example")
	want(t, allowed.body, `{"jsonrpc":"2.0","id":1,"result":null}`)
	for _, method := range []string{http.MethodPost, http.MethodOptions} {
		if got := listed.send(method, call, "Origin", "https://evil.example"); got.status != http.StatusForbidden || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s from a foreign origin: %d %v", method, got.status, got.header)
		}
	}
	want(t, listed.post(call), `{"jsonrpc":"2.0","id":1,"result":null}`)
	none := open(t, basics(t), jsonrpc.Options{AllowedOrigins: []string{}}, jsonrpc.PortLimits{})
	for _, origin := range []string{"https://wallet.example", "http://localhost", "null"} {
		if got := none.send(http.MethodPost, call, "Origin", origin); got.status != http.StatusForbidden {
			t.Errorf("origin %s, of none that may call: %d", origin, got.status)
		}
	}
	want(t, none.post(call), `{"jsonrpc":"2.0","id":1,"result":null}`)
}

func TestRegistryRefusesWhatCannotBeServed(t *testing.T) {
	registry := jsonrpc.NewRegistry()
	handler := func(context.Context, jsonrpc.Params) (any, error) { return nil, nil }
	feed := func(context.Context, jsonrpc.Params, jsonrpc.Notify) (func(), error) { return nil, nil }
	register(t, registry, "a_b", handler)
	if err := registry.Subscribe("eth", "heads", feed); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"taken": registry.Register("a_b", handler), "empty": registry.Register("", handler), "nil": registry.Register("c", nil),
		"reserved": registry.Register("rpc.x", handler), "long": registry.Register(strings.Repeat("x", 257), handler),
		"kind taken": registry.Subscribe("eth", "heads", feed), "no kind": registry.Subscribe("eth", "", feed), "no feed": registry.Subscribe("eth", "x", nil),
		"subscribe taken": registry.Register("eth_subscribe", handler),
	} {
		if !errors.Is(err, jsonrpc.ErrRegistration) {
			t.Errorf("%s: %v", name, err)
		}
	}
	want(t, strings.Join(registry.Methods(), " "), "a_b eth_subscribe eth_unsubscribe")
}
