package eth_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/development"
)

// talkative is code that emits 4,000 empty events.
var talkative = []byte{0x61, 0x0f, 0xa0, 0x5b, 0x5f, 0x5f, 0xa0, 0x60, 1, 0x90, 3, 0x80, 0x60, 3, 0x57, 0}

// listen subscribes to all logs and returns what ends the connection.
func (s *served) listen(ctx context.Context) <-chan error {
	s.t.Helper()
	server := httptest.NewServer(s.server)
	s.t.Cleanup(server.Close)
	socket, response, err := websocket.Dial(ctx, server.URL, nil)
	if err != nil {
		s.t.Fatalf("%v: %v", response, err)
	}
	if err := socket.Write(ctx, websocket.MessageText, []byte(`{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["logs"]}`)); err != nil {
		s.t.Fatal(err)
	}
	if _, text, err := socket.Read(ctx); err != nil || !strings.Contains(string(text), `"result":"0x`) {
		s.t.Fatalf("%s %v", text, err)
	}
	ended := make(chan error, 1)
	go func() {
		for {
			if _, _, err := socket.Read(ctx); err != nil {
				ended <- err
				return
			}
		}
	}()
	return ended
}

func TestASubscriptionThatFallsBehindTheChainClosesTheConnection(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	limits, rpc := eth.DefaultLimits(), jsonrpc.Options{}
	limits.Buffer = 1
	// The server's own queue is so large that only the chain's can overflow.
	rpc.Limits = jsonrpc.Limits{MaxQueuedNotifications: 1 << 30, MaxQueuedBytes: 1 << 40, MaxBufferedBytes: 1 << 40}
	s := serve(t, development.Options{}, eth.Settings{Limits: limits}, rpc)
	talker := chain.Address{0xee}
	err := s.Edit(func(ledger.View) ([]chain.Write, error) {
		account := chain.Account{Nonce: 1, CodeHash: s.Executor().CodeHash(talkative)}
		return []chain.Write{{Key: chain.AccountKey(talker), Value: account.Encode()}, {Key: chain.CodeKey(talker), Value: talkative}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := s.listen(ctx)
	// Blocks go on until one comes while the events of those before it are being
	// delivered.
	for nonce := uint64(0); ; nonce++ {
		select {
		case err := <-ended:
			var closed websocket.CloseError
			if !errors.As(err, &closed) || closed.Code != websocket.StatusPolicyViolation || closed.Reason != "subscription fell behind" {
				t.Fatalf("the connection ended with %v", err)
			}
			return
		default:
		}
		raw, _ := s.transaction(nonce, 5_000_000, talker)
		if a := s.call("eth_sendRawTransaction", raw); a.Error.Code != 0 {
			t.Fatalf("%+v", a.Error)
		}
		if err := s.Mine(ctx, 1); err != nil {
			t.Fatalf("the client was not told in %d blocks: %v", nonce, err)
		}
	}
}
