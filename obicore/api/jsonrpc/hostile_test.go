package jsonrpc_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// heapBound is by how much the heap may have grown when a hostile client is done, or holds what it can.
const heapBound = 64 << 20

func heap() uint64 {
	runtime.GC()
	runtime.GC() // twice, as pools keep what one collection sees
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func boundHeap(t *testing.T, before uint64) {
	t.Helper()
	if after := heap(); after > before+heapBound {
		t.Errorf("heap grew from %d to %d bytes", before, after)
	}
}

// alive checks that an honest client is still served.
func alive(t *testing.T, e *endpoint) {
	t.Helper()
	want(t, e.post(`{"jsonrpc":"2.0","id":1,"method":"echo","params":["alive"]}`), `{"jsonrpc":"2.0","id":1,"result":"alive"}`)
}

func TestHostileMessagesGetTheirDocumentedError(t *testing.T) {
	before := heap()
	e := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{})
	call := func(params string) string { return `{"jsonrpc":"2.0","id":1,"method":"echo","params":` + params + `}` }
	many := func(n int, element string) string { return strings.Repeat(element+",", n-1) + element }
	var members strings.Builder
	for i := range 70_000 {
		fmt.Fprintf(&members, `"%x":1,`, i)
	}
	for _, c := range []struct{ name, body, want string }{
		{"nothing", ``, `"code":-32700,"message":"parse error: unexpected end at byte 0"`},
		{"spaces", "\n \t", `"code":-32700`},
		{"half an object", `{"jsonrpc":"2.0","id":1,`, `"code":-32700`},
		{"no JSON", `eth_call`, `"code":-32700`},
		{"a NUL byte", "\x00", `"code":-32700`},
		{"a comma too many", call(`[1,]`), `"code":-32700`},
		{"a control character in a string", call("[\"\x01\"]"), `"code":-32700`},
		{"a bad escape", call(`["\x41"]`), `"code":-32700`},
		{"half an escape", `["\u00`, `"code":-32700`},
		{"invalid UTF-8", call("[\"\xff\"]"), `"message":"parse error: invalid UTF-8"`},
		{"a byte order mark", "\xef\xbb\xbf" + call(`[]`), `"code":-32700`},
		{"two messages", call(`[]`) + call(`[]`), `"code":-32700,"message":"parse error: data after the value`},
		{"data behind a batch", `[` + call(`[]`) + `]]`, `"code":-32700`},
		{"a leading zero", call(`[01]`), `"code":-32700`},
		{"a hexadecimal number", call(`[0x1]`), `"code":-32700`},
		{"not a number", call(`[NaN]`), `"code":-32700`},
		{"the id twice", `{"jsonrpc":"2.0","id":1,"id":2,"method":"echo"}`, `"id":null,"error":{"code":-32700,"message":"parse error: repeated member name`},
		{"the method twice, once escaped", `{"jsonrpc":"2.0","id":1,"method":"echo","\u006dethod":"fail"}`, `parse error: repeated member name`},
		{"a repeated name deep inside", call(`[{"a":[{"b":1,"c":2,"b":3}]}]`), `parse error: repeated member name`},
		{"a repeated name among many", call(`[{"a":1,` + members.String()[:60000] + `"a":2}]`), `parse error: repeated member name`},
		{"too many members", call(`[{` + members.String() + `"z":1}]`), `parse error: too many members`},
		{"deep arrays", strings.Repeat(`[`, 100_000), `parse error: nested too deeply`},
		{"deep objects", call(strings.Repeat(`{"a":`, 100) + `1` + strings.Repeat(`}`, 100)), `parse error: nested too deeply`},
		{"a huge number", call(`[` + strings.Repeat(`9`, 2000) + `]`), `parse error: number too long`},
		{"a huge exponent", `{"jsonrpc":"2.0","id":1,"method":"add","params":[1e999999,1]}`, `"code":-32602,"message":"invalid argument 0`},
		{"a number beyond 64 bits", `{"jsonrpc":"2.0","id":1,"method":"add","params":[18446744073709551616,1]}`, `"code":-32602,"message":"invalid argument 0`},
		{"many arguments", call(`[` + many(1_000_000, `1`) + `]`), `"code":-32602,"message":"too many arguments, want at most 64"`},
		{"a batch of 1001", `[` + many(1001, call(`[]`)) + `]`, `[{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"batch too large"}}]`},
		{"a batch of a million", `[` + many(1_000_000, `1`) + `]`, `[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}]`},
		{"a batch in a batch", `[[` + call(`[]`) + `]]`, `[{"jsonrpc":"2.0","id":null,"error":{"code":-32600`},
		{"a long id", `{"jsonrpc":"2.0","id":"` + strings.Repeat(`x`, 2000) + `","method":"echo"}`, `"id":null,"error":{"code":-32600,"message":"invalid request: id longer than 1024 bytes"}`},
		{"an object as id", `{"jsonrpc":"2.0","id":{},"method":"echo"}`, `"id":null,"error":{"code":-32600`},
		{"true as id", `{"jsonrpc":"2.0","id":true,"method":"echo"}`, `"id":null,"error":{"code":-32600`},
		{"a long method", `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat(`x`, 1<<20) + `"}`, `"id":1,"error":{"code":-32600,"message":"invalid request: method name longer`},
		{"a number as method", `{"jsonrpc":"2.0","id":1,"method":1}`, `"id":1,"error":{"code":-32600`},
		{"a method to break the log", `{"jsonrpc":"2.0","id":1,"method":"a\n\u0000\u2028\"<"}`, `the method a\n\u0000` + "\u2028" + `\"< does not exist`},
		{"another version", `{"jsonrpc":"1.0","id":1,"method":"echo"}`, `"id":1,"error":{"code":-32600`},
		{"no version", `{"id":1,"method":"echo"}`, `"id":1,"error":{"code":-32600`},
		{"names in another case", `{"JSONRPC":"2.0","ID":1,"METHOD":"echo"}`, `"id":null,"error":{"code":-32600`},
		{"a string as params", call(`"x"`), `"id":1,"error":{"code":-32600`},
		{"a response", `{"jsonrpc":"2.0","id":1,"result":true}`, `"id":1,"error":{"code":-32600`},
		{"a string", `"hello"`, `"id":null,"error":{"code":-32600`},
	} {
		t.Run(c.name, func(t *testing.T) {
			contains(t, e.post(c.body), c.want)
			contains(t, e.dial().call(c.body), c.want)
		})
	}
	alive(t, e)
	boundHeap(t, before)
}

func TestHostileRequestsGetTheirDocumentedStatus(t *testing.T) {
	before := heap()
	e := open(t, basics(t), jsonrpc.Options{Limits: jsonrpc.Limits{MaxBodyBytes: 1 << 20}}, jsonrpc.PortLimits{MaxHeaderBytes: 4096})
	call := `{"jsonrpc":"2.0","id":1,"method":"echo"}`
	bomb := compressed(t, bytes.Repeat([]byte(" "), 64<<20))
	for _, c := range []struct {
		name, method, body string
		header             []string
		status             int
		want               string
	}{
		{"GET", http.MethodGet, "", nil, 405, "JSON-RPC 2.0 endpoint"},
		{"PUT", http.MethodPut, call, nil, 405, "JSON-RPC 2.0 endpoint"},
		{"a foreign host", http.MethodPost, call, []string{"Host", "evil.example:8545"}, 403, "invalid host specified"},
		{"a foreign address", http.MethodPost, call, []string{"Host", "[::2]:1"}, 403, "invalid host specified"},
		{"localhost in capitals", http.MethodPost, call, []string{"Host", "LOCALHOST:99"}, 200, "result"},
		{"localhost as a full name", http.MethodPost, call, []string{"Host", "localhost."}, 200, "result"},
		{"the IPv6 loopback", http.MethodPost, call, []string{"Host", "[::1]:8545"}, 200, "result"},
		{"a form", http.MethodPost, call, []string{"Content-Type", "text/plain"}, 415, "only application/json is supported"},
		{"another charset", http.MethodPost, call, []string{"Content-Type", "application/json; charset=utf-16"}, 415, "only application/json"},
		{"a broken type", http.MethodPost, call, []string{"Content-Type", ";;"}, 415, "only application/json"},
		{"a charset", http.MethodPost, call, []string{"Content-Type", "application/json; charset=UTF-8"}, 200, "result"},
		{"application/json-rpc", http.MethodPost, call, []string{"Content-Type", "application/json-rpc"}, 200, "result"},
		{"no type", http.MethodPost, call, []string{"Content-Type", ""}, 200, "result"},
		{"another encoding", http.MethodPost, call, []string{"Content-Encoding", "br"}, 415, "only gzip is supported"},
		{"broken gzip", http.MethodPost, call, []string{"Content-Encoding", "gzip"}, 400, `"code":-32700`},
		{"half a gzip", http.MethodPost, compressed(t, []byte(call))[:20], []string{"Content-Encoding", "gzip"}, 400, `"code":-32700`},
		{"a gzip bomb", http.MethodPost, bomb, []string{"Content-Encoding", "gzip"}, 413, "content length too large (limit 1048576 bytes)"},
		{"a body of the limit", http.MethodPost, call + strings.Repeat(" ", 1<<20-len(call)), nil, 200, "result"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := e.send(c.method, c.body, c.header...)
			if got.status != c.status {
				t.Errorf("status %d, want %d", got.status, c.status)
			}
			contains(t, got.body, c.want)
		})
	}
	for name, text := range map[string]string{
		"an announced body above the limit": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n{",
		"a chunked body above the limit":    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" + strings.Repeat(" ", 1<<20+1),
	} {
		if got := response(t, e.raw(text)); got.status != http.StatusRequestEntityTooLarge || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := response(t, e.raw("POST / HTTP/1.1\r\nHost: localhost\r\nX: "+strings.Repeat("x", 16<<10)+"\r\n\r\n")); got.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("long header: %d", got.status)
	}
	alive(t, e)
	boundHeap(t, before)
}

func TestSlowAndHalfOpenClientsAreCut(t *testing.T) {
	e := open(t, basics(t),
		jsonrpc.Options{Limits: jsonrpc.Limits{BodyTimeout: 300 * time.Millisecond}},
		jsonrpc.PortLimits{ReadHeaderTimeout: 300 * time.Millisecond, IdleTimeout: 300 * time.Millisecond})
	slow := response(t, e.raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"))
	if slow.status != http.StatusRequestTimeout {
		t.Errorf("slow body: %d %s", slow.status, slow.body)
	}
	for name, text := range map[string]string{
		"silent": "", "half a header": "POST / HTTP/1.1\r\nHost: loc", "garbage": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"idle": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n[]",
	} {
		if _, err := io.Copy(io.Discard, e.raw(text)); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: not closed", name)
		}
	}
	alive(t, e)
}

func TestIdleConnectionsServeAfterTheirDeadlinesHavePassed(t *testing.T) {
	limits := jsonrpc.Limits{BodyTimeout: 300 * time.Millisecond, WriteTimeout: 300 * time.Millisecond}
	e := open(t, basics(t), jsonrpc.Options{Limits: limits}, jsonrpc.PortLimits{})
	alive(t, e)
	<-time.After(500 * time.Millisecond) // longer only makes the test stricter
	if got := e.send(http.MethodGet, ""); got.status != http.StatusMethodNotAllowed {
		t.Errorf("status %d", got.status)
	}
	alive(t, e)
}

func TestConnectionsAboveTheLimitAreRefused(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{MaxConnections: 2})
	p := e.dial() // one
	alive(t, e)   // two, kept alive
	for range 3 {
		connection, err := net.Dial("tcp", e.address) // sends nothing, so that the refusal is not lost in a reset
		if err != nil {
			t.Fatal(err)
		}
		got := response(t, connection)
		connection.Close()
		if got.status != http.StatusServiceUnavailable {
			t.Errorf("status %d", got.status)
		}
		contains(t, got.body, `"code":-32005,"message":"too many connections"`)
	}
	alive(t, e)
	want(t, p.call(`{"jsonrpc":"2.0","id":1,"method":"echo"}`), `{"jsonrpc":"2.0","id":1,"result":null}`)
}

func TestWebSocketsAboveTheLimitAreRefused(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{Limits: jsonrpc.Limits{MaxWebSockets: 1}}, jsonrpc.PortLimits{})
	e.dial()
	_, refused, err := websocket.Dial(t.Context(), "ws://"+e.address, nil)
	if err == nil || refused == nil || refused.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("dialled: %v %v", refused, err)
	}
	alive(t, e)
}

