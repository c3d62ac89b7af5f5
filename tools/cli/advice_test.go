package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWhoLeavesOutWhatACommandNeedsHasCalledItWrongly(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	for _, wrong := range []struct {
		code, advice string
		arguments    []string
	}{
		{"CL-LIGHT-001", "name the chain's genesis file with --genesis FILE", []string{"light"}},
		{"CL-GENESIS-001", "--home DIR", []string{"genesis", "create"}},
		{"CL-NETWORK-001", "--organisation NAME and --address HOST:PORT", []string{"network", "record", home, "--organisation", "A Bank"}},
		{"CL-NETWORK-001", "--admin ADDRESS", []string{"network", "assemble", "record.json"}},
		{"CL-NETWORK-001", "--keep VALIDATOR", []string{"network", "recovery", "draft", home}},
		{"CL-NETWORK-001", "leave out the name of the node", []string{"network", "add-node", home, "node4", "--snapshot"}},
	} {
		refused(t, 2, wrong.code, wrong.advice, wrong.arguments...)
	}
	if _, err := os.Stat(home); err == nil {
		t.Errorf("%s is made", home)
	}
}

func TestAdviceNamesACommandThatWorksThere(t *testing.T) {
	directory := t.TempDir()
	for _, command := range []string{"status", "start", "stop", "add-node"} {
		refused(t, 1, "CL-NETWORK-001", "credible network create DIR", "network", command, directory)
	}
	address := []string{"--organisation", "A Bank", "--address", "127.0.0.1:26700"}
	must(t, append([]string{"network", "record", directory}, address...)...)
	for _, arguments := range [][]string{
		append([]string{"record", directory}, address...), // a second time
		{"assemble", "/no/record.json", "--admin", "0x0000000000000000000000000000000000000001"},
		{"show", "/no/draft.json"}, {"approve", directory, "/no/draft.json"}, {"join", directory, "/no/draft.json", "/no/approval.json"},
		{"member", "add", "/no/record.json"}, {"member", "renew", directory}, {"member", "settle", directory},
	} {
		refused(t, 1, "CL-NETWORK-001", "credible network show DRAFT.json shows a draft, --rpc URL names a running node", append([]string{"network"}, arguments...)...)
	}
	refused(t, 1, "CL-GENESIS-002", "the file of another node", "genesis", "verify", "/no/genesis.json")
}
