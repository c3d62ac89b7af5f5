package smartbft

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheRemarksAreThoseOfThisVersion(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/hyperledger-labs/SmartBFT").Output()
	if err != nil {
		t.Fatalf("where SmartBFT is: %v", err)
	}
	var source strings.Builder
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "internal", "bft", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(b)
	}
	for _, remark := range []string{viewStarted, carryingOver, carriedOver, abortAsked, abortBegun, delivered, wentOn, delivering, deciding, decided, handing, handed, syncing, tooOld, asBefore, pruning, carrySyncs, carryTimeout, viewEnds, viewBegins, complaining, fallsSilent} {
		if n := strings.Count(source.String(), `"`+remark+`"`); n != 1 {
			t.Errorf("%q stands %d times in SmartBFT, want once", remark, n)
		}
	}
}
