// Command table prints reports of credible bench as one Markdown table, in the order in
// which they are named: LABEL=FILE. Reports of one workload and mode stand beside the
// first of them, whose figure is 1.
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

func run(arguments []string, out io.Writer) error {
	fmt.Fprintln(out, "| what | workload | committed/s | ratio to the first | ceiling c/(N·V) | share | p50 ms | p99 ms | RSS MiB | verified |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|---|")
	first := make(map[string]float64)
	for _, argument := range arguments {
		label, path, found := strings.Cut(argument, "=")
		if !found {
			return fmt.Errorf("table: %q is not LABEL=FILE", argument)
		}
		r, err := read(path)
		if err != nil {
			return fmt.Errorf("table: %s: %w", path, err)
		}
		kind := r.Workload + " " + r.Conditions.Mode
		if _, known := first[kind]; !known {
			first[kind] = r.Result.PerSecond
		}
		fmt.Fprintln(out, row(label, r, first[kind]))
	}
	return nil
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
	ratio := "–"
	if r.Conditions.Rate == 0 && first > 0 {
		ratio = fmt.Sprintf("%.2f", r.Result.PerSecond/first)
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
	return fmt.Sprintf("| %s | %s | %.0f | %s | %s | %s | %s | %s | %d | %s |", label, workload, r.Result.PerSecond, ratio, ceiling, share, median, p99, memory>>20, verified)
}
