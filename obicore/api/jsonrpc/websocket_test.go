package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// feed is a controllable subscription source.
type feed struct {
	t       testing.TB
	first   []any // notified before the feed's function returns
	failure error
	started chan jsonrpc.Notify
	stopped chan struct{}
}

func newFeed(t testing.TB) *feed {
	return &feed{t: t, started: make(chan jsonrpc.Notify, 4096), stopped: make(chan struct{}, 4096)}
}

func (f *feed) subscribe(ctx context.Context, params jsonrpc.Params, notify jsonrpc.Notify) (func(), error) {
	if f.failure != nil {
		return nil, f.failure
	}
	if err := params.Expect(0, 1); err != nil {
		return nil, err
	}
	var number int
	if err := params.Decode(0, false, &number); err != nil {
		return nil, err
	}
	for _, v := range f.first {
		if err := notify(v); err != nil {
			f.t.Errorf("early notification: %v", err)
		}
	}
	f.started <- notify
	return func() {
		if ctx.Err() == nil {
			f.t.Error("stopped before its context ended")
		}
		f.stopped <- struct{}{}
	}, nil
}

func (f *feed) open(limits jsonrpc.Limits) *endpoint {
	f.t.Helper()
	registry := basics(f.t)
	if err := registry.Subscribe("eth", "heads", f.subscribe); err != nil {
		f.t.Fatal(err)
	}
	if err := registry.Subscribe("eth", "crash", func(context.Context, jsonrpc.Params, jsonrpc.Notify) (func(), error) { panic("feed") }); err != nil {
		f.t.Fatal(err)
	}
	return open(f.t, registry, jsonrpc.Options{Limits: limits}, jsonrpc.PortLimits{CloseTimeout: 50 * time.Millisecond})
}

func TestSubscriptionDeliversInOrderBehindItsResponse(t *testing.T) {
	f := newFeed(t)
	f.first = []any{1, json.RawMessage(`{"n":2}`)}
	p := f.open(jsonrpc.Limits{}).dial()
	id := p.subscribe("heads") // fails if a notification came first
	notify := <-f.started
	if err := notify("three"); err != nil {
		t.Fatal(err)
	}
	for _, result := range []string{`1`, `{"n":2}`, `"three"`} {
		want(t, p.read(), `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"`+id+`","result":`+result+`}}`)
	}
	want(t, p.call(`{"jsonrpc":"2.0","id":2,"method":"eth_unsubscribe","params":["`+id+`"]}`), `{"jsonrpc":"2.0","id":2,"result":true}`)
	<-f.stopped
	if err := notify(4); !errors.Is(err, jsonrpc.ErrSubscriptionClosed) {
		t.Errorf("notify after the end: %v", err)
	}
	want(t, p.call(`{"jsonrpc":"2.0","id":3,"method":"eth_unsubscribe","params":["`+id+`"]}`), `{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"subscription not found"}}`)
}

func TestSubscriptionInABatchWaitsForTheWholeResponse(t *testing.T) {
	f := newFeed(t)
	f.first = []any{"early"}
	p := f.open(jsonrpc.Limits{}).dial()
	body := p.call(`[{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["heads",5]},{"jsonrpc":"2.0","id":2,"method":"echo"}]`)
	contains(t, body, `{"jsonrpc":"2.0","id":2,"result":null}]`)
	contains(t, p.read(), `"result":"early"`)
}

