package executionapis_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/debug"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

func TestTheReferenceCasesHold(t *testing.T) {
	g := readArchive(t)
	r := openReplica(t, g)
	server := newServer(t, r)
	var pairs []string
	for theirs, ours := range r.hashes {
		pairs = append(pairs, theirs.String()[2:], ours.String()[2:])
	}
	hashes := strings.NewReplacer(pairs...)
	count := make(map[string]int)
	for i := range g.cases {
		count[g.cases[i].judge(t, server, hashes)]++
	}
	passed := count[exact] + count[alike]
	t.Logf("%d of %d cases pass: %d value by value, %d by shape; %d do not apply", passed, len(g.cases), count[exact], count[alike], count[foreign])
	if passed < least {
		t.Errorf("%d cases pass, at least %d must", passed, least)
	}
}

// What becomes of a case.
const (
	exact   = "equal"
	alike   = "of equal shape"
	foreign = "not applicable"
	failed  = "failed"
)

// judge replays a case and reports what became of it. A case that does better
// than its table says is a fault of the table.
func (c *givenCase) judge(t *testing.T, server http.Handler, hashes *strings.Replacer) string {
	t.Helper()
	differences := c.run(t, server, hashes, c.shapeOnly)
	_, absent := notApplicable[c.name]
	_, shape := byShape[c.name]
	switch {
	case len(differences) == 0 && (absent || shape):
		t.Errorf("%s passes: take it out of the table", c.name)
	case len(differences) == 0 && c.shapeOnly:
		return alike
	case len(differences) == 0:
		return exact
	case absent:
		return foreign
	}
	if shape {
		if differences = c.run(t, server, hashes, true); len(differences) == 0 {
			return alike
		}
	}
	t.Errorf("%s:\n\t%s", c.name, strings.Join(differences[:min(len(differences), 6)], "\n\t"))
	return failed
}

func newServer(t *testing.T, r *replica) http.Handler {
	t.Helper()
	registry := jsonrpc.NewRegistry()
	service := eth.New(r.Chain, eth.Settings{Version: "test"})
	t.Cleanup(service.Close)
	if err := service.Register(registry); err != nil {
		t.Fatal(err)
	}
	if err := debug.New(r.Chain, service, debug.Limits{}).Register(registry); err != nil {
		t.Fatal(err)
	}
	server := jsonrpc.New(registry, jsonrpc.Options{})
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// run replays the case and lists the differences.
func (c *givenCase) run(t *testing.T, server http.Handler, hashes *strings.Replacer, shape bool) []string {
	t.Helper()
	comparison := &comparison{shape: shape}
	for _, exchange := range c.exchanges {
		var request, want any
		if err := json.Unmarshal(exchange.request, &request); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if err := json.Unmarshal(exchange.response, &want); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := ask(t, server, translate(request, hashes))
		comparison.compareAnswers(got, translate(want, hashes).(map[string]any))
	}
	return comparison.list
}

func ask(t *testing.T, server http.Handler, request any) map[string]any {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	call := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", bytes.NewReader(body))
	call.Header.Set("Content-Type", "application/json")
	server.ServeHTTP(recorder, call)
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v: %s", body, err, recorder.Body.Bytes())
	}
	return answer
}

// matched are the parts of error messages that clients look for.
var matched = []string{
	"execution reverted", "nonce too low", "nonce too high", "insufficient funds", "intrinsic gas too low", "not found",
	"genesis is not traceable", "max fee per gas less than block base fee", "nonce has max value",
	"must be in order", "too many blocks", "is not a precompile",
}

// compareAnswers compares results, or the codes and data of errors and what
// clients match in their messages.
func (c *comparison) compareAnswers(got, want map[string]any) {
	reference, wantError := want["error"].(map[string]any)
	failure, gotError := got["error"].(map[string]any)
	switch {
	case !wantError && !gotError:
		c.compare("result", got["result"], want["result"])
	case wantError != gotError:
		c.differ("", "%s, want %s", shorten(got), shorten(want))
	default:
		if failure["code"] != reference["code"] {
			c.differ("error.code", "%v (%v), want %v (%v)", failure["code"], failure["message"], reference["code"], reference["message"])
		}
		c.compare("error.data", failure["data"], reference["data"])
		ours, theirs := failure["message"].(string), reference["message"].(string)
		for _, part := range matched {
			if strings.Contains(theirs, part) && !strings.Contains(ours, part) {
				c.differ("error.message", "%q, want %q", ours, theirs)
			}
		}
	}
}
