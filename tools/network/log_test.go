package network_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/network"
)

func TestANodeThatDiesAtItsStartSaysWhyAtOnce(t *testing.T) {
	o := newOperator(t)
	key := filepath.Join(o.directory, "node1", "keys", "consensus.key")
	if err := os.Chmod(key, 0o644); err != nil { //nolint:gosec // the fault
		t.Fatal(err)
	}
	output, err := o.try("start")
	if err == nil || !json.Valid([]byte(output)) || strings.Contains(output, "deadline") || !strings.Contains(output, "node1 has ended") || !strings.Contains(output, "can be read by others") || !strings.Contains(output, "CL-NODE-001") {
		t.Errorf("%v\n%s", err, output)
	}
	if n := o.node("node1"); n.State != "down" || !strings.Contains(n.Why, "chmod 600") || !strings.Contains(n.Why, "next: mend what the reason says") {
		t.Errorf("%+v", n)
	}
	if err := os.Chmod(key, 0o600); err != nil {
		t.Fatal(err)
	}
	o.run("start")
}

func TestTheLastErrorOfALogIsReadWhole(t *testing.T) {
	p := &network.Processes{Directory: t.TempDir()}
	node := network.Node{Name: "node0"}
	if err := os.Mkdir(p.Home(node), 0o700); err != nil {
		t.Fatal(err)
	}
	const problem = "error CL-NODE-001: the node did not start\n  why: two things:\nthe one\nand the other\n  next: mend it\n"
	for content, want := range map[string]string{
		"":                                     "",
		"one line\nanother\n":                  "another",
		"a line\n" + problem:                   "error CL-NODE-001: the node did not start; why: two things:; the one; and the other; next: mend it",
		problem + "ready http://x\n":           "ready http://x",
		problem + "a line\n" + problem:         "error CL-NODE-001: the node did not start; why: two things:; the one; and the other; next: mend it",
		"error CL-NODE-003: cut short":         "error CL-NODE-003: cut short",
		strings.Repeat("x\n", 1<<15) + problem: "error CL-NODE-001: the node did not start; why: two things:; the one; and the other; next: mend it",
	} {
		if err := os.WriteFile(p.LogFile(node), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if have := p.LastLine(node); have != want {
			t.Errorf("%.80q: %q, want %q", content, have, want)
		}
	}
}
