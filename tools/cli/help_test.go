package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/tools/cli"
)

// commands are all commands that have no others below them.
var commands = []string{
	"dev", "network create", "network start", "network status", "network stop", "network kill", "network partition", "node start", "genesis create", "genesis inspect", "genesis verify", "genesis hash", "config check", "config show",
	"account new", "account import", "account list", "account show", "account sign", "send", "call", "deploy", "block", "tx",
	"bench transfer", "bench erc20", "bench evidence", "bench mixed", "bench read", "bench compare", "verify", "verify proof", "snapshot create", "snapshot verify", "snapshot restore", "ledger stats", "ledger compact", "ledger prune", "ledger export", "ledger import", "replay", "proof account", "proof storage", "proof transaction", "proof receipt", "proof header", "conform", "doctor", "version",
}

func TestHelpListsAllCommandsInBothLanguages(t *testing.T) {
	english, chinese := must(t, "help"), must(t, "--lang", "zh", "help")
	if bare := must(t); bare != english {
		t.Error("credible without arguments does not print its help")
	}
	for _, command := range commands {
		first, _, _ := strings.Cut(command, " ")
		if !strings.Contains(english, "\n  "+first+" ") || !strings.Contains(chinese, "\n  "+first+" ") {
			t.Errorf("help does not list %s", first)
		}
		help := must(t, append(strings.Fields(command), "--help", "--lang", "zh")...)
		for _, word := range []string{"Usage:", "Flags:", "help for"} {
			if strings.Contains(help, word) {
				t.Errorf("%s --lang zh has %q", command, word)
			}
		}
		if help := must(t, append([]string{"help"}, strings.Fields(command)...)...); isChinese(help) {
			t.Errorf("%s: English help has Chinese words:\n%s", command, help)
		}
	}
	if isChinese(english) {
		t.Errorf("English help has Chinese words:\n%s", english)
	}
}

func TestUnknownCommandsAreAnsweredWithTheNearest(t *testing.T) {
	refused(t, 2, "CL-CLI-002", "account", "acount", "new")
	refused(t, 2, "CL-CLI-002", "verify", "genesis", "verfy")
	refused(t, 2, "CL-CLI-002", "genesis", "help", "genessis")
	refused(t, 2, "CL-CLI-002", "--help", "somethingquitedifferent")
	refused(t, 2, "CL-CLI-002", "--help", "completion", "csh")
	refused(t, 2, "CL-CLI-000", "unknown flag", "dev", "--bogus")
	refused(t, 2, "CL-CLI-000", "--lang zh", "genesis", "--lang", "fr")
	if o := run(t, "", "block", "-o", "xml"); o.code != 2 || !strings.Contains(o.errors, "CL-CLI-001") {
		t.Errorf("%+v", o)
	}
	refused(t, 2, "CL-DEV-005", "unknown crypto suite", "dev", "--crypto", "foo")
	refused(t, 2, "CL-DEV-006", "[binary patricia]", "dev", "--commitment", "foo")
	if o := run(t, "", "dev", "--block-time", "-1s"); o.code != 2 || !strings.Contains(o.errors, "CL-DEV-001") {
		t.Errorf("%+v", o)
	}
}

func TestCompletionExplainsItselfInBothLanguages(t *testing.T) {
	for _, command := range [][]string{{"completion"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"completion", "powershell"}} {
		help := must(t, append(command, "--help", "--lang", "zh")...)
		for _, word := range []string{"Generate", "autocompletion", "disable"} {
			if strings.Contains(help, word) {
				t.Errorf("%v --lang zh has %q:\n%s", command, word, help)
			}
		}
	}
}

func TestVersionIsACommandAndAFlag(t *testing.T) {
	if command, flag := must(t, "version"), must(t, "--version"); command != flag || !strings.Contains(command, cli.Version) {
		t.Errorf("%q and %q", command, flag)
	}
	if have := decode[struct{ Version string }](t, "version"); have.Version != cli.Version {
		t.Errorf("%+v", have)
	}
}

func TestCompletionScriptsAreWritten(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if script := must(t, "completion", shell); !strings.Contains(script, "credible") || len(script) < 1000 {
			t.Errorf("%s: %d bytes", shell, len(script))
		}
	}
	for want, words := range map[string][]string{"ledger": {"conform", ""}, "sign": {"account", ""}, "zh": {"dev", "--lang", ""}, "json": {"dev", "--output", ""}} {
		if got := must(t, append([]string{"__complete"}, words...)...); !strings.Contains(got, want) {
			t.Errorf("%v completes to %q", words, got)
		}
	}
}

