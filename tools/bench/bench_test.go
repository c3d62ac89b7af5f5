package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/tools/bench"
	"github.com/credibleledger/credibleledger/tools/development"
)

// target is a development chain that is measured, with who pays.
func target(t *testing.T, suite string) (url string, payer *bench.Payer) {
	t.Helper()
	running, err := development.Open(t.Context(), development.Options{Registry: obicore.Registry(), Crypto: suite, Accounts: 1})
	if err != nil {
		t.Fatal(err)
	}
	server := api.New(api.Options{})
	if err := running.Mount(server); err != nil {
		t.Fatal(err)
	}
	listener, err := development.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), <-served, running.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	url = "http://" + listener.Addr().String()
	if payer, err = bench.NewPayer(t.Context(), url, running.Accounts[0].Secret); err != nil {
		t.Fatal(err)
	}
	return url, payer
}

func settings(t *testing.T, workload, url string, payer *bench.Payer) bench.Settings {
	t.Helper()
	funds, err := payer.Funds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return bench.Settings{
		Workload: workload, URLs: []string{url}, Duration: time.Second, Senders: 40, Batch: 20, Fund: payer.Pay, Funds: funds, Patience: 20 * time.Second,
		Probe: 400, Checks: 256,
	}
}

func TestEveryWorkloadIsMeasuredAndVerifiedInBothLoops(t *testing.T) {
	suites := []string{"standard", "gm"}
	if testing.Short() {
		suites = suites[:1]
	}
	for _, suite := range suites {
		url, payer := target(t, suite)
		for _, workload := range bench.Workloads() {
			for _, rate := range []int{0, 100} {
				s := settings(t, workload, url, payer)
				if s.Rate = rate; rate > 0 {
					s.Batch = 0
				}
				report, err := bench.Run(t.Context(), s)
				if err != nil {
					t.Fatalf("%s %s at %d: %v", suite, workload, rate, err)
				}
				r := report.Result
				if r.Included == 0 || r.Included != r.Sent || r.Latency == nil || r.Latency.Count != r.Included {
					t.Errorf("%s at %d: %+v", workload, rate, r)
				}
				if rate > 0 && r.Sent != rate {
					t.Errorf("%s: %d sent in a second, want %d", workload, r.Sent, rate)
				}
				if workload != "read" && (report.Verified == nil || !report.Verified.OK()) {
					t.Errorf("%s: %+v", workload, report.Verified)
				}
				sum := 0
				for _, second := range report.Timeline {
					sum += second.Included
				}
				if sum != r.Included {
					t.Errorf("%s: the seconds hold %d of %d", workload, sum, r.Included)
				}
			}
		}
	}
}

// liar passes calls on to a node and changes what it answers.
func liar(t *testing.T, url string, change func(request, answer []byte) []byte) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		response, err := http.Post(url, "application/json", bytes.NewReader(request))
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := w.Write(change(request, answer)); err != nil && r.Context().Err() == nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestAChainThatLosesMoneyDoesNotPassAsMeasured(t *testing.T) {
	url, payer := target(t, "standard")
	lying := liar(t, url, func(request, answer []byte) []byte {
		if bytes.Contains(request, []byte("eth_getBalance")) {
			return []byte(`{"jsonrpc":"2.0","id":1,"result":"0x1"}`)
		}
		return answer
	})
	report, err := bench.Run(t.Context(), settings(t, "transfer", lying, payer))
	if !errors.Is(err, bench.ErrVerify) || report == nil || report.Verified.OK() {
		t.Fatalf("%v", err)
	}
}

func TestAChainWhoseTransactionsFailDoesNotPassAsMeasured(t *testing.T) {
	url, payer := target(t, "standard")
	lying := liar(t, url, func(request, answer []byte) []byte {
		if bytes.Contains(request, []byte("eth_getBlockReceipts")) {
			return bytes.ReplaceAll(answer, []byte(`"status":"0x1"`), []byte(`"status":"0x0"`))
		}
		return answer
	})
	if _, err := bench.Run(t.Context(), settings(t, "transfer", lying, payer)); !errors.Is(err, bench.ErrVerify) {
		t.Fatalf("%v", err)
	}
}

func TestAChainThatIncludesNothingIsGivenUpWithTheReason(t *testing.T) {
	url, payer := target(t, "standard")
	lying := liar(t, url, func(request, answer []byte) []byte {
		if bytes.Contains(request, []byte("eth_getBlockByNumber")) {
			return []byte(`{"jsonrpc":"2.0","id":1,"result":{"transactions":[]}}`)
		}
		return answer
	})
	s := settings(t, "transfer", lying, payer)
	s.Patience = time.Second
	if _, err := bench.Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), "included nothing") {
		t.Fatalf("%v", err)
	}
}

func TestATargetWhosePricesAreNoPricesIsRefused(t *testing.T) {
	url, payer := target(t, "standard")
	for _, price := range []string{"0x-1", "0x1" + strings.Repeat("0", 64), "dear"} {
		lying := liar(t, url, func(request, answer []byte) []byte {
			if bytes.Contains(request, []byte("eth_gasPrice")) {
				return []byte(`{"jsonrpc":"2.0","id":1,"result":"` + price + `"}`)
			}
			return answer
		})
		if _, err := bench.Run(t.Context(), settings(t, "transfer", lying, payer)); err == nil {
			t.Errorf("a price of %s is paid", price)
		}
	}
}

