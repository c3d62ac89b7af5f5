package network_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/tools/network"
)

// says runs any command and returns what it prints.
func (o *operator) says(arguments ...string) string {
	o.t.Helper()
	command := exec.Command(o.path, append(arguments, "-o", "json")...)
	output, err := command.Output()
	if err != nil {
		o.t.Fatalf("%s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return string(output)
}

// sends has the administrator send what a member has prepared.
func (o *operator) sends(prepared string) {
	o.t.Helper()
	var call network.Call
	if err := json.Unmarshal([]byte(prepared), &call); err != nil {
		o.t.Fatal(err)
	}
	keys, phrase := filepath.Join(o.t.TempDir(), "keys"), filepath.Join(o.t.TempDir(), "phrase")
	if err := os.WriteFile(phrase, []byte("correct horse"), 0o600); err != nil {
		o.t.Fatal(err)
	}
	var account struct{ Address string }
	imported := o.says("account", "import", "--light", "--keystore", keys, "--key-file", filepath.Join(o.directory, "accounts", "account0.key"), "--passphrase-file", phrase)
	if err := json.Unmarshal([]byte(imported), &account); err != nil {
		o.t.Fatal(err)
	}
	o.says("send", "--to", call.To.String(), "--data", fmt.Sprintf("%#x", []byte(call.Data)), "--from", account.Address, "--keystore", keys, "--passphrase-file", phrase, "--rpc", o.node("node0").RPC)
}

func TestMembersOfSeveralOrganisationsJoinAndRenewTheirKeysByCallsOfAnAdministrator(t *testing.T) {
	o := newOperator(t)
	o.run("start")
	rpc := o.node("node0").RPC
	home := filepath.Join(o.directory, "node1")
	prepared := o.says("network", "member", "renew", home, "--rpc", rpc)
	if again := o.says("network", "member", "renew", home, "--rpc", rpc); again != prepared {
		t.Fatalf("keys are made a second time: %s, %s", prepared, again)
	}
	if chinese := o.says("network", "member", "renew", home, "--rpc", rpc, "--lang", "zh"); !strings.Contains(chinese, "更换新密钥") || strings.Contains(chinese, "gives") {
		t.Errorf("%s", chinese)
	}
	output, err := exec.Command(o.path, "network", "member", "settle", home, "--rpc", rpc).CombinedOutput()
	if err == nil || !strings.Contains(string(output), "does not have the next keys") || !strings.Contains(string(output), "wait for a few blocks") {
		t.Fatalf("settled before the chain has the keys: %v\n%s", err, output)
	}
	o.run("stop", "node1")
	o.run("start", "node1")
	o.sends(prepared)
	o.await("the next set", func(network.Status) bool {
		output, err := exec.Command(o.path, "network", "member", "settle", home, "--rpc", rpc).CombinedOutput()
		return err == nil || !strings.Contains(string(output), "does not have the next keys")
	})
	if _, err := os.Stat(filepath.Join(home, "keys", "consensus.key.old")); err != nil {
		t.Fatal(err)
	}
	o.run("kill", "node3") // the one with the new keys is needed
	o.run("rotate", "node2")

	record := filepath.Join(t.TempDir(), "record.json")
	if err := os.WriteFile(record, []byte(o.says("network", "record", filepath.Join(t.TempDir(), "fifth"), "--organisation", "Fifth", "--address", freeAddress(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	o.run("start", "node3")
	o.sends(o.says("network", "member", "add", record))
	var count string
	selector := native.Selector("validatorCount()")
	module := map[string]string{"to": chain.ParametersAddress.String(), "input": fmt.Sprintf("%#x", selector[:])}
	if err := json.Unmarshal(call(t, rpc, "eth_call", module, "latest"), &count); err != nil || !strings.HasSuffix(count, "5") {
		t.Fatalf("%s validators, %v", count, err)
	}
}
