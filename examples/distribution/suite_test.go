package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformancecrypto "github.com/credibleledger/credibleledger/conformance/crypto"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestTheReplacementKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformancecrypto.Direction(func() crypto.Suite { return NewSuite() }))
}

func TestAChainRunsOnTheReplacement(t *testing.T) {
	registry := obicore.Registry()
	registry.Crypto[Name] = NewSuite()
	running, err := development.Open(t.Context(), development.Options{Registry: registry, Crypto: Name, Accounts: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close(t.Context())
	server := api.New(api.Options{})
	if err := running.Mount(server); err != nil {
		t.Fatal(err)
	}
	listener, err := development.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener) //nolint:errcheck // ends with Close
	defer server.Close()

	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "eth_sendTransaction", "params": []any{map[string]any{
		"from": running.Accounts[0].Address, "to": running.Accounts[1].Address, "value": "0x5",
	}}})
	if err != nil {
		t.Fatal(err)
	}
	events := running.Subscribe(16)
	defer events.Close()
	response, err := http.Post("http://"+listener.Addr().String(), "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for event := range events.Events {
		if event.Block != nil && event.Block.Header.TransactionCount == 1 {
			return
		}
	}
	t.Fatal("the transfer was not included")
}