func TestSubscriptionRequestsAreChecked(t *testing.T) {
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{})
	p := e.dial()
	for params, expected := range map[string]string{
		`[]`:                  `{"code":-32602,"message":"expected subscription name as first argument"}`,
		`[7]`:                 `{"code":-32602,"message":"expected subscription name as first argument"}`,
		`["nosuch"]`:          `{"code":-32601,"message":"no \"nosuch\" subscription in eth namespace"}`,
		`["heads","x"]`:       `{"code":-32602,"message":"invalid argument 1: json: cannot unmarshal string into Go value of type int"}`,
		`["heads",1,2]`:       `{"code":-32602,"message":"too many arguments, want at most 2"}`,
		`["crash"]`:           `{"code":-32603,"message":"method handler crashed"}`,
		`{"name":"newHeads"}`: `{"code":-32602,"message":"non-array args"}`,
	} {
		want(t, p.call(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":`+params+`}`), `{"jsonrpc":"2.0","id":1,"error":`+expected+`}`)
	}
	want(t, p.call(`{"jsonrpc":"2.0","id":1,"method":"eth_unsubscribe","params":[]}`), `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"missing value for required argument 0"}}`)
	want(t, e.post(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["heads"]}`), `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"notifications not supported"}}`)
	if len(f.started) != 0 {
		t.Error("a feed was started")
	}
}

func TestSubscriptionOfAnotherConnectionCannotBeEnded(t *testing.T) {
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{})
	id := e.dial().subscribe("heads")
	want(t, e.dial().call(`{"jsonrpc":"2.0","id":1,"method":"eth_unsubscribe","params":["`+id+`"]}`), `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"subscription not found"}}`)
}

func TestFailedSubscriptionsDoNotCount(t *testing.T) {
	f := newFeed(t)
	f.failure = errors.New("not now")
	p := f.open(jsonrpc.Limits{MaxSubscriptionsPerConnection: 1}).dial()
	for range 3 {
		contains(t, p.call(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["heads"]}`), "not now")
		contains(t, p.call(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["crash"]}`), "crashed")
	}
}

func TestSubscriptionWhoseIDIsNotDeliveredEnds(t *testing.T) {
	f := newFeed(t)
	p := f.open(jsonrpc.Limits{MaxResponseBytes: 100}).dial()
	contains(t, p.call(`[{"jsonrpc":"2.0","id":1,"method":"text","params":[50]},{"jsonrpc":"2.0","id":2,"method":"eth_subscribe","params":["heads"]}]`), "response too large")
	select {
	case <-f.stopped:
	case <-p.ctx.Done(): // long before the connection ends, which would stop the feed too
		t.Error("the feed goes on")
	}
}

func TestConnectionEndsItsSubscriptions(t *testing.T) {
	f := newFeed(t)
	p := f.open(jsonrpc.Limits{}).dial()
	for range 3 {
		p.subscribe("heads")
	}
	if err := p.socket.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		<-f.stopped
	}
}

func TestSlowConsumerIsClosedWithAReasonAndNeverBlocksTheFeed(t *testing.T) {
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{MaxQueuedNotifications: 50, CloseTimeout: patience})
	p := e.dial()
	p.subscribe("heads")
	notify := <-f.started
	event := json.RawMessage(`"` + strings.Repeat("x", 256<<10) + `"`)
	var err error
	for range 10_000 { // far more than sockets buffer: the loop ends at the limit
		if err = notify(event); err != nil {
			break
		}
	}
	if !errors.Is(err, jsonrpc.ErrSlowConsumer) && !errors.Is(err, jsonrpc.ErrSubscriptionClosed) {
		t.Fatalf("feed was told %v", err)
	}
	closed := p.closing()
	want(t, fmt.Sprint(closed.Code, closed.Reason), fmt.Sprint(websocket.StatusPolicyViolation, "notifications are not read fast enough"))
	<-f.stopped
}

func TestWhatASubscriptionCannotDeliverClosesItsConnectionWithTheReason(t *testing.T) {
	for name, c := range map[string]struct {
		result any
		status websocket.StatusCode
		reason string
	}{
		"lost events": {jsonrpc.ErrSlowConsumer, websocket.StatusPolicyViolation, "subscription fell behind"},
		"too large":   {strings.Repeat("x", 1000), websocket.StatusPolicyViolation, "a notification is too large (limit 1000 bytes)"},
		"no JSON":     {make(chan int), websocket.StatusInternalError, "a notification cannot be encoded"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFeed(t)
			p := f.open(jsonrpc.Limits{MaxResultBytes: 1000}).dial()
			p.subscribe("heads")
			if err := (<-f.started)(c.result); err == nil {
				t.Error("the feed was told nothing")
			}
			closed := p.closing()
			want(t, fmt.Sprint(closed.Code, closed.Reason), fmt.Sprint(c.status, c.reason))
			<-f.stopped
		})
	}
}

func TestConnectionRunsCallsConcurrentlyUpToItsLimit(t *testing.T) {
	registry := jsonrpc.NewRegistry()
	var lock sync.Mutex
	running, most := 0, 0
	entered, leave := make(chan struct{}, 64), make(chan struct{})
	register(t, registry, "hold", func(context.Context, jsonrpc.Params) (any, error) {
		lock.Lock()
		running++
		most = max(most, running)
		lock.Unlock()
		entered <- struct{}{}
		<-leave
		lock.Lock()
		running--
		lock.Unlock()
		return nil, nil
	})
	p := open(t, registry, jsonrpc.Options{Limits: jsonrpc.Limits{MaxCallsPerConnection: 3}}, jsonrpc.PortLimits{}).dial()
	for id := range 20 {
		p.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"hold"}`, id))
	}
	for range 3 {
		<-entered
	}
	close(leave)
	seen := make(map[string]bool)
	for range 20 {
		seen[p.read()] = true
	}
	if len(seen) != 20 || most != 3 {
		t.Errorf("%d responses, %d at once", len(seen), most)
	}
}

func TestConnectionTakesBinaryMessages(t *testing.T) {
	p := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{}).dial()
	if err := p.socket.Write(p.ctx, websocket.MessageBinary, []byte(`{"jsonrpc":"2.0","id":1,"method":"echo"}`)); err != nil {
		t.Fatal(err)
	}
	want(t, p.read(), `{"jsonrpc":"2.0","id":1,"result":null}`)
}

func TestConnectionSurvivesBadMessages(t *testing.T) {
	p := open(t, basics(t), jsonrpc.Options{}, jsonrpc.PortLimits{}).dial()
	contains(t, p.call(`{`), `"code":-32700`)
	contains(t, p.call(``), `"code":-32700`)
	want(t, p.call(`{"jsonrpc":"2.0","id":1,"method":"echo"}`), `{"jsonrpc":"2.0","id":1,"result":null}`)
}

func TestSilentClientIsFoundByPings(t *testing.T) {
	f := newFeed(t)
	e := f.open(jsonrpc.Limits{PingInterval: 5 * time.Millisecond, PongTimeout: 300 * time.Millisecond, CloseTimeout: 20 * time.Millisecond})
	p := e.dial() // a client that does not read answers no pings
	p.write(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["heads"]}`)
	<-f.started
	<-f.stopped
}

func TestBusyClientIsNotTakenForASilentOne(t *testing.T) {
	registry := basics(t)
	leave := make(chan struct{})
	register(t, registry, "hold", func(context.Context, jsonrpc.Params) (any, error) {
		<-leave
		return nil, nil
	})
	e := open(t, registry, jsonrpc.Options{Limits: jsonrpc.Limits{MaxCallsPerConnection: 1, PingInterval: 20 * time.Millisecond, PongTimeout: 500 * time.Millisecond}}, jsonrpc.PortLimits{})
	p := e.dial()
	for id := range 3 {
		p.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"hold"}`, id))
	}
	timer := time.NewTimer(time.Second) // pings have failed by now; longer only makes the test stricter
	<-timer.C
	close(leave)
	for range 3 {
		contains(t, p.read(), `"result":null`)
	}
}
