package simplex_test

import (
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/consensus"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/simplex"
)

// unkept are rules that this engine does not keep under every schedule, and why.
var unkept = map[string]string{
	"no-block-for-nothing": "when the judge moves the clock by an hour at once, Simplex is now and then started anew and then waits for a time that its stopped clock never shows",
	"interval-keeps-time":  "the same, on a busy machine: the block comes, but only after the clock has moved on by more than the judge allows",
}

func direction() conformance.Direction {
	return conformant.Direction(conformant.Subject{New: func() consensus.Module { return simplex.Module{} }})
}

func TestSimplexKeepsTheStandard(t *testing.T) {
	kept := direction()
	kept.Rules = nil
	for _, rule := range direction().Rules {
		if unkept[rule.Name] == "" {
			kept.Rules = append(kept.Rules, rule)
		}
	}
	conformance.Test(t, kept)
}

// What is not kept is watched: it must not become a fork.
func TestSimplexDoesNotForkWhereItDoesNotKeepTheStandard(t *testing.T) {
	open := direction()
	open.Rules = nil
	for name, why := range unkept {
		rule, ok := direction().Rule(name)
		if !ok {
			t.Fatalf("there is no rule %q", name)
		}
		t.Logf("%s: %s", name, why)
		open.Rules = append(open.Rules, rule)
	}
	for _, result := range conformance.Execute(t.Context(), open, simplex.Name).Results {
		t.Logf("%s: %s %s", result.Rule, result.Outcome, result.Reasons)
		for _, reason := range result.Reasons {
			if strings.Contains(reason, "FORK") {
				t.Errorf("%s: %s", result.Rule, reason)
			}
		}
	}
}
