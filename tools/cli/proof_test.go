package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// provedChain is a node of one validator whose headers carry the roots of so many
// heights before.
func provedChain(t *testing.T, delay int) (genesis string, pay func() string) {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	passphrase := keys(t)
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	must(t, "genesis", "create", "--home", home, "--name", "trade", "--allocate", address+"=5ether")
	genesis = filepath.Join(home, "genesis.json")
	rewrite(t, genesis, func(s string) string {
		return strings.Replace(s, `"rootDelay":0`, fmt.Sprintf(`"rootDelay":%d`, delay), 1)
	})
	rewrite(t, filepath.Join(home, "config.toml"), func(s string) string { return strings.Replace(s, "127.0.0.1:8545", "127.0.0.1:0", 1) })
	url, stop := start(t, "node", "start", "--home", home)
	t.Cleanup(func() { stop() })
	t.Setenv("CREDIBLE_RPC", url)
	return genesis, func() string {
		return decode[struct{ Hash string }](t, "send", "--passphrase-file", passphrase, "--to", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--value", "7").Hash
	}
}

func TestWhatIsProvedIsSaidInWordsAndNeedsNoNode(t *testing.T) {
	for _, delay := range []int{0, 2} {
		t.Run(fmt.Sprint(delay), func(t *testing.T) {
			genesis, pay := provedChain(t, delay)
			id := pay()
			for range delay {
				pay()
			}
			folder := t.TempDir()
			file := func(name string) string { return filepath.Join(folder, name) }
			said := must(t, "proof", "account", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--block", "1", "--out", file("account"))
			if !strings.Contains(said, "credible verify proof") {
				t.Errorf("nothing is said of what to do next: %s", said)
			}
			must(t, "proof", "storage", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0", "0xff", "--out", file("storage"))
			must(t, "proof", "transaction", id, "--out", file("transaction"))
			must(t, "proof", "receipt", id, "--out", file("receipt"))
			must(t, "proof", "header", "1", "--out", file("header"))
			printed := must(t, "proof", "account", "0x0000000000000000000000000000000000000099")
			if err := os.WriteFile(file("absent"), []byte(printed), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("CREDIBLE_RPC", "http://127.0.0.1:1")
			for name, words := range map[string][]string{
				"account":     {"at height 1 of chain 0x", "account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 has balance 7 and nonce 0", fmt.Sprintf("in header %d", 1+delay)},
				"storage":     {"slot 0x" + strings.Repeat("00", 31) + "ff of 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 is zero"},
				"transaction": {"transaction " + id + " stands at index 0", "sent by " + address + " with nonce 0"},
				"receipt":     {"at height 1 of chain 0x", "transaction " + id + " stands at index 0", "it succeeded with 21000 gas"},
				"header":      {"at height 1 of chain 0x", "epoch 0"},
				"absent":      {"account 0x0000000000000000000000000000000000000099 does not exist"},
			} {
				said := must(t, "verify", "proof", file(name), "--genesis", genesis)
				for _, want := range words {
					if !strings.Contains(said, want) {
						t.Errorf("%s: %q is missing in\n%s", name, want, said)
					}
				}
				if said := must(t, "verify", "proof", file(name), "--genesis", genesis, "--lang", "zh"); !isChinese(said) {
					t.Errorf("%s speaks English: %s", name, said)
				}
			}
		})
	}
}

// provedReport is what programs read of a finding.
type provedReport struct {
	Height, HeaderHeight uint64
	Validators           string
	Assumed              []string
}

func TestAProofCountsOnlyWithWhatItsReaderTrusts(t *testing.T) {
	genesis, pay := provedChain(t, 2)
	for range 3 {
		pay()
	}
	account, header, kept := filepath.Join(t.TempDir(), "account"), filepath.Join(t.TempDir(), "header"), filepath.Join(t.TempDir(), "kept")
	must(t, "proof", "account", address, "--out", account)
	must(t, "proof", "header", "--out", header)
	must(t, "light", "--genesis", genesis, "--trusted", kept)
	set := decode[provedReport](t, "verify", "proof", account, "--genesis", genesis).Validators

	for _, trust := range [][]string{
		{"--genesis", genesis}, {"--genesis", genesis, "--checkpoint", kept}, {"--checkpoint", kept, "--root-delay", "2"}, {"--validators", set, "--root-delay", "2"},
	} {
		if have := decode[provedReport](t, append([]string{"verify", "proof", account}, trust...)...); have.HeaderHeight != have.Height+2 || len(have.Assumed) > 0 {
			t.Errorf("%v: %+v", trust, have)
		}
	}
	must(t, "verify", "proof", header, "--validators", set)
	must(t, "verify", "proof", header, "--checkpoint", kept)
	refused(t, 1, "CL-PROOF-005", "nobody vouches for the validator set", "verify", "proof", header)
	refused(t, 1, "CL-PROOF-005", "root delay", "verify", "proof", account, "--validators", set)
	refused(t, 1, "CL-PROOF-004", "root delay", "verify", "proof", account, "--validators", set, "--root-delay", "1")
	refused(t, 1, "CL-PROOF-004", "not among the trusted", "verify", "proof", account, "--validators", "0x"+strings.Repeat("11", 32))
	refused(t, 2, "CL-CLI-003", "--validators", "verify", "proof", account, "--validators", "0x11")
	refused(t, 2, "CL-CLI-003", "not a checkpoint", "verify", "proof", account, "--checkpoint", header)
	refused(t, 2, "CL-CLI-003", "no such file", "verify", "proof", account, "--genesis", "/nowhere")
	other := filepath.Join(t.TempDir(), "other")
	must(t, "genesis", "create", "--home", other, "--name", "other")
	refused(t, 1, "CL-PROOF-004", "of chain", "verify", "proof", account, "--genesis", filepath.Join(other, "genesis.json"))

	forged := filepath.Join(t.TempDir(), "forged")
	alter := func(from, to string) {
		content, err := os.ReadFile(account)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(forged, []byte(strings.Replace(string(content), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	alter(`"value": "0x`, `"value": "0x01`)
	refused(t, 1, "CL-PROOF-004", "state: ", "verify", "proof", forged, "--genesis", genesis)
	alter(`"decision": "0x`, `"decision": "0x0`)
	refused(t, 1, "CL-PROOF-003", "", "verify", "proof", forged, "--genesis", genesis)
	alter("proof/1", "proof/2")
	refused(t, 1, "CL-PROOF-003", "proof/2", "verify", "proof", forged, "--genesis", genesis)
	refused(t, 1, "CL-PROOF-003", "no such file", "verify", "proof", filepath.Join(other, "none"))
	refused(t, 2, "CL-CLI-000", "accepts 1 arg", "verify", "proof")
}

func TestWhatCannotBeProvedIsSaid(t *testing.T) {
	_, pay := provedChain(t, 2)
	refused(t, 1, "CL-RPC-002", "ask again later", "proof", "account", address)
	pay()
	refused(t, 1, "CL-RPC-002", "nothing of that name", "proof", "transaction", "0x"+strings.Repeat("11", 32))
	refused(t, 1, "CL-PROOF-002", "nowhere", "proof", "header", "--out", "/nowhere/at/all")
	refused(t, 2, "CL-CLI-003", "not a hash", "proof", "receipt", "0x11")
	refused(t, 2, "CL-CLI-003", "not a slot", "proof", "storage", address, "first")
	refused(t, 2, "CL-CLI-003", "", "proof", "account", "0x11")
	refused(t, 2, "CL-CLI-002", "header", "proof", "headr")
	refused(t, 1, "CL-RPC-001", "--rpc", "proof", "header", "--rpc", "http://127.0.0.1:1")
}