func TestSettingsThatNoRunCanHaveAreRefused(t *testing.T) {
	url, payer := target(t, "standard")
	for name, spoil := range map[string]func(*bench.Settings){
		"workload": func(s *bench.Settings) { s.Workload = "loans" },
		"nodes":    func(s *bench.Settings) { s.URLs = nil },
		"rate":     func(s *bench.Settings) { s.Rate = -1 },
		"duration": func(s *bench.Settings) { s.Duration = time.Millisecond },
		"senders":  func(s *bench.Settings) { s.Senders = bench.MaxSenders + 1 },
		"batch":    func(s *bench.Settings) { s.Batch = -1 },
		"warm-up":  func(s *bench.Settings) { s.WarmUp = -time.Second },
		"in turn":  func(s *bench.Settings) { s.WarmUp, s.InTurn = time.Second, true },
		"checkers": func(s *bench.Settings) { s.Checkers = -1 },
		"funds":    func(s *bench.Settings) { s.Funds = new(big.Int) },
		"nobody":   func(s *bench.Settings) { s.URLs = []string{"http://127.0.0.1:1"} },
	} {
		s := settings(t, "transfer", url, payer)
		spoil(&s)
		if _, err := bench.Run(t.Context(), s); err == nil {
			t.Errorf("%s: measured", name)
		}
	}
}

func TestWhatWarmsUpIsVerifiedAndNotMeasured(t *testing.T) {
	url, payer := target(t, "standard")
	for _, rate := range []int{0, 100} {
		s := settings(t, "transfer", url, payer)
		s.WarmUp, s.Rate = time.Second, rate
		if rate > 0 {
			s.Batch = 0
		}
		report, err := bench.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		probe := s.Probe
		if rate > 0 {
			probe = rate
		}
		if warm := report.Conditions.WarmUp; warm <= probe || rate > 0 && warm != 2*rate {
			t.Errorf("at %d: warmed up with %d", rate, warm)
		}
		sent := report.Result.Sent + report.Conditions.WarmUp
		if v := report.Verified; !v.OK() || v.Found != sent || report.Result.Included != report.Result.Sent {
			t.Errorf("at %d: %d sent, %+v, %+v", rate, sent, report.Result, v)
		}
	}
}

func TestTheCeilingIsOfTheNodesThatCheckEach(t *testing.T) {
	url, payer := target(t, "standard")
	s := settings(t, "transfer", url, payer)
	s.Checkers = 3
	report, err := bench.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	k := report.Conditions
	if k.Checkers != 3 || k.Nodes != 1 || k.Ceiling != k.CheckRate/3 || !strings.Contains(k.Scheme, "some nodes") || bench.Word("zh", k.Scheme) == k.Scheme {
		t.Errorf("conditions %+v", k)
	}
}

func TestReportsAreReadAgainAndCompared(t *testing.T) {
	a := &bench.Report{Format: bench.Format, Workload: "transfer", Result: bench.Result{PerSecond: 100, Latency: &bench.Latency{Median: 4, P99: 10}}}
	b := &bench.Report{Format: bench.Format, Workload: "transfer", Result: bench.Result{PerSecond: 250, Latency: &bench.Latency{Median: 2, P99: 10}}, Conditions: bench.Conditions{Batch: 7}}
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := bench.ReadReport(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := bench.Compare(a, again)
	if c.Rows[0].Ratio != 2.5 || c.Rows[2].Ratio != 0.5 || len(c.Differences) != 1 || !strings.HasPrefix(c.Differences[0], "batch") {
		t.Errorf("%+v", c)
	}
	for _, broken := range []string{"", "[]", `{"format":9}`} {
		if _, err := bench.ReadReport(strings.NewReader(broken)); err == nil {
			t.Errorf("%q is read", broken)
		}
	}
}

func TestThePageStandsAloneAndEscapesWhatTargetsSay(t *testing.T) {
	r := &bench.Report{Workload: "transfer", Timeline: []bench.Second{{Included: 5, Median: 1}, {Included: 7, Median: 2}}, Target: bench.Target{Client: `<script>alert(1)</script>`}}
	var page bytes.Buffer
	if err := r.WritePage(&page, "en"); err != nil {
		t.Fatal(err)
	}
	for _, forbidden := range []string{"<script", "http://", "https://", "src="} {
		if strings.Contains(page.String(), forbidden) {
			t.Errorf("the page holds %q", forbidden)
		}
	}
	if !strings.Contains(page.String(), "<svg") {
		t.Error("the page has no chart")
	}
}

func TestEveryWordOfAPageIsTranslated(t *testing.T) {
	url, payer := target(t, "standard")
	workloads := []string{"bundles", "transfer", "read"}
	if testing.Short() {
		workloads = workloads[:1]
	}
	for _, workload := range workloads {
		for _, rate := range []int{0, 50} {
			s := settings(t, workload, url, payer)
			if s.Rate = rate; rate > 0 {
				s.Batch = 0
			}
			if workload == "bundles" {
				s.Workload, s.Family, s.Calls = "transfer", bench.FamilyNative, 3
			}
			report, err := bench.Run(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			report.Conditions.Machine, report.Target.URLs, report.Target.Client = "", nil, ""
			var page bytes.Buffer
			if err := report.WritePage(&page, "zh"); err != nil {
				t.Fatal(err)
			}
			_, body, _ := strings.Cut(page.String(), "</style>")
			for _, text := range regexp.MustCompile(`>([^<]+)<`).FindAllStringSubmatch(body, -1) {
				for _, word := range regexp.MustCompile(`[A-Za-z]{4,}`).FindAllString(text[1], -1) {
					if !slices.Contains([]string{"secp", "nonce", "http", s.Workload}, word) {
						t.Errorf("%s at %d: %q in %q", workload, rate, word, text[1])
					}
				}
			}
		}
	}
}
