package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// Version is the version of the binary; a release build sets it.
var Version = "0.1.0-dev"

// Distribution is what makes a binary: its modules, and what its nodes know.
type Distribution struct {
	Registry *kernel.Registry
	// Rules are the rule versions that its nodes can execute; the platform's when nil.
	Rules execution.RulesTable
	// WallClock returns the time of day at the node with this home; the machine's when
	// nil.
	WallClock func(home string) func() time.Time
}

// terminal is where a command reads and writes, and how.
type terminal struct {
	Distribution
	out, err io.Writer
	in       io.Reader
	language Language
	output   string // "text" or "json"
}

// Main runs the command line of a distribution and returns the exit code.
func (d Distribution) Main(arguments []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return d.Run(ctx, arguments, os.Stdin, os.Stdout, os.Stderr)
}

// Run is Main with everything injected.
func (d Distribution) Run(ctx context.Context, arguments []string, in io.Reader, out, errors io.Writer) int {
	t := &terminal{Distribution: d, in: in, out: out, err: errors}
	t.language = languageOf(earlyFlag(arguments, "--lang", "--lang"), os.Getenv)
	root := t.root()
	root.SetArgs(arguments)
	err := root.ExecuteContext(ctx)
	if err != nil {
		if earlyFlag(arguments, "-o", "--output") == "json" {
			t.output = "json" // also when the flags could not be read
		}
		t.report(problemOf(err))
	}
	return exitCode(err)
}

// earlyFlag finds a flag before the flags are parsed: help texts depend on the
// language, and the shape of an error on the output format.
func earlyFlag(arguments []string, short, long string) string {
	for i, argument := range arguments {
		if argument == "--" {
			break
		}
		for _, prefix := range []string{long + "=", short + "="} {
			if value, found := strings.CutPrefix(argument, prefix); found {
				return value
			}
		}
		if value, found := strings.CutPrefix(argument, short); found && value != "" && !strings.HasPrefix(short, "--") {
			return value // -ojson
		}
		if (argument == long || argument == short) && i+1 < len(arguments) {
			return arguments[i+1]
		}
	}
	return ""
}

func (t *terminal) root() *cobra.Command {
	root := t.group("credible", Text{"CredibleLedger: a neutral, open blockchain platform", "CredibleLedger：中立、开放的区块链平台"},
		t.dev, t.network, t.node, t.genesis, t.config, t.account, t.send, t.call, t.deploy, t.block, t.tx, t.light, t.proof, t.bench, t.verify, t.snapshot, t.ledger, t.replay, t.conform, t.doctor, t.version)
	root.Version, root.SilenceErrors, root.SilenceUsage = Version, true, true
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error {
		if chosen := command.Flag("lang").Value.String(); chosen != "" && !knownLanguage(chosen) {
			return &Problem{
				Code: "CL-CLI-000", Usage: true, What: Text{"unknown language " + chosen, "未知的语言 " + chosen},
				Next: Text{"use --lang en or --lang zh", "请使用 --lang en 或 --lang zh"},
			}
		}
		if t.output != "text" && t.output != "json" {
			return &Problem{
				Code: "CL-CLI-001", Usage: true, What: Text{"unknown output format " + t.output, "未知的输出格式 " + t.output},
				Next: Text{"use -o text or -o json", "请使用 -o text 或 -o json"},
			}
		}
		return nil
	}
	root.PersistentFlags().StringVarP(&t.output, "output", "o", "text", t.text(Text{"output format: text or json", "输出格式：text 或 json"}))
	root.PersistentFlags().String("lang", "", t.text(Text{"language: en or zh (default: the locale's)", "语言：en 或 zh（默认取自系统区域设置）"}))
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	t.translate(root) // after the streams: completion takes its own when it is made
	return root
}

func (t *terminal) text(text Text) string { return text.in(t.language) }

// say prints a line to the person; with -o json nothing but the result is printed.
func (t *terminal) say(text Text, arguments ...any) {
	if t.output == "text" {
		fmt.Fprintf(t.out, t.text(text)+"\n", arguments...)
	}
}

// result prints the outcome: value as JSON, or what show writes for a person.
func (t *terminal) result(value any, show func()) error {
	if t.output == "json" {
		encoder := json.NewEncoder(t.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(value)
	}
	show()
	return nil
}

func (t *terminal) report(p *Problem) {
	why := ""
	if p.Why != nil {
		why = p.Why.Error()
	}
	if t.output == "json" {
		encoder := json.NewEncoder(t.err)
		if encoder.Encode(map[string]any{"error": map[string]string{"code": p.Code, "what": t.text(p.What), "why": why, "next": t.text(p.Next)}}) == nil {
			return
		}
	}
	fmt.Fprintf(t.err, "%s %s: %s\n", t.text(Text{"error", "错误"}), p.Code, t.text(p.What))
	if why != "" {
		fmt.Fprintf(t.err, "  %s: %s\n", t.text(Text{"why", "原因"}), why)
	}
	if next := t.text(p.Next); next != "" {
		fmt.Fprintf(t.err, "  %s: %s\n", t.text(Text{"next", "下一步"}), next)
	}
}
