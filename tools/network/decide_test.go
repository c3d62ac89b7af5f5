package network_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/network"
)

func TestWhatChangesTheValidatorsBeginsOnlyWhileTheNetworkCanDecide(t *testing.T) {
	o := newOperator(t)
	refused := func(reason string, arguments ...string) {
		t.Helper()
		output, err := o.try(arguments...)
		if err == nil || !strings.Contains(output, "the network cannot decide now") || !strings.Contains(output, reason) || !strings.Contains(output, "start who is missing, then repeat the command") {
			t.Errorf("network %v: %v\n%s\nwant %q", arguments, err, output, reason)
		}
	}
	untouched := func(running int) {
		t.Helper()
		s := o.status()
		for _, n := range s.Nodes {
			if n.PID != 0 {
				running--
			}
		}
		if _, err := os.Stat(filepath.Join(o.directory, "node4")); err == nil || len(s.Nodes) != 4 || running != 0 {
			t.Errorf("%v: %+v", err, s)
		}
		if made, err := filepath.Glob(filepath.Join(o.directory, "node*", "keys", "next", "*")); err != nil || len(made) > 0 {
			t.Errorf("%v %v", made, err)
		}
	}
	p, err := network.Open(o.directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{{"add-node"}, {"rotate", "node0"}} {
		refused("no node of the network answers", arguments...)
	}
	if err := p.ScheduleRules(t.Context(), obicore.Registry(), 1, 1000); !errors.Is(err, network.ErrUndecided) {
		t.Error(err)
	}
	untouched(0)
	o.run("start")
	o.run("kill", "node2", "node3")
	o.await("the reason", func(s network.Status) bool { return s.Nodes[0].State == "waiting" && s.Nodes[1].State == "waiting" })
	for _, arguments := range [][]string{{"add-node"}, {"rotate", "node0"}, {"remove-node", "node1"}} {
		refused("waiting for 1 more of 3 validators", arguments...)
	}
	untouched(2)
}

func TestANodeThatHasNotCaughtUpIsPromotedLater(t *testing.T) {
	o := newOperator(t, "--nodes", "2", "--consensus", "raft")
	o.run("start")
	p, err := network.Open(o.directory)
	if err != nil {
		t.Fatal(err)
	}
	// A node that lives and never answers.
	p.Binary, p.Patience = filepath.Join(t.TempDir(), "silent"), 500*time.Millisecond
	if err := os.WriteFile(p.Binary, []byte("#!/bin/sh\nwhile :; do sleep 1; done\n"), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	advice := "credible network add-node " + p.Directory + " node2"
	added, err := p.AddNode(t.Context(), obicore.Registry(), network.Addition{})
	if !errors.Is(err, network.ErrStands) || !strings.Contains(err.Error(), "node2 is made and still catches up") || !strings.Contains(err.Error(), advice) {
		t.Fatalf("%v", err)
	}
	// One whose height rises is waited for longer than the patience, until it stands.
	var height atomic.Uint64
	const last = 20
	crawling := httptest.NewServer(answering(t, func(method string) (any, error) {
		if h := height.Load(); h < last {
			height.Add(1)
		}
		return map[string]any{"height": "0x" + strconv.FormatUint(height.Load(), 16), "behind": "0x1000", "role": "observer"}, nil
	}))
	defer crawling.Close()
	rpc := p.Manifest.Nodes[2].RPC
	p.Manifest.Nodes[2].RPC = strings.TrimPrefix(crawling.URL, "http://")
	err = p.PromoteNode(t.Context(), obicore.Registry(), p.Manifest.Nodes[2])
	if !errors.Is(err, network.ErrStands) || !strings.Contains(err.Error(), "at height "+strconv.Itoa(last)) || !strings.Contains(err.Error(), advice) {
		t.Fatalf("%v", err)
	}
	p.Manifest.Nodes[2].RPC = rpc
	if err := p.Kill(added); err != nil {
		t.Fatal(err)
	}
	o.run("add-node", "node2")
	o.run("add-node", "node2") // once more: it is one already
	if n := o.node("node2"); n.State != "ready" || n.Role == "observer" {
		t.Fatalf("%+v", n)
	}
	if output, err := o.try("add-node", "node2", "--observer"); err == nil || !strings.Contains(output, "yet to be made") {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestANetworkOfOneNodeGrows(t *testing.T) {
	for _, engine := range []string{"raft", "smartbft"} {
		t.Run(engine, func(t *testing.T) {
			o := newOperator(t, "--nodes", "1", "--consensus", engine)
			o.run("start")
			o.run("add-node")
			if n := o.node("node1"); n.State != "ready" || n.Role == "observer" {
				t.Fatalf("%+v", n)
			}
			o.run("rotate", "node0") // both are needed
		})
	}
}

// answering is a node that answers each method with what result returns.
func answering(t *testing.T, result func(method string) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			ID     uint64
			Method string
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		reply := map[string]any{"jsonrpc": "2.0", "id": asked.ID}
		if value, err := result(asked.Method); err != nil {
			reply["error"] = map[string]any{"code": -32000, "message": err.Error()}
		} else {
			reply["result"] = value
		}
		if err := json.NewEncoder(w).Encode(reply); err != nil {
			t.Error(err)
		}
	}
}

func TestANodeIsNotForgottenWhileItIsUnknownWhetherItIsAValidator(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "network")
	settings := network.Settings{Name: "unknown", Nodes: 2, Consensus: "smartbft", Crypto: "standard", ChainID: 1, GasLimit: 30_000_000, Accounts: 1}
	if _, err := network.Create(obicore.Registry(), directory, settings); err != nil {
		t.Fatal(err)
	}
	p, err := network.Open(directory)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(answering(t, func(method string) (any, error) {
		switch method {
		case "eth_chainId":
			return "0x1", nil
		case "eth_call":
			return nil, errors.New("the state is being pruned")
		}
		return map[string]any{"connected": "0x2", "quorum": "0x2", "role": "leader"}, nil
	}))
	defer server.Close()
	p.Manifest.Nodes[0].RPC = strings.TrimPrefix(server.URL, "http://")
	for _, node := range p.Manifest.Nodes {
		// Something whose command line names the home passes for the node's process.
		command := exec.Command("tail", "-f", filepath.Join(p.Home(node), network.GenesisFile))
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		defer command.Wait()         //nolint:errcheck // it is killed
		defer command.Process.Kill() //nolint:errcheck // the end of the test
		if err := os.WriteFile(filepath.Join(p.Home(node), "node.pid"), []byte(strconv.Itoa(command.Process.Pid)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	removed := p.Manifest.Nodes[1]
	err = p.RemoveNode(t.Context(), obicore.Registry(), removed)
	if err == nil || !strings.Contains(err.Error(), "the state is being pruned") {
		t.Errorf("%v", err)
	}
	if len(p.Manifest.Nodes) != 2 || p.Running(removed) == 0 {
		t.Errorf("%+v is stopped or forgotten", removed)
	}
}
