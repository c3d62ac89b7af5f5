package bench_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/bench"
)

func nativeSettings(t *testing.T, workload, url string, payer *bench.Payer) bench.Settings {
	t.Helper()
	s := settings(t, workload, url, payer)
	s.Family = bench.FamilyNative
	return s
}

func TestNativeTransactionsOfEverySchemeAreMeasuredAndVerifiedInBothLoops(t *testing.T) {
	measured := map[string][]string{"standard": {"", "secp256k1", "p256", "ed25519"}, "gm": {"", "sm2"}}
	if testing.Short() {
		measured = map[string][]string{"standard": {"", "ed25519"}}
	}
	for suite, schemes := range measured {
		url, payer := target(t, suite)
		for _, scheme := range schemes {
			s := nativeSettings(t, "transfer", url, payer)
			s.Scheme, s.Batch = scheme, 256
			if scheme == "" { // the suite's own
				s.Rate, s.Batch, scheme = 100, 0, map[string]string{"standard": "ed25519", "gm": "sm2"}[suite]
			}
			report, err := bench.Run(t.Context(), s)
			if err != nil {
				t.Fatalf("%s %s at %d: %v", suite, scheme, s.Rate, err)
			}
			r, k := report.Result, report.Conditions
			if r.Included == 0 || r.Included != r.Sent || !report.Verified.OK() || r.CallsPerSecond != r.PerSecond {
				t.Errorf("%s %s at %d: %+v, %+v", suite, scheme, s.Rate, r, report.Verified)
			}
			if named := strings.ReplaceAll(strings.ToLower(k.Scheme), "-", ""); k.Family != bench.FamilyNative || k.Calls != 1 || k.Ceiling <= 0 || !strings.HasPrefix(named, scheme) {
				t.Errorf("%s %s: %+v", suite, scheme, k)
			}
		}
	}
}

func TestBundlesPayAsOftenAsTheyHaveCalls(t *testing.T) {
	url, payer := target(t, "standard")
	for _, workload := range []string{"transfer", "mixed"} {
		s := nativeSettings(t, workload, url, payer)
		s.Calls, s.Accounts = 5, 1000
		report, err := bench.Run(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", workload, err)
		}
		if r := report.Result; !report.Verified.OK() || r.CallsPerSecond < 4.99*r.PerSecond {
			t.Errorf("%s: %+v, %+v", workload, r, report.Verified)
		}
	}
}

func TestAccountsArePaidOnceEachInTurnAndTheSameAgainBySeed(t *testing.T) {
	url, payer := target(t, "standard")
	s := nativeSettings(t, "transfer", url, payer)
	s.Calls, s.Accounts, s.Seed, s.InTurn = 5, 1001, "the same town", true
	report, err := bench.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if v := report.Verified; !v.OK() || v.Found != 201 {
		t.Errorf("each of 1,001 accounts once, five in a transaction: %+v", v)
	}
	s.InTurn = false
	if report, err = bench.Run(t.Context(), s); err != nil || !report.Verified.OK() {
		t.Fatalf("the same accounts, which hold something already: %v, %+v", err, report)
	}
	s.InTurn, s.Calls, s.Accounts = true, 1, bench.MaxAccounts
	if _, err := bench.Run(t.Context(), s); err == nil {
		t.Error("more transactions are promised than are prepared")
	}
}

func TestABundleWhoseCallsAreLostDoesNotPassAsMeasured(t *testing.T) {
	url, payer := target(t, "standard")
	lying := liar(t, url, func(request, answer []byte) []byte {
		if bytes.Contains(request, []byte("eth_getBalance")) {
			return []byte(`{"jsonrpc":"2.0","id":1,"result":"0x1"}`)
		}
		return answer
	})
	s := nativeSettings(t, "transfer", lying, payer)
	s.Calls = 3
	if report, err := bench.Run(t.Context(), s); err == nil || report == nil || report.Verified.OK() {
		t.Fatalf("%v", err)
	}
}

