package jsonrpc_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// patience bounds waits for what must happen; a test that needs it has failed.
const patience = 20 * time.Second

// endpoint is a server on a real listener.
type endpoint struct {
	t       testing.TB
	server  *jsonrpc.Server
	port    *jsonrpc.Port
	address string
	client  *http.Client
	served  chan error
	closed  bool
}

func open(t testing.TB, registry *jsonrpc.Registry, options jsonrpc.Options, limits jsonrpc.PortLimits) *endpoint {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(registry, options)
	e := &endpoint{
		t: t, server: server, port: jsonrpc.NewPort(server, limits, nil), address: listener.Addr().String(),
		client: &http.Client{Transport: &http.Transport{}, Timeout: patience}, served: make(chan error, 1),
	}
	go func() { e.served <- e.port.Serve(listener) }()
	t.Cleanup(e.close)
	return e
}

func (e *endpoint) close() {
	if e.closed {
		return
	}
	e.closed = true
	e.client.CloseIdleConnections()
	if err := e.server.Close(); err != nil {
		e.t.Errorf("server close: %v", err)
	}
	if err := e.port.Close(); err != nil {
		e.t.Errorf("port close: %v", err)
	}
	if err := <-e.served; err != nil {
		e.t.Errorf("serve: %v", err)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

// send performs one HTTP request; header pairs override the usual ones, an empty value removes.
func (e *endpoint) send(method, body string, header ...string) answer {
	e.t.Helper()
	request, err := http.NewRequest(method, "http://"+e.address, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i] == "Host":
			request.Host = header[i+1]
		case header[i+1] == "":
			request.Header.Del(header[i])
		default:
			request.Header.Set(header[i], header[i+1])
		}
	}
	response, err := e.client.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

func (e *endpoint) post(body string) string {
	e.t.Helper()
	return e.send(http.MethodPost, body).body
}

// raw opens a bare TCP connection and sends text.
func (e *endpoint) raw(text string) net.Conn {
	e.t.Helper()
	connection, err := net.Dial("tcp", e.address)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(connection, text); err != nil {
		e.t.Fatal(err)
	}
	return connection
}

// peer is a WebSocket client.
type peer struct {
	t      testing.TB
	socket *websocket.Conn
	ctx    context.Context
}

func (e *endpoint) dial() *peer {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	e.t.Cleanup(cancel)
	socket, _, err := websocket.Dial(ctx, "ws://"+e.address, &websocket.DialOptions{HTTPClient: e.client})
	if err != nil {
		e.t.Fatal(err)
	}
	socket.SetReadLimit(-1)
	e.t.Cleanup(func() { _ = socket.CloseNow() })
	return &peer{e.t, socket, ctx}
}

func (p *peer) write(text string) {
	p.t.Helper()
	if err := p.socket.Write(p.ctx, websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) read() string {
	p.t.Helper()
	_, text, err := p.socket.Read(p.ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func (p *peer) call(text string) string {
	p.t.Helper()
	p.write(text)
	return p.read()
}

// subscribe starts a subscription and returns its id.
func (p *peer) subscribe(kind string) string {
	p.t.Helper()
	var response struct{ Result string }
	text := p.call(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["` + kind + `"]}`)
	if err := json.Unmarshal([]byte(text), &response); err != nil || response.Result == "" {
		p.t.Fatalf("no subscription: %s", text)
	}
	return response.Result
}

// closing reads until the server closes and returns why.
func (p *peer) closing() websocket.CloseError {
	p.t.Helper()
	for {
		_, _, err := p.socket.Read(p.ctx)
		var closed websocket.CloseError
		if errors.As(err, &closed) {
			return closed
		}
		if err != nil {
			p.t.Fatalf("no close frame: %v", err)
		}
	}
}

func want(t testing.TB, got, expected string) {
	t.Helper()
	if got != expected {
		t.Errorf("got  %.600s\nwant %.600s", got, expected)
	}
}

func contains(t testing.TB, got, part string) {
	t.Helper()
	if !strings.Contains(got, part) {
		t.Errorf("%.600q lacks %q", got, part)
	}
}

func register(t testing.TB, registry *jsonrpc.Registry, name string, handler jsonrpc.Handler) {
	t.Helper()
	if err := registry.Register(name, handler); err != nil {
		t.Fatal(err)
	}
}

// basics returns a registry with a method for each way in which a call can end.
func basics(t testing.TB) *jsonrpc.Registry {
	registry := jsonrpc.NewRegistry()
	register(t, registry, "echo", func(_ context.Context, params jsonrpc.Params) (any, error) {
		if err := params.Expect(0, 3); err != nil {
			return nil, err
		}
		if params.Len() == 0 {
			return nil, nil
		}
		return params.Raw(0), nil
	})
	register(t, registry, "add", func(_ context.Context, params jsonrpc.Params) (any, error) {
		var a, b int64
		if err := params.Decode(0, true, &a); err != nil {
			return nil, err
		}
		if err := params.Decode(1, true, &b); err != nil {
			return nil, err
		}
		return map[string]int64{"sum": a + b}, nil
	})
	register(t, registry, "crash", func(context.Context, jsonrpc.Params) (any, error) { panic("secret") })
	register(t, registry, "fail", func(context.Context, jsonrpc.Params) (any, error) { return nil, errors.New("plain failure") })
	register(t, registry, "revert", func(context.Context, jsonrpc.Params) (any, error) {
		return nil, &jsonrpc.Error{Code: jsonrpc.ExecutionReverted, Message: "execution reverted", Data: "0x08"}
	})
	register(t, registry, "wait", func(ctx context.Context, _ jsonrpc.Params) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	register(t, registry, "unmarshalable", func(context.Context, jsonrpc.Params) (any, error) { return make(chan int), nil })
	register(t, registry, "text", func(_ context.Context, params jsonrpc.Params) (any, error) {
		var n int
		if err := params.Decode(0, true, &n); err != nil {
			return nil, err
		}
		return strings.Repeat("a", n), nil
	})
	return registry
}

func compressed(t testing.TB, text []byte) string {
	t.Helper()
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	if _, err := writer.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String()
}

// response reads one HTTP response from a bare connection.
func response(t testing.TB, connection net.Conn) answer {
	t.Helper()
	read, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Body.Close()
	body, err := io.ReadAll(read.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{read.StatusCode, read.Header, string(body)}
}
