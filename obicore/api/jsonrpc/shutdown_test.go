package jsonrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

func TestCloseLetsCallsFinish(t *testing.T) {
	registry := basics(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	register(t, registry, "hold", func(ctx context.Context, _ jsonrpc.Params) (any, error) {
		entered <- struct{}{}
		<-leave
		return "done", ctx.Err()
	})
	e := open(t, registry, jsonrpc.Options{Limits: jsonrpc.Limits{GraceTime: patience}}, jsonrpc.PortLimits{})
	p := e.dial()
	hold := `{"jsonrpc":"2.0","id":1,"method":"hold"}`
	p.write(hold)
	<-entered
	body := make(chan string, 1)
	go func() { body <- e.post(hold) }()
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- e.server.Close() }()
	for e.send(http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"echo"}`).status != http.StatusServiceUnavailable {
		runtime.Gosched() // until Close has begun
	}
	close(leave)
	want(t, <-body, `{"jsonrpc":"2.0","id":1,"result":"done"}`)
	want(t, p.read(), `{"jsonrpc":"2.0","id":1,"result":"done"}`)
	if reason := p.closing(); reason.Code != websocket.StatusGoingAway || reason.Reason != "server is shutting down" {
		t.Errorf("closed with %v", reason)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestCloseCancelsCallsAfterTheGraceTime(t *testing.T) {
	e := open(t, basics(t), jsonrpc.Options{Limits: jsonrpc.Limits{GraceTime: time.Millisecond, CloseTimeout: 500 * time.Millisecond}}, jsonrpc.PortLimits{})
	p := e.dial()
	p.write(`{"jsonrpc":"2.0","id":1,"method":"wait"}`)
	body := make(chan string, 1)
	go func() { body <- e.post(`{"jsonrpc":"2.0","id":1,"method":"wait"}`) }()
	slow := e.raw("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{") // a body that never ends
	if err := e.server.Close(); err != nil {
		t.Error(err)
	}
	got := <-body
	if !strings.Contains(got, "server is shutting down") {
		t.Errorf("call was answered %s", got)
	}
	if reason := p.closing(); reason.Code != websocket.StatusGoingAway {
		t.Errorf("closed with %v", reason)
	}
	slow.Close()
}

func TestCloseReportsHandlersThatIgnoreIt(t *testing.T) {
	registry := jsonrpc.NewRegistry()
	entered, leave := make(chan struct{}), make(chan struct{})
	register(t, registry, "hold", func(context.Context, jsonrpc.Params) (any, error) {
		entered <- struct{}{}
		<-leave
		return nil, nil
	})
	server := jsonrpc.New(registry, jsonrpc.Options{Limits: jsonrpc.Limits{GraceTime: time.Millisecond, CloseTimeout: time.Millisecond, WriteTimeout: time.Millisecond}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		request := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"hold"}`))
		server.ServeHTTP(httptest.NewRecorder(), request)
	}()
	<-entered
	if err := server.Close(); !errors.Is(err, jsonrpc.ErrHandlersRunning) {
		t.Errorf("close: %v", err)
	}
	close(leave)
	<-done
	if err := server.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{GraceTime: time.Millisecond, CloseTimeout: 50 * time.Millisecond})
	for i := range 20 {
		p := e.dial()
		p.subscribe("heads")
		if i%2 == 0 {
			p.write(`{"jsonrpc":"2.0","id":1,"method":"wait"}`)
		}
		e.post(`{"jsonrpc":"2.0","id":1,"method":"echo"}`)
		e.raw("POST / HT")
		if i%5 == 0 {
			p.socket.CloseNow()
		}
	}
	e.close()
	for range 20 {
		<-f.stopped
	}
	awaitGoroutines(t, before)
}

// awaitGoroutines waits until no more goroutines run than before. net/http and the clients end theirs on their own time,
// so there is nothing to wait on but the number.
func awaitGoroutines(t *testing.T, before int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(patience)
	for runtime.NumGoroutine() > before {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		<-tick.C
	}
}

func TestClosingAPortEndsConnectionsThatWereNeverUsedAndLetsAResponseBeWritten(t *testing.T) {
	registry := basics(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	register(t, registry, "hold", func(context.Context, jsonrpc.Params) (any, error) {
		entered <- struct{}{}
		<-leave
		return "done", nil
	})
	// Close gives up, and with it the response, when it waits for the unused one.
	e := open(t, registry, jsonrpc.Options{}, jsonrpc.PortLimits{CloseTimeout: 3 * time.Second})
	unused := e.raw("")
	call := `{"jsonrpc":"2.0","id":1,"method":"hold"}`
	used := e.raw(fmt.Sprintf("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(call), call))
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- e.port.Close() }()
	if _, err := unused.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the unused connection: %v", err)
	}
	close(leave)
	if response, _ := io.ReadAll(used); !strings.HasSuffix(string(response), `{"jsonrpc":"2.0","id":1,"result":"done"}`) {
		t.Errorf("the response is %q", response)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