func TestARefusalOfOneTransactionOfManyIsSaidWithItsReason(t *testing.T) {
	url, payer := target(t, "standard")
	lying := liar(t, url, func(request, answer []byte) []byte {
		if bytes.Contains(request, []byte("cl_sendTransactions")) {
			return bytes.Replace(answer, []byte(`"id":"0x`), []byte(`"error":"the moon is cheese","id":"0x`), 1)
		}
		return answer
	})
	s := nativeSettings(t, "transfer", lying, payer)
	if _, err := bench.Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), "cheese") {
		t.Fatalf("%v", err)
	}
}

func TestNativeTransactionsAreForChainsThatTakeThem(t *testing.T) {
	url, payer := target(t, "gm")
	s := nativeSettings(t, "transfer", url, payer)
	s.Scheme = "ed25519"
	if _, err := bench.Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), "[secp256k1 sm2]") {
		t.Errorf("a scheme that the suite lacks: %v", err)
	}
	for what, change := range map[string]struct{ result, reason string }{
		"another platform":         {`"error":{"code":-32601,"message":"the method does not exist"}`, "no chain of CredibleLedger"},
		"a suite of later times":   {`"result":{"crypto":"lattice"}`, "lattice"},
		"no answer to that at all": {`"result":null`, "does not know"},
	} {
		lying := liar(t, url, func(request, answer []byte) []byte {
			if bytes.Contains(request, []byte("cl_chain")) {
				return []byte(`{"jsonrpc":"2.0","id":1,` + change.result + `}`)
			}
			return answer
		})
		if _, err := bench.Run(t.Context(), nativeSettings(t, "transfer", lying, payer)); err == nil || !strings.Contains(err.Error(), change.reason) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhatAFamilyDoesNotHaveIsRefused(t *testing.T) {
	url, payer := target(t, "standard")
	for name, spoil := range map[string]func(*bench.Settings){
		"family":              func(s *bench.Settings) { s.Family = "royal" },
		"scheme":              func(s *bench.Settings) { s.Scheme = "rot13" },
		"no calls":            func(s *bench.Settings) { s.Calls = -1 },
		"too many calls":      func(s *bench.Settings) { s.Calls = bench.MaxCalls + 1 },
		"accounts":            func(s *bench.Settings) { s.Accounts = bench.MaxAccounts + 1 },
		"scheme of Ethereum":  func(s *bench.Settings) { s.Family, s.Scheme = bench.FamilyEthereum, "ed25519" },
		"bundles of Ethereum": func(s *bench.Settings) { s.Family, s.Calls = "", 2 },
		"signatures of reads": func(s *bench.Settings) { s.Workload = "read" },
	} {
		s := nativeSettings(t, "transfer", url, payer)
		spoil(&s)
		if _, err := bench.Run(t.Context(), s); err == nil {
			t.Errorf("%s: measured", name)
		}
	}
}

func TestAComparisonOfBundlesHasTheirCalls(t *testing.T) {
	single := &bench.Report{Format: bench.Format, Result: bench.Result{PerSecond: 100}}
	bundled := &bench.Report{Format: bench.Format, Result: bench.Result{PerSecond: 50, CallsPerSecond: 500}, Conditions: bench.Conditions{Family: bench.FamilyNative, Calls: 10}}
	c := bench.Compare(single, bundled)
	if len(c.Rows) != 3 || c.Rows[2].Name != "calls/s" || c.Rows[2].Ratio != 5 {
		t.Errorf("%+v", c.Rows)
	}
	if differences := strings.Join(c.Differences, "; "); differences != "family: ethereum and native; calls: 1 and 10" {
		t.Errorf("%s", differences)
	}
	if c := bench.Compare(single, single); len(c.Rows) != 2 {
		t.Errorf("%+v", c.Rows)
	}
}
