package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/bench"
)

func TestBenchMeasuresAndItsReportsAreCompared(t *testing.T) {
	network(t)
	folder := t.TempDir()
	one, two, page := filepath.Join(folder, "1.json"), filepath.Join(folder, "2.json"), filepath.Join(folder, "page.html")
	for _, path := range []string{one, two} {
		out := must(t, "bench", "transfer", "--duration", "1s", "--rate", "50", "--senders", "20", "--note", "in memory", "--report", path)
		if !strings.Contains(out, "verified") || !strings.Contains(out, "ceiling") {
			t.Fatalf("%s", out)
		}
	}
	if out := must(t, "bench", "compare", one, two); !strings.Contains(out, "committed/s") || strings.Contains(out, "conditions differ") {
		t.Errorf("%s", out)
	}
	var report bench.Report
	text := must(t, "-o", "json", "bench", "read", "--duration", "1s", "--report", page)
	if err := json.Unmarshal([]byte(text), &report); err != nil || report.Result.Included == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	if content, err := os.ReadFile(page); err != nil || !strings.Contains(string(content), "<svg") {
		t.Errorf("%v: %s", err, content)
	}
}

func TestBenchExplainsWhatItCannotMeasure(t *testing.T) {
	network(t)
	refused(t, 2, "CL-CLI-003", "transactions a second", "bench", "transfer", "--rate", "fast")
	for _, flag := range []string{"--calls=10", "--calls=1", "--scheme=ed25519"} {
		refused(t, 2, "CL-CLI-003", "choose the family native", "bench", "transfer", flag)
	}
	refused(t, 1, "CL-BENCH-001", "[secp256k1 p256 ed25519]", "bench", "transfer", "--family", "native", "--scheme", "sm2")
	refused(t, 2, "CL-CLI-003", "choose 1s", "bench", "erc20", "--duration", "1ms")
	refused(t, 2, "CL-CLI-003", "not a report", "bench", "compare", write(t, "a.json", "{}"), write(t, "b.json", "{}"))
	refused(t, 2, "CL-CLI-003", "not a key", "bench", "transfer", "--key-file", write(t, "key", "secret"))
	refused(t, 1, "CL-BENCH-001", "", "bench", "read", "--rpc", "http://127.0.0.1:1")
}
