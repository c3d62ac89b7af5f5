// Command table prints reports of credible bench, and of interop/cometbft, as one
// Markdown table, in the order in which they are named: LABEL=FILE. Reports of one
// workload and mode stand beside the first of them, whose figure is 1; a peer's stands
// beside the first at full speed. After -- others are the first.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/credibleledger/credibleledger/tools/bench"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// separator ends a group of rows that stand beside each other.
const separator = "--"

func run(arguments []string, out io.Writer) error {
	fmt.Fprintln(out, line("what", "workload", "signatures", "calls in each", "transactions/s", "calls/s", "ratio to the first", "ceiling c/(N·V)", "share", "p50 ms", "p99 ms", "RSS MiB", "verified"))
	fmt.Fprintln(out, "|"+strings.Repeat("---|", 13))
	g := group{}
	for _, argument := range arguments {
		if argument == separator {
			g = group{}
			continue
		}
		label, path, found := strings.Cut(argument, "=")
		if !found {
			return fmt.Errorf("table: %q is not LABEL=FILE, nor %s, which begins another group: name a report of each row", argument, separator)
		}
		text, err := g.row(label, path)
		if err != nil {
			return fmt.Errorf("table: %s: %w", path, err)
		}
		fmt.Fprintln(out, text)
	}
	return nil
}

// group is the first figure of each workload and mode.
type group map[string]float64

// fullSpeed is the key of the first figure at full speed, of any workload.
const fullSpeed = ""

func (g group) row(label, path string) (string, error) {
	p, err := readPeer(path)
	if err != nil {
		return "", err
	}
	if p != nil {
		return p.row(label, g.first(fullSpeed, p.WritesPerSecond)), nil
	}
	r, err := read(path)
	if err != nil {
		return "", err
	}
	if r.Conditions.Rate == 0 {
		g.first(fullSpeed, r.Result.PerSecond)
	}
	return row(label, r, g.first(r.Workload+" "+r.Conditions.Mode, r.Result.PerSecond)), nil
}

// first returns the first figure of a kind, which is this one unless there was one.
func (g group) first(kind string, figure float64) float64 {
	if _, known := g[kind]; !known {
		g[kind] = figure
	}
	return g[kind]
}

func read(path string) (*bench.Report, error) {
	file, err := os.Open(path) //nolint:gosec // the file that the user names
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return bench.ReadReport(file)
}

func row(label string, r *bench.Report, first float64) string {
	workload := r.Workload
	if r.Conditions.Rate > 0 {
		workload = fmt.Sprintf("%s, %d/s due", r.Workload, r.Conditions.Rate)
	}
	if r.Conditions.Family == bench.FamilyNative {
		workload = "native " + workload
	}
	ratio := "–"
	if r.Conditions.Rate == 0 {
		ratio = ratioTo(first, r.Result.PerSecond)
	}
	ceiling, share := "–", "–"
	if r.Conditions.Ceiling > 0 && r.Conditions.Rate == 0 {
		ceiling, share = fmt.Sprintf("%.0f", r.Conditions.Ceiling), fmt.Sprintf("%.0f %%", 100*r.Result.Share)
	}
	median, p99 := "–", "–"
	if l := r.Result.Latency; l != nil && r.Conditions.Rate > 0 {
		median, p99 = fmt.Sprintf("%.1f", l.Median), fmt.Sprintf("%.1f", l.P99)
	}
	memory := uint64(0)
	for _, u := range r.Usage {
		if u.Name != bench.GeneratorName {
			memory = max(memory, u.Memory)
		}
	}
	verified := "no"
	if r.Verified != nil && r.Verified.OK() {
		verified = fmt.Sprintf("%d", r.Verified.Found)
	}
	calls := max(1, r.Conditions.Calls) // reports from before there were bundles name none
	return line(label, workload, r.Conditions.Scheme, fmt.Sprint(calls), fmt.Sprintf("%.0f", r.Result.PerSecond), fmt.Sprintf("%.0f", r.Result.PerSecond*float64(calls)),
		ratio, ceiling, share, median, p99, fmt.Sprint(memory>>20), verified)
}

func ratioTo(first, figure float64) string {
	if first <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", figure/first)
}

func line(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }
