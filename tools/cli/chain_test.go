package cli_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/development"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// TestANodeRunsFromGenesisToVerify goes the whole way of an operator.
func TestANodeRunsFromGenesisToVerify(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			home := filepath.Join(t.TempDir(), "home")
			passphrase := keys(t)
			must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
			made := decode[struct{ Identity, Crypto string }](t, "genesis", "create", "--home", home, "--name", "trade", "--crypto", suite, "--allocate", address+"=5ether")
			settings := filepath.Join(home, "config.toml")
			rewrite(t, settings, func(s string) string { return strings.Replace(s, "127.0.0.1:8545", "127.0.0.1:0", 1) })
			must(t, "config", "check", settings)
			url, stop := start(t, "node", "start", "--home", home)
			t.Setenv("CREDIBLE_RPC", url)
			if s := decode[sent](t, "send", "--passphrase-file", passphrase, "--to", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--value", "1ether"); s.Receipt.Status != "0x1" {
				t.Errorf("%+v", s)
			}
			refused(t, 1, "CL-SEND-001", "account", "send", "--from", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--to", address)
			if code := run(t, "", "doctor", "--data", home, "--rpc", url, "--listen", "127.0.0.1:0"); code.code != 0 || !strings.Contains(code.out, made.Identity) {
				t.Errorf("%+v", code)
			}
			refused(t, 1, "CL-VERIFY-002", "in use", "verify", "--data", home)
			if code := stop(); code != 0 {
				t.Errorf("the node ended with exit code %d", code)
			}
			report := decode[verifyReport](t, "verify", "--data", home)
			if !report.OK || report.Height != 1 || report.Identity != made.Identity || !report.Replayed || len(report.Notes) > 0 {
				t.Errorf("%+v", report)
			}
		})
	}
}

type verifyReport struct {
	Identity     string
	Height       uint64
	OK, Replayed bool
	Faults       []struct {
		Height        uint64
		Place, Reason string
	}
	Notes []string
}

func rewrite(t *testing.T, path string, change func(string) string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(change(string(content))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestDoctorFindsTheGenesisBesideTheDataOfANode(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home, "--name", "beside")
	data := filepath.Join(home, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{home, data, data + "/"} {
		if text := must(t, "doctor", "--data", place, "--listen", "127.0.0.1:0"); !strings.Contains(text, "chain beside") {
			t.Errorf("%s: %s", place, text)
		}
	}
}

func TestGenesisFilesAreCreatedInspectedAndHashed(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	created := decode[map[string]any](t, "genesis", "create", "--home", home, "--chain-id", "77")
	file := filepath.Join(home, "genesis.json")
	inspected := decode[map[string]any](t, "genesis", "inspect", file)
	if fmt.Sprint(created) != fmt.Sprint(inspected) || inspected["evmChainId"] != 77.0 {
		t.Errorf("created %v, inspected %v", created, inspected)
	}
	if got := strings.TrimSpace(must(t, "genesis", "hash", file)); got != created["identity"] {
		t.Errorf("%s", got)
	}
	if text := must(t, "--lang", "zh", "genesis", "verify", file); !isChinese(text) {
		t.Errorf("%s", text)
	}
	refused(t, 1, "CL-GENESIS-001", "already", "genesis", "create", "--home", home)
	refused(t, 1, "CL-GENESIS-001", "sm9000", "genesis", "create", "--home", home+"2", "--crypto", "sm9000")
	refused(t, 1, "CL-GENESIS-001", "amount", "genesis", "create", "--home", home+"2", "--allocate", address+"=x")
	refused(t, 1, "CL-GENESIS-001", "test mnemonic", "genesis", "create", "--home", home+"2", "--allocate", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266=1ether")
	suite, err := obicore.Registry().CryptoSuite("gm")
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := development.Accounts(suite, 500)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "CL-GENESIS-001", "test mnemonic", "genesis", "create", "--home", home+"2", "--crypto", "gm", "--allocate", accounts[499].Address.String()+"=1ether")
	if info, err := os.Stat(filepath.Join(home, "validator.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestAGenesisChoosesItsStateCommitment(t *testing.T) {
	directory := t.TempDir()
	for name, flags := range map[string][]string{"binary": nil, "patricia": {"--commitment", "patricia"}} {
		home := filepath.Join(directory, name)
		created := decode[map[string]any](t, append([]string{"genesis", "create", "--home", home}, flags...)...)
		if created["commitment"] != name {
			t.Errorf("%v", created)
		}
		must(t, "genesis", "verify", filepath.Join(home, "genesis.json"))
		network := filepath.Join(directory, "network "+name)
		must(t, append([]string{"network", "create", network, "--nodes", "2", "--consensus", "raft"}, flags...)...)
		inspected := decode[map[string]any](t, "genesis", "inspect", filepath.Join(network, "node1", "genesis.json"))
		if inspected["commitment"] != name {
			t.Errorf("%v", inspected)
		}
	}
	refused(t, 1, "CL-GENESIS-001", "[binary patricia]", "genesis", "create", "--home", filepath.Join(directory, "none"), "--commitment", "none")
	refused(t, 1, "CL-NETWORK-001", "[binary patricia]", "network", "create", filepath.Join(directory, "none"), "--commitment", "none")
}

func TestADevelopmentChainKeepsItsStateCommitment(t *testing.T) {
	directory := t.TempDir()
	url, stop := start(t, "dev", "--rpc", "127.0.0.1:0", "--data", directory, "--commitment", "patricia")
	t.Setenv("CREDIBLE_RPC", url)
	must(t, "block", "latest")
	stop()
	refused(t, 1, "CL-DEV-003", "--commitment patricia", "dev", "--rpc", "127.0.0.1:0", "--data", directory)
	must(t, "verify", "--data", directory)
	refused(t, 2, "CL-DEV-006", "[binary patricia]", "dev", "--rpc", "127.0.0.1:0", "--data", directory, "--commitment", "none")
}

func TestBrokenGenesisFilesAreRefused(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	content, err := os.ReadFile(filepath.Join(home, "genesis.json"))
	if err != nil {
		t.Fatal(err)
	}
	sound := string(content)
	for words, change := range map[string]func(string) string{
		"canonical":  func(s string) string { return strings.Replace(s, ",", ", ", 1) },
		"unknownKey": func(s string) string { return strings.Replace(s, `{`, `{"unknownKey":1,`, 1) },
		"format":     func(s string) string { return strings.Replace(s, `"format":1`, `"format":2`, 1) },
		"nosuch":     func(s string) string { return strings.Replace(s, `"crypto":"standard"`, `"crypto":"nosuch"`, 1) },
		"noengine":   func(s string) string { return strings.Replace(s, `"consensus":"solo"`, `"consensus":"noengine"`, 1) },
		"notree":     func(s string) string { return strings.Replace(s, `"commitment":"binary"`, `"commitment":"notree"`, 1) },
		"":           func(s string) string { return s[:len(s)/2] },
		"validators": func(s string) string { // no curve point has this encoding
			return regexp.MustCompile(`"key":"0x[0-9a-f]{64}"`).ReplaceAllString(s, `"key":"0x`+strings.Repeat("ff", 32)+`"`)
		},
	} {
		file := write(t, "genesis.json", change(sound))
		if change(sound) == sound {
			t.Fatalf("the change for %q changes nothing", words)
		}
		refused(t, 1, "CL-GENESIS-002", words, "genesis", "verify", file)
	}
	refused(t, 1, "CL-GENESIS-002", "no such file", "genesis", "hash", "/nowhere.json")
	refused(t, 2, "CL-CLI-000", "accepts 1 arg", "genesis", "inspect")
}

func TestConfigurationFilesAreCheckedAndShown(t *testing.T) {
	defaults := must(t, "config", "show")
	file := write(t, "config.toml", defaults)
	must(t, "config", "check", file)
	if shown := must(t, "config", "show", file); shown != defaults {
		t.Error("the defaults do not read back as themselves")
	}
	changed := write(t, "config.toml", strings.Replace(defaults, "max_batch = 1000", "max_batch = 7", 1))
	if shown := must(t, "config", "show", changed); !strings.Contains(shown, "max_batch = 7") || !strings.Contains(shown, "#") {
		t.Errorf("%s", shown)
	}
	refused(t, 1, "CL-CONFIG-001", "max_batch", "config", "check", write(t, "config.toml", "[rpc]\nmax_bach = 7\n"))
	refused(t, 1, "CL-CONFIG-001", "line 2", "config", "check", write(t, "config.toml", "[rpc]\nmax_bach = 7\n"))
	refused(t, 1, "CL-CONFIG-001", "out of range", "config", "check", write(t, "config.toml", "[rpc]\nmax_batch = 0\n"))
	refused(t, 1, "CL-CONFIG-001", "", "config", "check", write(t, "config.toml", "[rpc\n"))
	refused(t, 1, "CL-CONFIG-001", "genesis create", "config", "show", "/nowhere.toml")
	refused(t, 1, "CL-CONFIG-001", "genesis create", "node", "start", "--home", t.TempDir())
	refused(t, 2, "CL-NODE-002", "--home", "node", "start")
}

func TestANodeWithAnotherKeyOrGenesisDoesNotStart(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	rewrite(t, filepath.Join(home, "validator.key"), func(string) string { return "zz" })
	refused(t, 1, "CL-NODE-001", "key file", "node", "start", "--home", home)
	rewrite(t, filepath.Join(home, "genesis.json"), func(s string) string { return s + "x" })
	refused(t, 1, "CL-NODE-001", "genesis", "node", "start", "--home", home)
}

// stored makes a data directory with blocks and returns a way to copy it.
func stored(t *testing.T) (copyOf func() string) {
	t.Helper()
	directory := filepath.Join(t.TempDir(), "data")
	running, err := development.Open(t.Context(), development.Options{Registry: obicore.Registry(), Directory: directory, Accounts: 2})
	if err != nil {
		t.Fatal(err)
	}
	url, closeServer := serve(t, running)
	client := rpcclient.New(url)
	for range 3 {
		var receipt json.RawMessage
		var id chain.Hash
		request := map[string]any{"from": running.Accounts[0].Address, "to": running.Accounts[1].Address, "value": "0x1"}
		if err := client.Call(t.Context(), &id, "eth_sendTransaction", request); err != nil {
			t.Fatal(err)
		}
		for receipt == nil {
			if err := client.Call(t.Context(), &receipt, "eth_getTransactionReceipt", id); err != nil {
				t.Fatal(err)
			}
		}
	}
	closeServer()
	if err := running.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func() string {
		target := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(target, os.DirFS(directory)); err != nil {
			t.Fatal(err)
		}
		return target
	}
}

// TestVerifyNamesThePlaceOfEveryFlippedByte flips bytes all over the files that are
// the truth. What is not found would have to be harmless: the report must then say
// the same height and root as without the flip.
func TestVerifyNamesThePlaceOfEveryFlippedByte(t *testing.T) {
	copyOf := stored(t)
	sound := decode[verifyReport](t, "verify", "--data", copyOf())
	if !sound.OK || sound.Height != 3 {
		t.Fatalf("%+v", sound)
	}
	original := copyOf()
	found, flips := 0, 0
	for _, column := range []string{"headers", "bodies", "results"} {
		name := filepath.Join(column, "00000000.segment")
		info, err := os.Stat(filepath.Join(original, name))
		if err != nil {
			t.Fatal(err)
		}
		for i := range int64(8) {
			data := copyOf()
			rewrite(t, filepath.Join(data, name), func(s string) string {
				place := info.Size() * (2*i + 1) / 16
				return s[:place] + string(s[place]^0x10) + s[place+1:]
			})
			flips++
			o := run(t, "", "verify", "--data", data, "-o", "json")
			var report verifyReport
			if err := json.Unmarshal([]byte(o.out), &report); err != nil {
				t.Fatalf("%s, %d: %v\n%+v", name, i, err, o)
			}
			if o.code != 1 || report.OK || len(report.Faults) == 0 || !strings.Contains(o.errors, "CL-VERIFY-003") {
				t.Errorf("a flip at %d/16 of %s: exit code %d, %+v", 2*i+1, name, o.code, report)
				continue
			}
			if f := report.Faults[0]; strings.Contains(f.Place+f.Reason, column) {
				found++
			} else {
				t.Errorf("a flip in %s is said to be at %q: %s", name, f.Place, f.Reason)
			}
		}
	}
	t.Logf("%d of %d flips are found and named", found, flips)
}

// TestVerifySurvivesAnyFlipInTheDatabase flips bytes in the files that can be made
// again from the truth: verify must end with a verdict, and never with a wrong one. A flip
// where the database keeps nothing, or in an index that Open makes again, is harmless:
// verify then finds every entry and node equal to what the write sets lead to.
func TestVerifySurvivesAnyFlipInTheDatabase(t *testing.T) {
	copyOf := stored(t)
	sound := decode[verifyReport](t, "verify", "--data", copyOf())
	verdicts := map[int]int{}
	var names []string
	original := copyOf()
	err := filepath.WalkDir(filepath.Join(original, "state"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, err := filepath.Rel(original, path)
			names = append(names, relative)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"headers", "bodies", "results"} {
		names = append(names, filepath.Join(column, "00000000.index"))
	}
	for _, name := range append(names, "identity") {
		for eighth := range 8 {
			data := copyOf()
			rewrite(t, filepath.Join(data, name), func(s string) string {
				if s == "" {
					return "x"
				}
				place := len(s) * eighth / 8
				return s[:place] + string(s[place]^0x10) + s[place+1:]
			})
			o := run(t, "", "verify", "--data", data, "-o", "json")
			verdicts[o.code]++
			var report verifyReport
			if o.code == 0 && (json.Unmarshal([]byte(o.out), &report) != nil || report.Height != sound.Height || !report.OK) || o.code > 1 {
				t.Errorf("%s at %d/8: %+v", name, eighth, o)
			}
		}
	}
	t.Logf("exit codes of %d flips: %v", 8*(len(names)+1), verdicts)
}

func TestVerifyRefusesWhatIsNoLedger(t *testing.T) {
	refused(t, 2, "CL-VERIFY-001", "--data", "verify")
	refused(t, 1, "CL-VERIFY-002", "no such file", "verify", "--data", t.TempDir())
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	refused(t, 1, "CL-VERIFY-002", "no ledger", "verify", "--data", home)
	other := stored(t)()
	refused(t, 1, "CL-VERIFY-002", "another chain", "verify", "--data", other, "--genesis", filepath.Join(home, "genesis.json"))
}

func TestDoctorFindsTheNodeOfAnotherChain(t *testing.T) {
	network(t)
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	node := os.Getenv("CREDIBLE_RPC")
	refused(t, 1, "CL-DOCTOR-001", "another chain", "doctor", "--data", home, "--rpc", node, "--listen", "127.0.0.1:0")
	refused(t, 1, "CL-DOCTOR-001", "HOST:PORT", "doctor", "--listen", "nonsense")
	refused(t, 1, "CL-DOCTOR-001", "", "doctor", "--data", "/nowhere/at/all", "--listen", "127.0.0.1:0")
	if text := must(t, "doctor", "--lang", "zh", "--rpc", node, "--listen", strings.TrimPrefix(node, "http://")); !strings.Contains(text, "正常") {
		t.Errorf("%s", text)
	}
	report := decode[struct {
		OK       bool
		Findings []struct{ Check, Verdict, Detail string }
	}](t, "doctor", "--listen", "127.0.0.1:0")
	if !report.OK || len(report.Findings) < 5 {
		t.Errorf("%+v", report)
	}
}

func TestDoctorWarnsOfTheMovedTimeOfADevelopmentChain(t *testing.T) {
	network(t)
	node := os.Getenv("CREDIBLE_RPC")
	client := rpcclient.New(node)
	for _, err := range []error{
		client.Call(t.Context(), new(json.RawMessage), "evm_increaseTime", 3600),
		client.Call(t.Context(), new(json.RawMessage), "evm_mine"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if text := must(t, "doctor", "--rpc", node, "--listen", "127.0.0.1:0"); !strings.Contains(text, "time was moved") {
		t.Errorf("%s", text)
	}
}