func TestAThousandSubscriptionsEndAtTheLimit(t *testing.T) {
	before := heap()
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{})
	p := e.dial()
	accepted := 0
	for range 1000 {
		text := p.call(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["heads"]}`)
		if strings.Contains(text, `"result":"0x`) {
			accepted++
			continue
		}
		want(t, text, `{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"too many subscriptions on this connection (limit 128)"}}`)
	}
	if accepted != jsonrpc.DefaultLimits().MaxSubscriptionsPerConnection {
		t.Errorf("%d subscriptions", accepted)
	}
	alive(t, e)
	boundHeap(t, before)
	if err := p.socket.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	for range accepted {
		<-f.stopped
	}
}

func TestSubscriptionsOfAllConnectionsAreLimited(t *testing.T) {
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{MaxSubscriptions: 2})
	first := e.dial()
	id := first.subscribe("heads")
	e.dial().subscribe("heads")
	third := e.dial()
	subscribe := `{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["heads"]}`
	contains(t, third.call(subscribe), `"code":-32005,"message":"too many subscriptions on this server (limit 2)"`)
	contains(t, first.call(`{"jsonrpc":"2.0","id":1,"method":"eth_unsubscribe","params":["`+id+`"]}`), `"result":true`)
	contains(t, third.call(subscribe), `"result":"0x`)
}

