package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Outcome is the verdict on one rule. Its values are stable words of reports.
type Outcome string

// The outcomes.
const (
	Passed        Outcome = "passed"
	Failed        Outcome = "failed"
	NotApplicable Outcome = "not applicable"
	Unfinished    Outcome = "unfinished"
)

// Result is the verdict on one rule with its reasons.
type Result struct {
	Rule      string  `json:"rule"`
	Statement string  `json:"statement"`
	Outcome   Outcome `json:"outcome"`
	// Reasons say why a rule failed, did not apply or did not finish.
	Reasons []string `json:"reasons,omitempty"`
	// Remarks are what the check logged, and the stack of a panic.
	Remarks []string `json:"remarks,omitempty"`
	// Panicked says that the module panicked.
	Panicked bool `json:"panicked,omitempty"`
	// Duration is the time of the check, in nanoseconds in JSON.
	Duration time.Duration `json:"duration_ns"`
}

// Report holds the verdicts on one module, one for each rule of the direction.
type Report struct {
	Direction string   `json:"direction"`
	Version   int      `json:"version"`
	Subject   string   `json:"subject"`
	Results   []Result `json:"results"`
}

// Passed reports whether every rule passed or does not apply, and at least one passed.
func (r Report) Passed() bool {
	return r.Count(Passed) > 0 && r.Count(Failed) == 0 && r.Count(Unfinished) == 0
}

// Count returns the number of rules with the given outcome.
func (r Report) Count(outcome Outcome) int {
	count := 0
	for _, result := range r.Results {
		if result.Outcome == outcome {
			count++
		}
	}
	return count
}

// WriteText writes the report as a table with one line per rule, the reasons below the
// rules that did not pass, and a last line with the counts.
func (r Report) WriteText(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "conformance of %s to %s, version %d\n\n", r.Subject, r.Direction, r.Version)
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, result := range r.Results {
		fmt.Fprintf(table, "%s\t%s\t%s\n", result.Outcome, result.Rule, result.Statement)
		for _, reason := range result.Reasons {
			fmt.Fprintf(table, "\t\t- %s\n", oneLine(reason))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&text, "\n%d passed, %d failed, %d not applicable, %d unfinished\n",
		r.Count(Passed), r.Count(Failed), r.Count(NotApplicable), r.Count(Unfinished))
	_, err := io.WriteString(w, text.String())
	return err
}

// WriteJSON writes the report as one indented JSON object.
func (r Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// oneLine keeps a reason from breaking the table.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(text)
}