func TestModulesOfTheBinaryConform(t *testing.T) {
	type report struct {
		Direction, Subject string
		Results            []struct{ Rule, Outcome string }
	}
	modules := map[string]string{"crypto": "standard", "ledger": "segment", "contract": "evm", "consensus": "solo", "network": "mesh"}
	if testing.Short() { // the others play in their own packages too
		modules = map[string]string{"crypto": "standard", "consensus": "solo"}
	}
	for direction, module := range modules {
		r := decode[report](t, "conform", direction, "--module", module)
		if r.Direction != direction || r.Subject != module || len(r.Results) < 10 {
			t.Errorf("%+v", r)
		}
	}
	if !testing.Short() { // all engines, which play in their own packages too
		if text := must(t, "conform", "consensus"); !strings.Contains(text, "0 failed") {
			t.Errorf("%s", text)
		}
	}
	refused(t, 2, "CL-CONFORM-001", "no conformance suite", "conform", "privacy")
	refused(t, 2, "CL-CONFORM-001", "standard", "conform", "crypto", "--module", "nosuch")
	refused(t, 2, "CL-CONFORM-001", "segment", "conform", "ledger", "--module", "nosuch")
	refused(t, 2, "CL-CONFORM-001", "[binary patricia]", "conform", "ledger", "--commitment", "nosuch")
	refused(t, 2, "CL-CONFORM-001", "evm", "conform", "contract", "--module", "nosuch")
	refused(t, 2, "CL-CONFORM-001", "sample programs", "conform", "contract", "--module", "native")
	refused(t, 2, "CL-CONFORM-001", "solo", "conform", "consensus", "--module", "nosuch")
	refused(t, 2, "CL-CONFORM-001", "mesh", "conform", "network", "--module", "nosuch")
}

// TestKnownDeviationsFailWhenTheyAreJudged keeps the list of deviations honest: each
// is a failure under --strict, and nothing else is.
func TestKnownDeviationsFailWhenTheyAreJudged(t *testing.T) {
	o := run(t, "", "conform", "contract", "--module", "evm", "--strict", "-o", "json")
	var report struct {
		Results []struct{ Rule, Outcome string }
	}
	if err := json.Unmarshal([]byte(o.out), &report); err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, r := range report.Results {
		if r.Outcome == "failed" {
			failed = append(failed, r.Rule)
		}
	}
	slices.Sort(failed)
	if o.code != 1 || !strings.Contains(o.errors, "CL-CONFORM-002") || !slices.Equal(failed, []string{"event-size-is-limited"}) {
		t.Errorf("exit code %d, failed %v", o.code, failed)
	}
}

// TestDevStartsAndStops also looks at the JSON that programs read before the ready line.
func TestDevStartsAndStops(t *testing.T) {
	url, stop := start(t, "dev", "--rpc", "127.0.0.1:0", "--accounts", "2", "-o", "json")
	t.Setenv("CREDIBLE_RPC", url)
	if block := decode[struct{ Number string }](t, "block"); block.Number != "0x0" {
		t.Errorf("%+v", block)
	}
	refused(t, 1, "CL-DEV-002", "--rpc", "dev", "--rpc", strings.TrimPrefix(url, "http://"))
	refused(t, 1, "CL-DEV-003", "not a directory", "dev", "--rpc", "127.0.0.1:0", "--data", "/dev/null")
	if code := stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

var codePattern = regexp.MustCompile(`CL-[A-Z]+-[0-9]{3}`)

// TestTheReferenceNamesEveryCommandAndErrorCode holds docs/cli.md and docs/cli.zh.md
// to the source.
func TestTheReferenceNamesEveryCommandAndErrorCode(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, source := range sources {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(source, "_test.go") && source != "problem.go" {
			codes = append(codes, codePattern.FindAllString(string(content), -1)...)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	for _, page := range []string{"cli.md", "cli.zh.md"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range commands {
			if !strings.Contains(string(content), "`credible "+command) {
				t.Errorf("%s does not explain credible %s", page, command)
			}
		}
		named := codePattern.FindAllString(string(content), -1)
		for _, code := range codes {
			if !strings.Contains(string(content), "| `"+code+"` |") {
				t.Errorf("%s does not explain %s", page, code)
			}
		}
		for _, code := range named {
			if !slices.Contains(codes, code) && code != "CL-CLI-000" {
				t.Errorf("%s explains %s, which no command gives", page, code)
			}
		}
	}
}
