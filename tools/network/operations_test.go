package network_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/internal/executable"
	"github.com/credibleledger/credibleledger/tools/network"
)

func TestMain(m *testing.M) { executable.Main(m) }

// operator runs the commands of the operator's guide on one network.
type operator struct {
	t         *testing.T
	path      string
	directory string
}

func newOperator(t *testing.T, arguments ...string) *operator {
	t.Helper()
	o := &operator{t: t, path: executable.Path(t), directory: filepath.Join(t.TempDir(), "network")}
	o.run(append([]string{"create"}, arguments...)...)
	t.Cleanup(func() { o.run("stop") })
	return o
}

// try runs `credible network VERB DIR ARGUMENTS`.
func (o *operator) try(arguments ...string) (string, error) {
	words := append([]string{"network", arguments[0], o.directory}, arguments[1:]...)
	output, err := exec.Command(o.path, append(words, "-o", "json")...).CombinedOutput()
	return string(output), err
}

func (o *operator) run(arguments ...string) string {
	o.t.Helper()
	output, err := o.try(arguments...)
	if err != nil {
		o.t.Fatalf("network %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return output
}

func (o *operator) status() (s network.Status) {
	o.t.Helper()
	if err := json.Unmarshal([]byte(o.run("status")), &s); err != nil {
		o.t.Fatal(err)
	}
	return s
}

func (o *operator) node(name string) network.NodeStatus {
	o.t.Helper()
	for _, n := range o.status().Nodes {
		if n.Name == name {
			return n
		}
	}
	o.t.Fatalf("no node %s", name)
	return network.NodeStatus{}
}

// await asks for the status until holds.
func (o *operator) await(what string, holds func(network.Status) bool) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), time.Minute)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for !holds(o.status()) {
		select {
		case <-look.C:
		case <-ctx.Done():
			o.t.Fatalf("%s has not happened: %+v", what, o.status())
		}
	}
}

func allReady(s network.Status) bool { return s.Ready() }

func call(t *testing.T, url, method string, params ...any) json.RawMessage {
	t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Error != nil {
		t.Fatalf("%s: %v %s", method, err, answer.Error)
	}
	return answer.Result
}

func TestAnOperatorAddsRotatesRemovesAndReplacesNodesOfARunningNetwork(t *testing.T) {
	for _, kind := range []struct{ engine, suite string }{{"smartbft", "standard"}, {"smartbft", "gm"}, {"raft", "standard"}, {"raft", "gm"}} {
		t.Run(kind.engine+" "+kind.suite, func(t *testing.T) {
			o := newOperator(t, "--nodes", "4", "--consensus", kind.engine, "--crypto", kind.suite, "--snapshots", "2")
			o.run("start")
			if s := o.status(); len(s.Nodes) != 4 || !s.Ready() {
				t.Fatalf("%+v", s)
			}
			o.run("add-node", "--observer")
			if n := o.node("node4"); n.Role != "observer" || n.State != "ready" {
				t.Fatalf("%+v", n)
			}
			o.run("rotate", "node1")
			o.run("rotate", "node2")
			o.await("a snapshot", func(network.Status) bool {
				manifests, err := filepath.Glob(filepath.Join(o.directory, "node0", "data", "snapshots", "*", "manifest"))
				return err == nil && len(manifests) > 0
			})
			o.run("add-node", "--snapshot")
			if n := o.node("node5"); n.Role == "observer" || n.State != "ready" {
				t.Fatalf("%+v", n)
			}
			if log, err := os.ReadFile(filepath.Join(o.directory, "node5", "node.log")); err != nil || !bytes.Contains(log, []byte("has joined by a snapshot")) {
				t.Fatalf("%v: %s", err, log)
			}
			o.run("kill", "node0") // of five, four are needed: the new one and the one with new keys
			o.run("remove-node", "node3")
			if s := o.status(); len(s.Nodes) != 5 {
				t.Fatalf("%+v", s)
			}
			o.run("start")
			o.await("everybody", allReady)
			var height string // a node is ready a few blocks before it has caught up
			if err := json.Unmarshal(call(t, o.node("node1").RPC, "eth_blockNumber"), &height); err != nil {
				t.Fatal(err)
			}
			call(t, o.node("node0").RPC, "cl_awaitHeight", height)
			epoch := call(t, o.node("node0").RPC, "cl_status")
			if !bytes.Contains(epoch, []byte(`"epoch":"0x4"`)) {
				t.Fatalf("%s", epoch)
			}
		})
	}
}

