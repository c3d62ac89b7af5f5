package cli_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/tools/cli"
)

type replayReport struct {
	From, To, Transactions uint64
	Equal                  bool
	Difference             *struct {
		Height   uint64
		Index    int
		ID, What string
	}
}

func TestReplayNamesTheFirstTransactionThatAnotherBinaryExecutesOtherwise(t *testing.T) {
	copyOf := stored(t)
	same := decode[replayReport](t, "replay", "--compare", "--data", copyOf())
	if !same.Equal || same.From != 1 || same.To != 3 || same.Transactions == 0 || same.Difference != nil {
		t.Fatalf("%+v", same)
	}
	part := decode[replayReport](t, "replay", "--compare", "--data", copyOf(), "--from", "2", "--to", "2")
	if !part.Equal || part.From != 2 || part.To != 2 {
		t.Errorf("%+v", part)
	}
	refused(t, 2, "CL-VERIFY-004", "--compare", "replay", "--data", copyOf())
	refused(t, 2, "CL-VERIFY-001", "--data", "replay", "--compare")
	refused(t, 1, "CL-VERIFY-002", "genesis", "replay", "--compare", "--data", t.TempDir())

	other := execution.DefaultRules()
	rules := other[1]
	rules.GasCap = 1000 // nothing can start any more
	other[1] = rules
	var out, problems bytes.Buffer
	distribution := cli.Distribution{Registry: obicore.Registry(), Rules: other}
	code := distribution.Run(t.Context(), []string{"replay", "--compare", "--data", copyOf(), "-o", "json"}, strings.NewReader(""), &out, &problems)
	var report replayReport
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v: %s %s", err, out.String(), problems.String())
	}
	d := report.Difference
	if code != 1 || report.Equal || d == nil || d.Height != report.To+1 || d.Index < 0 || len(d.ID) != 66 || !strings.Contains(d.What, "status") {
		t.Errorf("exit code %d: %s %s", code, out.String(), problems.String())
	}
	if !strings.Contains(problems.String(), "CL-VERIFY-005") {
		t.Error(problems.String())
	}
}
