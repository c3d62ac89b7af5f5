package eth_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// served is a development chain behind a JSON-RPC server with the methods of this
// package only.
type served struct {
	*development.Chain
	t      testing.TB
	server http.Handler
}

func serve(t testing.TB, options development.Options, settings eth.Settings, rpc jsonrpc.Options) *served {
	t.Helper()
	options.Accounts = 2
	if options.Registry == nil {
		options.Registry = obicore.Registry()
	}
	c, err := development.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	service, registry := eth.New(c.Chain, settings), jsonrpc.NewRegistry()
	if err := service.Register(registry); err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(registry, rpc)
	t.Cleanup(func() {
		service.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &served{Chain: c, t: t, server: server}
}

// answer is what a call gives.
type answer struct {
	Result json.RawMessage
	Error  struct {
		Code    int
		Message string
		Data    any
	}
}

// call answers one JSON-RPC call.
func (s *served) call(method string, params ...any) (a answer) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		s.t.Error(err)
	}
	recorder := httptest.NewRecorder()
	call := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://localhost/", bytes.NewReader(body))
	call.Header.Set("Content-Type", "application/json")
	s.server.ServeHTTP(recorder, call)
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		s.t.Errorf("%s: %v", recorder.Body, err)
	}
	return a
}

// transaction is a signed call of the first account, and its id.
func (s *served) transaction(nonce, gas uint64, to chain.Address) (raw, id string) {
	s.t.Helper()
	t := &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: development.ChainID, Nonce: nonce, Gas: gas, To: &to}
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(s.Accounts[0].Signer))
	if err != nil {
		s.t.Fatal(err)
	}
	encoded := signed.Encode()
	return "0x" + hex.EncodeToString(encoded), keccak.Keccak256(encoded).String()
}