func TestANodeThatHasLostItsDiskComesBackFromItsPeers(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	o.run("rotate", "node3") // some blocks
	o.run("kill", "node2")
	if err := os.RemoveAll(filepath.Join(o.directory, "node2", "data")); err != nil {
		t.Fatal(err)
	}
	o.run("start")
	o.await("everybody", allReady)
	o.run("kill", "node0") // the one that came back is needed
	o.run("rotate", "node3")
	if a, b := o.node("node1"), o.node("node2"); a.Hash == "" || a.Height < 3 || b.State != "ready" {
		t.Fatalf("%+v %+v", a, b)
	}
}

func TestANodeWhoseOldDiskIsRestoredDoesNotContradictItself(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	o.run("rotate", "node3")
	o.run("kill", "node2")
	data, old := filepath.Join(o.directory, "node2", "data"), filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	o.run("start")
	o.run("rotate", "node1")
	o.run("kill", "node2")
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(data, os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	o.run("start")
	o.await("everybody", allReady)
	o.run("kill", "node0")
	o.run("rotate", "node1")
}

func TestStatusSaysWhyBlocksStopAndWhoIsMissing(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	o.run("kill", "node2", "node3")
	o.await("the reason", func(s network.Status) bool {
		n := s.Nodes[0]
		return n.State == "waiting" && strings.Contains(n.Why, "waiting for 1 more of 3 validators") && strings.Contains(n.Why, "node2 127.0.0.1:") &&
			strings.Contains(n.Why, "refused") && s.Nodes[2].State == "down"
	})
	o.run("start")
	o.await("everybody", allReady)
	o.run("partition", "node0,node1", "node2,node3")
	o.await("the halves", func(s network.Status) bool { return s.Nodes[0].State == "waiting" && s.Nodes[3].State == "waiting" })
	o.run("partition")
	o.await("everybody", allReady)
	o.run("rotate", "node0")
}

func TestCommandsOnWhatIsNotThereSaySo(t *testing.T) {
	o := newOperator(t, "--nodes", "1", "--consensus", "solo")
	for _, arguments := range [][]string{{"kill", "node7"}, {"rotate", "node7"}, {"create"}, {"partition", "node0,node9"}} {
		output, err := o.try(arguments...)
		if err == nil || !strings.Contains(output, "CL-NETWORK-001") {
			t.Errorf("network %v: %v\n%s", arguments, err, output)
		}
	}
}

func TestANetworkThatHasLostMoreThanItToleratesIsRecoveredByTheRest(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	o.run("rotate", "node0")
	if output, err := o.try("recover", "node0", "node1"); err == nil || !strings.Contains(output, "reaches a quorum") {
		t.Fatalf("recovered while the network can decide: %v\n%s", err, output)
	}
	o.run("kill", "node2", "node3")
	for _, lost := range []string{"node2", "node3"} {
		if err := os.RemoveAll(filepath.Join(o.directory, lost)); err != nil {
			t.Fatal(err)
		}
	}
	o.run("recover", "node0", "node1", "--reason", "two sites have burnt down")
	before := o.node("node0").Height
	o.run("rotate", "node1") // the two decide by themselves
	if n := o.node("node1"); n.State != "ready" || n.Height <= before {
		t.Fatalf("%+v", n)
	}
	o.run("stop", "node0")
	o.run("start", "node0")
	// Another node comes in across the recovery, and it is needed.
	o.run("remove-node", "node2")
	o.run("remove-node", "node3")
	o.run("add-node")
	if n := o.node("node2"); n.State != "ready" || n.Role == "observer" {
		t.Fatalf("%+v", n)
	}
	o.run("rotate", "node0")
	output, err := exec.Command(o.path, "verify", "--data", filepath.Join(o.directory, "node0", "data"), "-o", "json").CombinedOutput()
	if err == nil {
		t.Fatalf("a running node's directory is verified: %s", output)
	}
	o.run("stop")
	output, err = exec.Command(o.path, "verify", "--data", filepath.Join(o.directory, "node0", "data"), "--genesis", filepath.Join(o.directory, "node0", "genesis.json")).CombinedOutput()
	if err != nil {
		t.Fatalf("verify: %v\n%s", err, output)
	}
}
