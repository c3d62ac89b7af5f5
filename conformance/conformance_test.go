package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
)

func directionOf(rules ...conformance.Rule) conformance.Direction {
	return conformance.Direction{Name: "example", Version: 3, Rules: rules}
}

func rule(name string, check func(conformance.T)) conformance.Rule {
	return conformance.Rule{Name: name, Statement: "Rule " + name + " holds.", Check: check}
}

func TestExecuteGivesEveryRuleItsOwnVerdict(t *testing.T) {
	direction := directionOf(
		rule("good", func(t conformance.T) { t.Logf("fine") }),
		rule("bad", func(t conformance.T) { t.Errorf("one"); t.Fatalf("two"); t.Errorf("not reached") }),
		rule("wild", func(conformance.T) { panic("boom") }),
		rule("foreign", func(t conformance.T) { t.Skipf("no such part") }),
		rule("last", func(conformance.T) {}),
	)
	report := conformance.Execute(t.Context(), direction, "module")
	want := []conformance.Outcome{conformance.Passed, conformance.Failed, conformance.Failed, conformance.NotApplicable, conformance.Passed}
	for i, result := range report.Results {
		if result.Outcome != want[i] {
			t.Errorf("%s: %s %v", result.Rule, result.Outcome, result.Reasons)
		}
	}
	if !slices.Equal(report.Results[1].Reasons, []string{"one", "two"}) || !report.Results[2].Panicked || report.Passed() {
		t.Errorf("got %+v", report)
	}
}

func TestReportRendersAsTextAndJSON(t *testing.T) {
	report := conformance.Execute(t.Context(), directionOf(
		rule("good", func(conformance.T) {}),
		rule("bad", func(t conformance.T) { t.Fatalf("because\nof this") }),
	), "module")
	var text, object bytes.Buffer
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"module", "example, version 3", "passed  good", "failed  bad", "- because of this", "1 passed, 1 failed, 0 not applicable, 0 unfinished"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("%q is missing in\n%s", part, text.String())
		}
	}
	if err := report.WriteJSON(&object); err != nil {
		t.Fatal(err)
	}
	var again conformance.Report
	if err := json.Unmarshal(object.Bytes(), &again); err != nil || again.Count(conformance.Failed) != 1 {
		t.Errorf("%v: %s", err, object.String())
	}
}

func TestExecuteStopsWaitingWhenItsContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	report := conformance.Execute(ctx, directionOf(
		rule("hangs", func(conformance.T) { cancel(); <-release }),
		rule("later", func(conformance.T) {}),
	), "module")
	for _, result := range report.Results {
		if result.Outcome != conformance.Unfinished {
			t.Errorf("%s: %s", result.Rule, result.Outcome)
		}
	}
	if report.Passed() {
		t.Error("an unfinished report passed")
	}
}

func TestCleanupRunsLastFirstAfterAFailure(t *testing.T) {
	var order []string
	var folder string
	report := conformance.Execute(t.Context(), directionOf(rule("bad", func(t conformance.T) {
		folder = t.TempDir()
		t.Cleanup(func() { order = append(order, "first") })
		t.Cleanup(func() { panic("in cleanup") })
		t.Cleanup(func() {
			if t.Context().Err() == nil {
				t.Errorf("the context is alive in cleanup")
			}
			order = append(order, "last")
			t.Fatalf("ends only this cleanup")
		})
	})), "module")
	if !slices.Equal(order, []string{"last", "first"}) {
		t.Errorf("order %v", order)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if !slices.Equal(report.Results[0].Reasons, []string{"ends only this cleanup", "panic: in cleanup"}) {
		t.Errorf("reasons %v", report.Results[0].Reasons)
	}
}

func TestRemarksAreBounded(t *testing.T) {
	report := conformance.Execute(t.Context(), directionOf(rule("loud", func(t conformance.T) {
		for range 10_000 {
			t.Logf("again")
		}
	})), "module")
	if n := len(report.Results[0].Remarks); n > 100 {
		t.Errorf("%d remarks", n)
	}
}

func TestTestGivesOneSubtestPerRule(t *testing.T) {
	ran := 0
	count := func(conformance.T) { ran++ }
	conformance.Test(t, directionOf(rule("one", count), rule("two", count)))
	if ran != 2 {
		t.Errorf("%d rules ran", ran)
	}
}

func TestRefuteAcceptsAFailureByVerdict(t *testing.T) {
	sound := directionOf(rule("one", func(conformance.T) {}))
	conformance.Refute(t, sound, map[string]conformance.Direction{
		"one": directionOf(rule("one", func(t conformance.T) { t.Fatalf("broken") })),
	})
}

// recorder is a Runner that keeps the verdicts of subtests instead of failing.
type recorder struct {
	*testing.T
	failures []string
}

type stopped struct{}

func (r *recorder) Errorf(format string, _ ...any) { r.failures = append(r.failures, format) }
func (r *recorder) Fatalf(format string, _ ...any) {
	r.failures = append(r.failures, format)
	panic(stopped{})
}

func (r *recorder) Run(_ string, check func(*recorder)) bool {
	defer func() {
		if cause := recover(); cause != nil && cause != any(stopped{}) {
			panic(cause)
		}
	}()
	check(r)
	return true
}

func TestRefuteRefusesMissingPassingAndPanickingBreakers(t *testing.T) {
	good := func(conformance.T) {}
	sound := directionOf(rule("missing", good), rule("passing", good), rule("panicking", good), rule("unsound", func(t conformance.T) { t.Fatalf("no") }))
	broken := map[string]conformance.Direction{
		"passing":   sound,
		"panicking": directionOf(rule("panicking", func(conformance.T) { panic("x") })),
		"unsound":   directionOf(rule("unsound", func(t conformance.T) { t.Fatalf("no") })),
		"unknown":   sound,
	}
	r := &recorder{T: t}
	conformance.Refute[*recorder](r, sound, broken)
	if len(r.failures) != 5 {
		t.Errorf("%d failures instead of 5: %v", len(r.failures), r.failures)
	}
}

func TestTestContainsAPanickingRule(t *testing.T) {
	ran := false
	r := &recorder{T: t}
	conformance.Test[*recorder](r, directionOf(rule("wild", func(conformance.T) { panic("x") }), rule("next", func(conformance.T) { ran = true })))
	if !ran || len(r.failures) != 1 {
		t.Errorf("ran %t, failures %v", ran, r.failures)
	}
}

func TestValidateFindsIncompleteAndDoubleRules(t *testing.T) {
	good := rule("one", func(conformance.T) {})
	if err := directionOf(good).Validate(); err != nil {
		t.Error(err)
	}
	if directionOf(good, good).Validate() == nil || directionOf(conformance.Rule{Name: "x"}).Validate() == nil {
		t.Error("a faulty direction was accepted")
	}
}
