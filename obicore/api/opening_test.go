package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/tools/development"
)

// A node that fetches a snapshot for an hour lives, is not ready, and says what it does.
func TestAChainThatIsNotOpenYetIsAnnounced(t *testing.T) {
	server := api.New(api.Options{})
	listener, err := development.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
	}()
	url := "http://" + listener.Addr().String()
	expect := func(method, path string, status int, text string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != status || !strings.Contains(string(body), text) {
			t.Errorf("%s %s: %d %s (%v), want %d with %q", method, path, response.StatusCode, body, err, status, text)
		}
	}
	expect("GET", "/readyz", http.StatusServiceUnavailable, "{}") // without any chain

	server.Announce("dev", func() string { return "it holds 3 of 7 parts" })
	expect("GET", "/healthz", http.StatusOK, "it holds 3 of 7 parts")
	expect("GET", "/readyz", http.StatusServiceUnavailable, "it holds 3 of 7 parts")
	for _, path := range []string{"/", "/chain/dev"} {
		expect("POST", path, http.StatusServiceUnavailable, `chain "dev" is not open yet: it holds 3 of 7 parts`)
	}
	expect("POST", "/chain/other", http.StatusNotFound, "no chain")

	running, err := development.Open(t.Context(), development.Options{Accounts: 1, Registry: obicore.Registry()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := running.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if err := running.Mount(server); err != nil {
		t.Fatal(err)
	}
	expect("GET", "/readyz", http.StatusOK, `"ready":true`)
	expect("POST", "/", http.StatusOK, "0x7a69")
}
