package network_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/network"
)

// organisation runs the commands of one that only has its own node's home.
type organisation struct {
	*operator
	home string
}

// says runs a command and keeps what it prints in a file, whose name it returns.
func (o *organisation) says(verb string, arguments ...string) string {
	o.t.Helper()
	output, err := o.tries(verb, arguments...)
	if err != nil {
		o.t.Fatalf("network recovery %s: %v\n%s", verb, err, output)
	}
	file := filepath.Join(o.t.TempDir(), verb+".json")
	if err := os.WriteFile(file, []byte(output), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return file
}

func (o *organisation) tries(verb string, arguments ...string) (string, error) {
	words := append([]string{"network", "recovery", verb, o.home}, arguments...)
	output, err := exec.Command(o.path, append(words, "-o", "json")...).CombinedOutput()
	return string(output), err
}

func (o *organisation) refused(reason, verb string, arguments ...string) {
	o.t.Helper()
	if output, err := o.tries(verb, arguments...); err == nil || !strings.Contains(output, reason) || !strings.Contains(output, "CL-NETWORK-001") {
		o.t.Errorf("network recovery %s: %v\n%s, want %q", verb, err, output, reason)
	}
}

func TestOrganisationsThatKeepTheirOwnNodesRecoverTheNetworkTogether(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	o.run("rotate", "node0")
	p, err := network.Open(o.directory)
	if err != nil {
		t.Fatal(err)
	}
	of := func(node network.Node) *organisation { return &organisation{operator: o, home: p.Home(node)} }
	a, b, lost := of(p.Manifest.Nodes[0]), of(p.Manifest.Nodes[1]), of(p.Manifest.Nodes[2])
	keep := p.Manifest.Nodes[0].ID.String() + "," + p.Manifest.Nodes[1].ID.String()
	a.refused("in use", "draft", "--keep", keep)
	o.run("kill", "node2", "node3")
	o.await("the same last block of those that are left", func(s network.Status) bool { return s.Nodes[0].Height == s.Nodes[1].Height })
	o.run("stop", "node0", "node1")

	a.refused("no validator is called nobody", "draft", "--keep", "nobody")
	draft := a.says("draft", "--keep", keep, "--reason", "two sites have burnt down")
	shown, err := exec.Command(o.path, "network", "show", draft).CombinedOutput()
	if err != nil || !strings.Contains(string(shown), "two sites have burnt down") || !strings.Contains(string(shown), p.Manifest.Nodes[1].ID.String()) {
		t.Errorf("show: %v\n%s", err, shown)
	}
	text, err := os.ReadFile(draft)
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.json")
	if err := os.WriteFile(forged, []byte(strings.Replace(string(text), "burnt down", "been sold", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.refused("not what the file shows", "approve", forged)
	lost.refused("does not go on", "approve", draft)
	approvals := []string{a.says("approve", draft), b.says("approve", draft)}
	if output, err := exec.Command(o.path, "node", "start", "--home", a.home).CombinedOutput(); err == nil || !strings.Contains(string(output), "has approved a recovery") {
		t.Errorf("a node starts between approving and adopting: %v\n%s", err, output)
	}
	a.says("approve", draft) // the same once more
	a.refused("is missing", "adopt", draft, approvals[0])
	other := a.says("draft", "--keep", keep, "--reason", "another")
	a.refused("has approved another one", "adopt", other, approvals[0], approvals[1])
	a.refused("has approved another recovery", "approve", other)
	for range 2 { // the second time ends what a crash may have cut short
		a.says("adopt", draft, approvals[0], approvals[1])
	}
	for _, each := range []*organisation{a, b} {
		each.says("adopt", draft, approvals[0], approvals[1])
	}
	second := a.says("draft", "--keep", p.Manifest.Nodes[0].ID.String(), "--reason", "a third one as well, and before any block")
	a.says("adopt", second, a.says("approve", second))
	a.says("adopt", draft, a.says("approve", draft), approvals[1]) // but it has been found again
	o.run("start", "node0", "node1")
	before := o.node("node0").Height
	o.run("rotate", "node1") // the two decide by themselves
	if n := o.node("node1"); n.State != "ready" || n.Height <= before {
		t.Fatalf("%+v", n)
	}
	b.refused("in use", "approve", draft)
	o.run("stop", "node0")
	data := filepath.Join(o.directory, "node0", "data")
	output, err := exec.Command(o.path, "verify", "--data", data, "--genesis", filepath.Join(o.directory, "node0", "genesis.json")).CombinedOutput()
	if err != nil {
		t.Fatalf("verify: %v\n%s", err, output)
	}
	a.refused("would give up", "approve", draft)
}

func TestAChangeOfTheValidatorsStraightAfterARecoveryIsDecidedByTheRest(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	o.run("rotate", "node0") // a block from now: the next one is not due at once
	o.run("kill", "node2", "node3")
	o.run("recover", "node0", "node1", "--reason", "two sites have burnt down")
	o.run("remove-node", "node2")
	o.run("remove-node", "node3")
	if s := o.status(); len(s.Nodes) != 2 || !s.Ready() {
		t.Fatalf("%+v", s)
	}
}