// upgraded opens a WebSocket by hand and sends raw frames.
func (e *endpoint) upgraded(frames string) net.Conn {
	return e.raw("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" + frames)
}

func TestGarbageFramesCloseTheirConnectionOnly(t *testing.T) {
	limits := jsonrpc.Limits{MaxMessageBytes: 1 << 20, BodyTimeout: 300 * time.Millisecond, CloseTimeout: 50 * time.Millisecond}
	e := open(t, basics(t), jsonrpc.Options{Limits: limits}, jsonrpc.PortLimits{})
	mask := "\x00\x00\x00\x00"
	for name, frames := range map[string]string{
		"unmasked":              "\x81\x02{}",
		"unknown opcode":        "\x83\x80" + mask,
		"reserved bits":         "\xf1\x80" + mask,
		"long ping":             "\x89\xfe\x01\x00" + mask + strings.Repeat("x", 256),
		"fragmented ping":       "\x09\x80" + mask,
		"continuation first":    "\x80\x80" + mask,
		"text inside a message": "\x01\x81" + mask + "{" + "\x81\x81" + mask + "}",
		"negative length":       "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff" + mask,
		"huge length":           "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" + mask + strings.Repeat(" ", 2<<20),
		"half a frame":          "\x81\xff\x00\x00\x00\x00\x00\x00\x10\x00" + mask + "{",
		"half a message":        "\x01\x81" + mask + "{",
		"random bytes":          "\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef",
		"bad close":             "\x88\x81" + mask + "x",
	} {
		connection := e.upgraded("")
		_, _ = io.WriteString(connection, frames) // may fail halfway: the server may cut first
		if _, err := io.Copy(io.Discard, connection); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: not closed", name)
		}
	}
	if got := response(t, e.raw("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")); got.status/100 != 4 {
		t.Errorf("handshake without key: %d", got.status)
	}
	if got := response(t, e.raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")); got.status != http.StatusForbidden {
		t.Errorf("handshake with a foreign host: %d", got.status)
	}
	alive(t, e)
}

