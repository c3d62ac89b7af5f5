package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/bench"
)

func report(t *testing.T, name string, content any) string {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func measured(perSecond float64, conditions bench.Conditions) *bench.Report {
	return &bench.Report{Format: bench.Format, Workload: "transfer", Conditions: conditions, Result: bench.Result{PerSecond: perSecond}}
}

// rows are the lines below the head, without the spaces.
func rows(t *testing.T, arguments ...string) []string {
	t.Helper()
	var out strings.Builder
	if err := run(arguments, &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")[2:]
}

func TestEveryRowStandsBesideTheFirstOfItsGroup(t *testing.T) {
	single := report(t, "single", measured(2000, bench.Conditions{Family: bench.FamilyNative, Calls: 1, Scheme: "Ed25519", Ceiling: 4000}))
	bundled := report(t, "bundled", measured(500, bench.Conditions{Family: bench.FamilyNative, Calls: 10, Scheme: "Ed25519"}))
	comet := report(t, "comet", peer{Engine: "cometbft", WritesPerSecond: 4000, P50: 12, P99: 40, Rate: 1000})
	old := report(t, "old", measured(100, bench.Conditions{Scheme: "secp256k1"}))
	got := rows(t, "alone="+single, "bundles="+bundled, "peer="+comet, "--", "old="+old)
	for i, want := range []string{
		"| alone | native transfer | Ed25519 | 1 | 2000 | 2000 | 1.00 | 4000 |",
		"| bundles | native transfer | Ed25519 | 10 | 500 | 5000 | 0.25 | – |",
		"| peer | unsigned writes | none | – | 4000 | – | 2.00 | none | – | 12.0 at 1000/s | 40.0 at 1000/s | – | no |",
		"| old | transfer | secp256k1 | 1 | 100 | 100 | 1.00 | – |",
	} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("row %d is %q, want %q…", i, got[i], want)
		}
	}
}

func TestEveryLineHasAsManyCellsAsTheHead(t *testing.T) {
	var out strings.Builder
	comet := report(t, "comet", peer{Engine: "cometbft", WritesPerSecond: 1})
	paced := report(t, "paced", measured(1, bench.Conditions{Rate: 10}))
	if err := run([]string{"a=" + comet, "b=" + paced}, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines {
		if strings.Count(line, "|") != strings.Count(lines[0], "|") {
			t.Errorf("%q beside %q", line, lines[0])
		}
	}
}

func TestWhatIsNoReportIsRefusedByName(t *testing.T) {
	var out strings.Builder
	for _, argument := range []string{"label", "label=" + filepath.Join(t.TempDir(), "absent"), "label=" + report(t, "other", map[string]int{"format": 9})} {
		if err := run([]string{argument}, &out); err == nil || !strings.HasPrefix(err.Error(), "table: ") {
			t.Errorf("%s: %v", argument, err)
		}
	}
}
