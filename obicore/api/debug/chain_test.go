package debug_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

// fixture is a development chain with the methods that are tested.
type fixture struct {
	*development.Chain
	t       testing.TB
	service *debug.Service
	server  http.Handler
	nonces  map[int]uint64
}

func newFixture(t testing.TB, limits debug.Limits) *fixture {
	t.Helper()
	c, err := development.Open(t.Context(), development.Options{Registry: obicore.Registry(), Accounts: 4})
	if err != nil {
		t.Fatal(err)
	}
	calls := eth.New(c.Chain, eth.Settings{})
	f := &fixture{Chain: c, t: t, service: debug.New(c.Chain, calls, limits), nonces: make(map[int]uint64)}
	registry := jsonrpc.NewRegistry()
	if err := f.service.Register(registry); err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(registry, jsonrpc.Options{})
	f.server = server
	t.Cleanup(func() {
		calls.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := c.SetManual(true); err != nil {
		t.Fatal(err)
	}
	return f
}

// send signs a transaction of an account and pools it.
func (f *fixture) send(account int, transaction *ethereum.Transaction) chain.Hash {
	f.t.Helper()
	transaction.ChainID, transaction.Nonce = development.ChainID, f.nonces[account]
	f.nonces[account]++
	if transaction.Gas == 0 {
		transaction.Gas = 500_000
	}
	signed, err := transaction.Sign(keccak.Keccak256, f.signer(account))
	if err != nil {
		f.t.Fatal(err)
	}
	id, err := f.Submit(f.t.Context(), signed.Encode())
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func (f *fixture) signer(account int) ethereum.SignDigest {
	return ethereum.SignWith(f.Accounts[account].Signer)
}

// mine makes one block of what waits and returns it.
func (f *fixture) mine() *node.Block {
	f.t.Helper()
	if err := f.Mine(f.t.Context(), 1); err != nil {
		f.t.Fatal(err)
	}
	block, err := f.BlockAt(f.Head().Header.Height)
	if err != nil {
		f.t.Fatal(err)
	}
	return block
}

// deploy creates a contract with the given runtime code.
func (f *fixture) deploy(runtime string) chain.Address {
	f.t.Helper()
	nonce := f.nonces[0]
	f.send(0, &ethereum.Transaction{Type: ethereum.TypeDynamicFee, Data: initcode(f.t, runtime)})
	f.mine()
	return ethereum.ContractAddress(f.Accounts[0].Address, nonce, keccak.Keccak256)
}

// initcode returns code that deploys the given one.
func initcode(t testing.TB, runtime string) []byte {
	t.Helper()
	n := len(runtime) / 2
	return code(t, fmt.Sprintf("60%02x600a5f3960%02x5ff3%s", n, n, runtime))
}

func code(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// word returns an address as an ABI argument.
func word(a chain.Address) []byte { return append(make([]byte, 12), a[:]...) }

// Runtime codes of the test contracts.
const (
	recorder = "5f355f5560015f5fa100"                                                     // slot 0 = argument; one event with topic 1
	refuser  = "5f5ffd"                                                                   // reverts
	caller   = "5f5f5f5f5f5f355af1505f5f5f5f5f3561fffff4505f5f5f5f60025afa505f5f5ff05000" // calls, delegates to the argument with 65,535 gas, SHA-256, CREATE
	remover  = "33ff"                                                                     // destroys itself in favour of the caller
	spinner  = "5b5f56"                                                                   // loops
)

// answer is a JSON-RPC response.
type answer struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// ask calls a method.
func (f *fixture) ask(method string, params ...any) answer {
	f.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		f.t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(f.t.Context(), http.MethodPost, "http://localhost/", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	f.server.ServeHTTP(recorder, request)
	var a answer
	if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
		f.t.Fatalf("%s: %v", recorder.Body.Bytes(), err)
	}
	return a
}

// get calls a method that must succeed and decodes its result.
func (f *fixture) get(into any, method string, params ...any) {
	f.t.Helper()
	a := f.ask(method, params...)
	if a.Error != nil {
		f.t.Fatalf("%s: %d %s", method, a.Error.Code, a.Error.Message)
	}
	if err := json.Unmarshal(a.Result, into); err != nil {
		f.t.Fatalf("%s: %v: %s", method, err, a.Result)
	}
}