func TestOversizeAndSlowWebSocketMessagesAreClosedWithAReason(t *testing.T) {
	limits := jsonrpc.Limits{MaxMessageBytes: 1000, BodyTimeout: 300 * time.Millisecond}
	e := open(t, basics(t), jsonrpc.Options{Limits: limits}, jsonrpc.PortLimits{})
	p := e.dial()
	p.write(strings.Repeat(" ", 1001))
	closed := p.closing()
	want(t, fmt.Sprint(closed.Code, closed.Reason), fmt.Sprint(websocket.StatusMessageTooBig, "message too large (limit 1000 bytes)"))
	slow := e.upgraded("\x01\x81\x00\x00\x00\x00{") // the first frame of a message that does not go on
	received, _ := io.ReadAll(slow)                 // ends with the server's cut
	contains(t, string(received), "\x03\xf0message took too long")
}

func TestBodiesOfAllClientsShareOneBudget(t *testing.T) {
	before := heap()
	const clients, budget = 40, 32 << 20
	e := open(t, basics(t), jsonrpc.Options{Limits: jsonrpc.Limits{MaxBufferedBytes: budget}}, jsonrpc.PortLimits{})
	body := bytes.Repeat([]byte(" "), 5<<20-1)
	refused := make(chan struct{}, clients)
	for range clients {
		connection := e.raw(fmt.Sprintf("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", 5<<20))
		go func() { // a body that stops one byte before its end
			if _, err := connection.Write(body); err == nil {
				if _, err := connection.Read(make([]byte, 1)); err != nil && (errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded)) {
					return // held by the server until the test ended
				}
			}
			refused <- struct{}{}
		}()
	}
	for range clients - budget/(5<<20) {
		<-refused
	}
	boundHeap(t, before)
}
