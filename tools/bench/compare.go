package bench

import (
	"encoding/json"
	"fmt"
	"io"
)

// maxReport bounds a report in bytes.
const maxReport = 64 << 20

// ReadReport reads a report that was written as JSON.
func ReadReport(from io.Reader) (*Report, error) {
	r := &Report{}
	if err := json.NewDecoder(io.LimitReader(from, maxReport)).Decode(r); err != nil {
		return nil, fmt.Errorf("not a report of credible bench: %w", err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("a report of format %d, this binary reads %d", r.Format, Format)
	}
	return r, nil
}

// Comparison is two reports side by side: what B has of A.
type Comparison struct {
	Rows []ComparisonRow `json:"rows"`
	// Differences are conditions in which the runs differ: a ratio says less the more
	// there are.
	Differences []string `json:"differences"`
}

// ComparisonRow is one figure of both.
type ComparisonRow struct {
	Name  string  `json:"name"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
	Ratio float64 `json:"ratio"` // B / A; 0 when A is 0
}

// Compare puts two reports side by side.
func Compare(a, b *Report) *Comparison {
	c := &Comparison{Differences: []string{}}
	add := func(name string, first, second float64) {
		row := ComparisonRow{Name: name, A: first, B: second}
		if first != 0 {
			row.Ratio = second / first
		}
		c.Rows = append(c.Rows, row)
	}
	add("committed/s", a.Result.PerSecond, b.Result.PerSecond)
	add("ceiling/s", a.Conditions.Ceiling, b.Conditions.Ceiling)
	if a.Conditions.bundled() || b.Conditions.bundled() {
		add("calls/s", a.callsPerSecond(), b.callsPerSecond())
	}
	if first, second := a.Result.Latency, b.Result.Latency; first != nil && second != nil {
		add("p50 ms", first.Median, second.Median)
		add("p90 ms", first.P90, second.P90)
		add("p99 ms", first.P99, second.P99)
		add("max ms", first.Most, second.Most)
	}
	differ := func(name string, first, second any) {
		if first != second {
			c.Differences = append(c.Differences, fmt.Sprintf("%s: %v and %v", name, first, second))
		}
	}
	k, l := a.Conditions, b.Conditions
	differ("workload", a.Workload, b.Workload)
	differ("machine", k.Machine, l.Machine)
	differ("cores", k.Cores, l.Cores)
	differ("mode", k.Mode, l.Mode)
	differ("rate", k.Rate, l.Rate)
	differ("batch", k.Batch, l.Batch)
	differ("senders", k.Senders, l.Senders)
	differ("accounts paid", k.Accounts, l.Accounts)
	differ("family", k.family(), l.family())
	differ("calls", max(1, k.Calls), max(1, l.Calls))
	differ("nodes", k.Nodes, l.Nodes)
	differ("nodes that check each signature", k.checkers(), l.checkers())
	differ("scheme", k.Scheme, l.Scheme)
	differ("committed", k.Committed, l.Committed)
	differ("note", k.Note, l.Note)
	return c
}
