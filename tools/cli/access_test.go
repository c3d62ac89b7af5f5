package cli_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// status sends a call with one header of a browser or a client elsewhere.
func status(t *testing.T, url, header, value string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if request.Header.Set(header, value); header == "Host" {
		request.Host = value
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestADevelopmentChainIsReachedByTheAddressThatItWasGiven(t *testing.T) {
	local, stopLocal := start(t, "dev", "--rpc", "127.0.0.1:0", "--accounts", "1")
	defer stopLocal()
	everywhere, stop := start(t, "dev", "--rpc", "0.0.0.0:0", "--accounts", "1")
	defer stop()
	if !strings.HasPrefix(everywhere, "http://127.0.0.1:") {
		t.Errorf("it says to be at %s", everywhere)
	}
	for _, attempt := range []struct {
		url, host string
		want      int
	}{
		{local, "localhost:8545", http.StatusOK}, {local, "chain.example:8545", http.StatusForbidden},
		{everywhere, "chain.example:8545", http.StatusOK}, {everywhere, "[::1]:8545", http.StatusOK},
	} {
		if got := status(t, attempt.url, "Host", attempt.host); got != attempt.want {
			t.Errorf("%s as %s: %d, want %d", attempt.url, attempt.host, got, attempt.want)
		}
	}
}

func TestANodeAnswersNoBrowserPageUnlessItsOriginIsListed(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	rewrite(t, filepath.Join(home, "config.toml"), func(s string) string { return strings.Replace(s, "127.0.0.1:8545", "127.0.0.1:0", 1) })
	url, stop := start(t, "node", "start", "--home", home)
	defer stop()
	for _, origin := range []string{"https://wallet.example", "http://localhost", "null"} { // a sandboxed frame of any page sends null
		if got := status(t, url, "Origin", origin); got != http.StatusForbidden {
			t.Errorf("origin %s: %d", origin, got)
		}
	}
}
